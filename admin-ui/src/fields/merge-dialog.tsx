// Several records that mean the same thing become one: which of them stays, and for every value that differs, whose counts.
// What points to the others will point to the one that stays; the others go to the recycle bin.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { mergeRecords } from "@/api/bulk";
import { messageOf, Problem, warningsOf } from "@/api/problem";
import type { RecordData } from "@/api/record-store";
import { loadRecord } from "@/api/records";
import { isWritable, nameField, ownFields } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Notice, Skeleton } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { toast } from "@/components/toast";
import { Warned } from "@/components/warned";
import { cx } from "@/lib/cx";
import { formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { count, inSentence } from "@/lib/text";
import { usePhone } from "@/lib/use-media";
import { isEmpty } from "./kind";
import { kindOf } from "./registry";

interface MergeDialogProps {
  object: ObjectDef;
  ids: string[];
  onClose: () => void;
  /** Told the record that stays. */
  onDone: (kept: RecordData) => void;
}

const mergeable = (object: ObjectDef): FieldDef[] =>
  [nameField(object), ...ownFields(object)].filter((f) => isWritable(object, f) && f.kind !== "many_to_many");

/** Values as they are compared: relations by what they point to. */
const same = (a: unknown, b: unknown): boolean =>
  (isEmpty(a) && isEmpty(b)) || JSON.stringify(plain(a)) === JSON.stringify(plain(b));
const plain = (value: unknown): unknown => (value as { id?: unknown } | null)?.id ?? value;

export function MergeDialog({ object, ids, onClose, onDone }: MergeDialogProps) {
  const phone = usePhone();
  const fields = mergeable(object);
  const [kept, setKept] = useState(ids[0] ?? "");
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const query = useQuery({
    queryKey: ["merge", object.name, ids],
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => {
      const paths = new Set(["id", "name", "version", "created_at", ...fields.flatMap((f) => kindOf(f).paths(f))]);
      return Promise.all(ids.map((id) => loadRecord(object, id, [...paths], signal)));
    },
  });
  const records = query.data ?? [];
  const held = (record: RecordData | undefined, field: FieldDef) => record && kindOf(field).read(record, field);
  const find = (id: string) => records.find((record) => record.id === id);
  const differing = fields.filter((field) => records.some((r) => !same(held(r, field), held(records[0], field))));

  /** Whose value counts: the chosen one's, else that of the record that stays, or of the first that has one. */
  function sourceOf(field: FieldDef): string {
    const own = chosen[field.name];
    if (own) return own;
    if (!isEmpty(held(find(kept), field))) return kept;
    return records.find((r) => !isEmpty(held(r, field)))?.id ?? kept;
  }

  async function merge(confirmed = false) {
    setBusy(true);
    setError(null);
    const patches = differing
      .filter((field) => sourceOf(field) !== kept)
      .map((field) => kindOf(field).patch(held(find(sourceOf(field)), field), field));
    try {
      const others = ids.filter((id) => id !== kept);
      const record = await mergeRecords(object, kept, others, Object.assign({}, ...patches), confirmed);
      onDone(record);
      toast(
        t("Merged {records} into {name}", {
          records: count(others.length, inSentence(object.label), inSentence(object.plural_label)),
          name: String(record.name ?? object.label),
        }),
      );
    } catch (problem) {
      setBusy(false);
      setError(problem);
    }
  }

  const warnings = warningsOf(error);
  // A phone has room for the values alone: what they are stands above them.
  const columns = {
    gridTemplateColumns: phone
      ? `repeat(${ids.length}, minmax(132px, 1fr))`
      : `minmax(96px, 9rem) repeat(${ids.length}, minmax(140px, 1fr))`,
  };
  return (
    <Dialog
      title={t("Merge {records}", {
        records: count(ids.length, inSentence(object.label), inSentence(object.plural_label)),
      })}
      width={`${Math.min(1100, 260 + ids.length * 220)}px`}
      onClose={onClose}
      onSubmit={() => merge()}
      footer={
        <>
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy} disabled={!query.data}>
            {t("Merge")}
          </Button>
        </>
      }
    >
      <p className="mb-3 text-text-2">
        {t("What points to the others will point to the one that stays. The others go to the recycle bin.")}
      </p>
      {warnings.length > 0 && (
        <div className="mb-3">
          <Warned texts={warnings} busy={busy} label={t("Go on anyway")} onConfirm={() => void merge(true)} />
        </div>
      )}
      {error !== null && !warnings.length && (
        <div className="mb-3">
          <Notice title={t("Nothing was merged.")}>
            {error instanceof Problem && error.errors.length
              ? error.errors.map((one) => one.message).join(" ")
              : messageOf(error)}
          </Notice>
        </div>
      )}
      {query.isError && <Notice title={t("The records could not be loaded.")}>{messageOf(query.error)}</Notice>}
      {query.isPending && <Skeleton className="my-4 w-2/3" />}
      {query.data && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, so the keyboard must get there.
        <div role="region" aria-label={t("Values side by side")} tabIndex={0} className="overflow-x-auto">
          <Line columns={columns} label={t("Stays")}>
            {records.map((record) => (
              <Cell
                key={record.id}
                group="stays"
                chosen={record.id === kept}
                onChoose={() => {
                  setKept(record.id);
                  setError(null);
                }}
              >
                <span className="block truncate font-medium">{String(record.name ?? "") || t("Unnamed")}</span>
                <span className="block truncate text-text-2 text-xs">{formatDateTime(String(record.created_at))}</span>
              </Cell>
            ))}
          </Line>
          {differing.map((field) => (
            <Line key={field.name} columns={columns} label={field.label}>
              {records.map((record) => {
                const value = held(record, field);
                const Display = kindOf(field).display;
                return (
                  <Cell
                    key={record.id}
                    group={field.name}
                    chosen={sourceOf(field) === record.id}
                    onChoose={() => {
                      setChosen((c) => ({ ...c, [field.name]: record.id }));
                      setError(null);
                    }}
                  >
                    {isEmpty(value) ? (
                      <span className="text-text-2">{t("empty")}</span>
                    ) : (
                      <Display value={value} field={field} compact />
                    )}
                  </Cell>
                );
              })}
            </Line>
          ))}
          {differing.length === 0 && <p className="py-3 text-text-2">{t("All of their values are the same.")}</p>}
        </div>
      )}
    </Dialog>
  );
}

interface LineProps {
  columns: React.CSSProperties;
  label: string;
  children: React.ReactNode;
}

function Line({ columns, label, children }: LineProps) {
  return (
    <div role="radiogroup" aria-label={label} style={columns} className="grid min-w-fit border-line border-b">
      <span className="col-span-full flex items-center pe-2 pt-2 text-text-2 text-xs phone:col-span-1 phone:pt-0 phone:text-sm">
        {label}
      </span>
      {children}
    </div>
  );
}

interface CellProps {
  group: string;
  chosen: boolean;
  onChoose: () => void;
  children: React.ReactNode;
}

function Cell({ group, chosen, onChoose, children }: CellProps) {
  return (
    <label
      className={cx(
        "flex min-h-9 min-w-0 cursor-default items-center gap-2 px-2.5 py-1.5",
        chosen ? "bg-accent-soft" : "hover:bg-hover",
      )}
    >
      <input type="radio" name={`merge-${group}`} checked={chosen} onChange={onChoose} className="accent-(--accent)" />
      <span className="flex min-w-0 flex-1 [&>*]:truncate">{children}</span>
    </label>
  );
}
