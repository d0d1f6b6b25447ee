// The recycle bin of an object: what was deleted, brought back or deleted for good.
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { Pages, usePages } from "@/api/pages";
import { messageOf } from "@/api/problem";
import type { RecordData } from "@/api/record-store";
import { listRecords, purgeRecord, restoreRecord } from "@/api/records";
import { mayDelete } from "@/catalog/catalog";
import { defaultColumns, fieldOf } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Empty } from "@/components/bits";
import { Button, IconButton } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { toast, toastError } from "@/components/toast";
import { kindOf } from "@/fields/registry";
import { RecordMark } from "@/fields/relation";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { counted, inSentence } from "@/lib/text";

const PAGE_SIZE = 50;

export function BinPage({ object }: { object: ObjectDef }) {
  const client = useQueryClient();
  const [purging, setPurging] = useState<RecordData | null>(null);
  const details = defaultColumns(object)
    .map((name) => fieldOf(object, name))
    .filter((f): f is FieldDef => f !== undefined && f.name !== "name" && !kindOf(f).wide)
    .slice(0, 3);
  const key = ["bin", object.name];
  const fields = new Set(["id", "name", "updated_at", ...details.flatMap((f) => kindOf(f).paths(f))]);
  const request = { fields: [...fields], sort: ["-updated_at"], limit: PAGE_SIZE, deleted: true, includeTotal: true };
  const query = usePages(key, async (cursor, signal) => {
    const page = await listRecords(object, { ...request, cursor }, signal);
    return {
      data: page.records,
      pagination: { has_more: page.hasMore, next_cursor: page.nextCursor },
      total: page.total,
    };
  });
  const total = query.data?.pages[0]?.total;
  const reload = () => client.invalidateQueries({ queryKey: key });

  async function restore(record: RecordData) {
    try {
      await restoreRecord(object, record.id);
      toast(t("{name} is back", { name: String(record.name ?? object.label) }));
    } catch (error) {
      toastError(messageOf(error));
    }
    await reload();
  }

  async function purge(record: RecordData) {
    setPurging(null);
    try {
      await purgeRecord(object, record.id);
      toast(t("Deleted {name} for good", { name: String(record.name ?? object.label) }));
    } catch (error) {
      toastError(messageOf(error));
    }
    await reload();
  }

  return (
    <section aria-label={t("Recycle bin")} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex h-11 shrink-0 items-center gap-2 border-line border-b ps-2.5 pe-3">
        <Link
          to="/o/$plural"
          params={{ plural: object.plural }}
          className="inline-flex h-7 items-center gap-1.5 rounded-control px-1.5 font-medium text-text-2 text-xs hover:bg-hover hover:text-text"
        >
          <ArrowLeft size={13} />
          {object.plural_label}
        </Link>
        <h1 className="font-semibold text-base">{t("Recycle bin")}</h1>
        <span className="num text-text-3 text-xs">{total === undefined ? "" : counted(total)}</span>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <Pages query={query} what={t("The recycle bin")} more={t("Show more")}>
          {(records) =>
            records.length === 0 ? (
              <Empty title={t("The recycle bin is empty")}>
                {t("Deleted {objects} wait here until they are brought back or deleted for good.", {
                  objects: inSentence(object.plural_label),
                })}
              </Empty>
            ) : (
              <ul>
                {records.map((record) => (
                  <li
                    key={record.id}
                    className="flex min-h-12 items-center gap-3 border-line border-b px-4 py-1.5 hover:bg-hover"
                  >
                    <RecordMark object={object} name={String(record.name ?? "")} />
                    <span className="min-w-0 flex-1">
                      <span className="block truncate font-medium">{String(record.name ?? "") || t("Unnamed")}</span>
                      <span className="flex min-w-0 items-center gap-3 overflow-hidden whitespace-nowrap text-text-2 text-xs">
                        <time dateTime={String(record.updated_at)} title={formatDateTime(String(record.updated_at))}>
                          {ago(String(record.updated_at))}
                        </time>
                        {details.map((f) => {
                          const kind = kindOf(f);
                          return (
                            <span key={f.name} className="hidden min-w-0 truncate phone:flex">
                              <kind.display value={kind.read(record, f)} field={f} compact />
                            </span>
                          );
                        })}
                      </span>
                    </span>
                    {mayDelete(object) && (
                      <>
                        <Button look="outline" icon={<RotateCcw size={14} />} onClick={() => restore(record)}>
                          {t("Restore")}
                        </Button>
                        <IconButton
                          label={t("Delete {name} for good", { name: String(record.name ?? "") })}
                          onClick={() => setPurging(record)}
                        >
                          <Trash2 size={15} />
                        </IconButton>
                      </>
                    )}
                  </li>
                ))}
              </ul>
            )
          }
        </Pages>
      </div>
      {purging && (
        <Dialog
          title={t("Delete {name} for good", { name: String(purging.name ?? object.label) })}
          width="420px"
          onClose={() => setPurging(null)}
          footer={
            <>
              <Button size="md" onClick={() => setPurging(null)}>
                {t("Cancel")}
              </Button>
              <Button look="danger" size="md" onClick={() => purge(purging)}>
                {t("Delete for good")}
              </Button>
            </>
          }
        >
          <p>{t("It cannot be brought back, neither here nor by going back to an earlier revision.")}</p>
        </Dialog>
      )}
    </section>
  );
}
