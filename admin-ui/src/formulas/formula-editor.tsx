// The formula editor: text with completion along paths, what the server makes of it, and what it gives on a record.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { listFunctions } from "@/api/formulas";
import { useCatalog } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { late } from "@/components/late";
import { RecordPicker, usePreviewRecord } from "@/fields/preview-record";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { FormulaStatus } from "./formula-status";
import { useCheck } from "./use-check";
import { callAt } from "./words";

const CodeArea = late(() => import("./code-area"), "CodeArea", "line", "px-2.5");

export interface FormulaEditorProps {
  object: ObjectDef;
  value: string;
  onChange: (text: string) => void;
  label: string;
  /** The type that the formula must have; any when left out. */
  expects?: string;
  /** The formula is asked when a record is saved, and may ask what changes. */
  saving?: boolean;
  placeholder?: string;
  lines?: number;
  invalid?: boolean;
  /** Without the line that tries it on a record. */
  plain?: boolean;
  /** It is to filter a list of the object. */
  filters?: boolean;
  /** One is there to write it: the cursor stands in it. */
  autoFocus?: boolean;
}

export function FormulaEditor(props: FormulaEditorProps) {
  const { object, value, label, expects, saving, lines = 3 } = props;
  const catalog = useCatalog();
  const functions = useQuery({
    queryKey: ["formula-functions"],
    queryFn: ({ signal }) => listFunctions(signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const { record, id, choose } = usePreviewRecord(object, !props.plain);
  const [cursor, setCursor] = useState(0);
  const asked = { object: object.name, formula: value, expects, saving, record: props.plain ? undefined : id };
  const state = useCheck(asked, props.filters ? object : undefined);
  const call = callAt(value, cursor);
  const known = call && functions.data?.find((f) => f.name.toLowerCase() === call.name.toLowerCase());
  const wrong = props.invalid || Boolean(state.checked?.problems.length);
  return (
    <div
      className={cx(
        "min-w-0 rounded-control border bg-surface focus-within:ring-2",
        wrong
          ? "border-red focus-within:ring-red-soft"
          : "border-line-2 focus-within:border-accent focus-within:ring-accent-soft",
      )}
    >
      <div style={{ minHeight: lines * 20 + 12 }}>
        <CodeArea
          catalog={catalog}
          object={object}
          functions={functions.data ?? []}
          value={value}
          label={label}
          placeholder={props.placeholder ?? ""}
          lines={lines}
          autoFocus={props.autoFocus}
          problems={state.checked?.problems ?? []}
          warnings={state.checked?.warnings ?? []}
          onChange={props.onChange}
          onCursor={setCursor}
        />
      </div>
      <FormulaStatus state={state} empty={value.trim() === ""} call={known ?? undefined} />
      {!props.plain && value.trim() !== "" && (
        <TryOut object={object} state={state}>
          <RecordPicker
            object={object}
            id={id}
            name={String(record?.name ?? "")}
            onChoose={choose}
            label={t("Tried on")}
          />
        </TryOut>
      )}
    </div>
  );
}

interface TryOutProps {
  object: ObjectDef;
  state: ReturnType<typeof useCheck>;
  children: React.ReactNode;
}

/** What it gives on a record of one's choice. */
function TryOut({ state, children }: TryOutProps) {
  const { checked } = state;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 border-line border-t px-2.5 py-1.5 text-xs">
      {children}
      <output aria-label={t("Result")} className={cx("min-w-0 flex-1 truncate font-mono", state.busy && "text-text-3")}>
        {checked?.sample ? shown(checked.sample) : ""}
      </output>
    </div>
  );
}

const FAULTS: Record<string, string> = {
  DIV0: "divides by zero",
  OVERFLOW: "too large a number",
};

function shown({ value, error }: { value: unknown; error?: string }): string {
  if (error) return t("blank: {why}", { why: t(FAULTS[error] ?? error.toLowerCase()) });
  if (value === null || value === undefined) return t("blank");
  if (typeof value === "boolean") return value ? "true" : "false";
  return typeof value === "string" ? `"${value}"` : typeof value === "number" ? String(value) : JSON.stringify(value);
}
