// Records that may be the same as the one that is being made: of the same name, or with the same value in a field that
// tells who or what something is. They are offered while somebody types, before a second one is there.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { listRecords } from "@/api/records";
import { mayRead } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { Tag } from "@/components/bits";
import { cluePaths, cluesOf } from "@/fields/similar";
import type { Ast } from "@/lib/filter";
import { t } from "@/lib/i18n";
import { inSentence } from "@/lib/text";
import { useDebounced } from "@/lib/use-debounced";

const MOST = 3;

/** Nothing while there is nothing to tell. */
export function Similar({ object, draft }: { object: ObjectDef; draft: Record<string, unknown> }) {
  const clues = cluesOf(object, draft);
  const asked = useDebounced(JSON.stringify(clues.map((clue) => clue.condition)), 300);
  const found = useQuery({
    queryKey: ["similar", object.name, asked],
    enabled: asked !== "[]" && mayRead(object),
    staleTime: 10_000,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const filter = { or: JSON.parse(asked) as Ast[] };
      return listRecords(object, { fields: cluePaths(object), filter, limit: MOST }, signal);
    },
  });
  const like = (found.data?.records ?? [])
    .map((record) => ({ record, same: clues.filter((clue) => clue.holds(record)) }))
    .filter(({ same }) => same.length > 0);
  return (
    <div role="status" aria-label={t("Similar {objects}", { objects: inSentence(object.plural_label) })}>
      {like.length > 0 && (
        <div className="rounded-control border border-line bg-amber-soft px-3 py-2">
          <p className="mb-1 font-medium text-xs">
            {t("There may be this {object} already", { object: inSentence(object.label) })}
          </p>
          <ul className="flex flex-col gap-1">
            {like.map(({ record, same }) => (
              <li key={record.id} className="flex items-center gap-2">
                <Link
                  to="/o/$plural/$id"
                  params={{ plural: object.plural, id: record.id }}
                  target="_blank"
                  className="min-w-0 truncate font-medium underline underline-offset-2"
                >
                  {String(record.name ?? "") || t("Unnamed")}
                </Link>
                {same.map(({ label }) => (
                  <Tag key={label}>{t("same {field}", { field: inSentence(label) })}</Tag>
                ))}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
