// What other packages bring more or less, because the one that they bring it beside comes or goes; and what of it does not come.
import { Minus, Plus } from "lucide-react";
import type { PartMoved, Plan } from "@/api/metadata";
import { Notice } from "@/components/bits";
import { t } from "@/lib/i18n";

interface MovedPartsProps {
  plan: Pick<Plan, "parts" | "notes">;
  /** What a package is called. */
  labelOf: (name: string) => string;
}

export function MovedParts({ plan: { parts = [], notes = [] }, labelOf }: MovedPartsProps) {
  return (
    <>
      {parts.length > 0 && (
        <section aria-label={t("Other packages")}>
          <h3 className="mb-1.5 font-medium text-text-2 text-xs">{t("Other packages")}</h3>
          <ul className="divide-y divide-line rounded-control border border-line">
            {parts.map((part) => (
              <li key={`${part.package} ${part.with}`} className="flex items-start gap-2 px-2.5 py-1.5">
                {part.comes ? (
                  <Plus size={14} aria-hidden="true" className="mt-0.5 text-green" />
                ) : (
                  <Minus size={14} aria-hidden="true" className="mt-0.5 text-amber" />
                )}
                <span className="min-w-0 break-words">{partWords(part, labelOf)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {notes.length > 0 && (
        <Notice tone="warning" title={t("Some of it does not come.")}>
          <ul className="flex flex-col gap-1">
            {notes.map((note) => (
              <li key={note}>{noteWords(note, labelOf)}</li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}

function partWords({ package: name, with: other, comes }: PartMoved, labelOf: MovedPartsProps["labelOf"]): string {
  const places = { item: labelOf(name), other: labelOf(other) };
  return comes
    ? t("{item} brings what it has beside {other}.", places)
    : t("What {item} brought beside {other} is archived, and comes back with it.", places);
}

/** How the server tells of a part that is passed over. */
const PASSED_OVER = /^what `([^`]+)` brings with `([^`]+)` (.+) does not come: installed is (\S+)$/;

/** The note in the words of this page; one of another form as it is. */
export function noteWords(note: string, labelOf: MovedPartsProps["labelOf"]): string {
  const [, item, other, range, version] = PASSED_OVER.exec(note) ?? [];
  if (!item || !other || !range || !version) return note;
  return t("What {item} brings beside {other} {range} stays away: {other} {version} is installed.", {
    item: labelOf(item),
    other: labelOf(other),
    range,
    version,
  });
}
