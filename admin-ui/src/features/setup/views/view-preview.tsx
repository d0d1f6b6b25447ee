// The first records of a view as it is being edited, so that one sees what it shows.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { messageOf } from "@/api/problem";
import { type ListRequest, listRecords } from "@/api/records";
import { fieldOf } from "@/catalog/fields";
import type { FieldDef, ListViewDef, ObjectDef } from "@/catalog/types";
import { Notice, Skeleton } from "@/components/bits";
import { tableCell, tableHead } from "@/components/page-frame";
import { isEmpty } from "@/fields/kind";
import { kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";
import { type Ast, all, compare } from "@/lib/filter";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { useDebounced } from "@/lib/use-debounced";

const ROWS = 6;

interface ViewPreviewProps {
  object: ObjectDef;
  view: Omit<ListViewDef, "name">;
  me: string;
}

function requestOf(object: ObjectDef, view: ViewPreviewProps["view"], me: string, columns: FieldDef[]): ListRequest {
  const sort = (view.sort ?? []).map((key) => {
    const field = fieldOf(object, key.replace(/^-/, ""));
    const path = (field && kindOf(field).sortPath(field)) ?? key.replace(/^-/, "");
    return key.startsWith("-") ? `-${path}` : path;
  });
  const mine = view.scope === "mine" ? compare("owner_id", "eq", me) : null;
  return {
    fields: [
      "id",
      "name",
      ...new Set(columns.flatMap((f) => kindOf(f).paths(f)).filter((p) => p !== "name" && p !== "id")),
    ],
    filter: all([mine, (view.filter as Ast | undefined) ?? null]),
    where: view.where || undefined,
    sort,
    limit: ROWS,
    includeTotal: true,
  };
}

export function ViewPreview({ object, view, me }: ViewPreviewProps) {
  const columns = view.columns.map((path) => fieldOf(object, path)).filter((f): f is FieldDef => Boolean(f));
  const request = useDebounced(JSON.stringify(requestOf(object, view, me, columns)), 250);
  const query = useQuery({
    queryKey: ["view-preview", object.name, request],
    queryFn: ({ signal }) => listRecords(object, JSON.parse(request) as ListRequest, signal),
    retry: false,
    placeholderData: keepPreviousData,
  });
  const page = query.data;
  return (
    <section aria-label={t("Preview")} className="min-w-0">
      <h2 className="mb-1 flex items-baseline gap-2 font-semibold text-base">
        {t("Preview")}
        {page?.total !== undefined && !query.isError && (
          <span className="num font-normal text-text-3 text-xs">{count(page.total, t("record"), t("records"))}</span>
        )}
      </h2>
      {query.isError ? (
        <Notice title={t("These records cannot be shown.")}>{messageOf(query.error)}</Notice>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard.
        <div className="overflow-x-auto" tabIndex={0} role="group" aria-label={t("First records")}>
          <table className="w-full border-collapse">
            <thead>
              <tr>
                {columns.map((f) => (
                  <th key={f.name} scope="col" className={cx(tableHead, "whitespace-nowrap")}>
                    {f.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {(page?.records ?? Array.from({ length: 3 }, () => undefined)).map((record, i) => (
                <tr key={record?.id ?? i}>
                  {columns.map((f) => {
                    const kind = kindOf(f);
                    const value = record && kind.read(record, f);
                    return (
                      <td key={f.name} className={cx(tableCell, "max-w-52 whitespace-nowrap")}>
                        {!record ? (
                          <Skeleton className="w-20" />
                        ) : isEmpty(value) ? null : (
                          <span className="pointer-events-none flex truncate" inert>
                            <kind.display value={value} field={f} compact />
                          </span>
                        )}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
          {page?.records.length === 0 && <p className="py-4 text-text-2">{t("No records match.")}</p>}
        </div>
      )}
    </section>
  );
}
