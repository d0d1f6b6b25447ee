// What a condition compares with: the right input for the operator, and its words on the chip.
import { useEffect, useState } from "react";
import { useCatalog } from "@/catalog/catalog";
import type { FieldDef } from "@/catalog/types";
import { TextInput } from "@/components/inputs";
import { type Choice, PickerList } from "@/components/picker";
import { Select } from "@/components/select";
import { optionChoices, optionText } from "@/fields/choice";
import { type Operator, PERIODS } from "@/fields/operators";
import { kindByName, kindOf } from "@/fields/registry";
import { isRef, RecordMark, RecordSelect, type Ref, targetOf, useRecordSearch } from "@/fields/relation";
import { t } from "@/lib/i18n";
import { useDebounced } from "@/lib/use-debounced";

interface OperandProps {
  field: FieldDef;
  operator: Operator;
  value: unknown;
  onChange: (value: unknown) => void;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export function OperandInput({ field, operator, value, onChange }: OperandProps) {
  const plain: FieldDef = { ...field, required: false };
  switch (operator.operand) {
    case "none":
      return null;
    case "text":
      return (
        <DelayedText label={`${field.label} ${t(operator.label)}`} value={String(value ?? "")} onChange={onChange} />
      );
    case "value":
      return <Settling field={plain} value={value} onChange={onChange} />;
    case "range":
      return (
        <div className="flex items-center gap-2">
          <Settling
            field={{ ...plain, label: t("{label} from", { label: field.label }) }}
            value={list(value)[0]}
            onChange={(from) => onChange([from, list(value)[1]])}
          />
          <span className="text-text-3">{t("to")}</span>
          <Settling
            field={{ ...plain, label: t("{label} to", { label: field.label }) }}
            value={list(value)[1]}
            onChange={(to) => onChange([list(value)[0], to])}
          />
        </div>
      );
    case "choices":
      return (
        <InlinePicker
          label={field.label}
          choices={optionChoices(field)}
          value={list(value).map(String)}
          onChange={onChange}
        />
      );
    case "words": {
      const Input = kindByName("tags")?.input;
      return Input ? <Input field={plain} value={value} onChange={onChange} /> : null;
    }
    case "period":
      return (
        <Select
          label={t("{label} is in", { label: field.label })}
          choices={PERIODS.map((p) => ({ id: p.value, label: t(p.label) }))}
          value={value ? [String(value)] : []}
          onChange={(next) => onChange(next[0])}
          placeholder={t("Choose a period")}
        />
      );
    case "records":
      return <RecordsPicker field={field} value={list(value).filter(isRef) as Ref[]} onChange={onChange} />;
  }
}

/** The same in one line, for rows of conditions: lists open on demand. */
export function CompactOperand(props: OperandProps) {
  const { field, operator, value, onChange } = props;
  const object = useCatalog().object(targetOf(field));
  if (operator.operand === "choices")
    return (
      <Select
        multiple
        label={field.label}
        choices={optionChoices(field)}
        value={list(value).map(String)}
        onChange={onChange}
      />
    );
  if (operator.operand === "records")
    return (
      <RecordSelect
        multiple
        object={object}
        label={field.label}
        value={list(value).filter(isRef) as Ref[]}
        onChange={(refs) => onChange(refs.map(({ id, name }) => ({ id, name })))}
      />
    );
  if (operator.operand === "text")
    return (
      <TextInput
        aria-label={`${field.label} ${t(operator.label)}`}
        placeholder={t("Value")}
        value={String(value ?? "")}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  if (operator.operand === "value") return <Direct field={field} value={value} onChange={onChange} />;
  if (operator.operand === "range")
    return (
      <div className="flex items-center gap-2">
        <Direct field={field} value={list(value)[0]} onChange={(from) => onChange([from, list(value)[1]])} />
        <span className="text-text-3">{t("to")}</span>
        <Direct field={field} value={list(value)[1]} onChange={(to) => onChange([list(value)[0], to])} />
      </div>
    );
  return <OperandInput {...props} />;
}

/** The kind's own input, heard at once; what cannot be read as a value says nothing. */
function Direct({ field, value, onChange }: Pick<OperandProps, "field" | "value" | "onChange">) {
  const Input = kindOf(field).input;
  const said = (next: unknown) => onChange(typeof next === "object" ? undefined : next);
  return <Input field={{ ...field, required: false }} value={value} onChange={said} />;
}

interface InlinePickerProps {
  label: string;
  choices: Choice[];
  value: string[];
  onChange: (value: string[]) => void;
  onSearch?: (text: string) => void;
}

/** A list that stands open in the chip's popover, with ticks. */
function InlinePicker({ label, choices, value, onChange, onSearch }: InlinePickerProps) {
  return (
    <PickerList
      className="-mx-3 -mb-3 border-line border-t"
      label={label}
      choices={choices}
      selected={value}
      onPick={(c) => onChange(value.includes(c.id) ? value.filter((v) => v !== c.id) : [...value, c.id])}
      {...(onSearch ? { onSearch } : {})}
    />
  );
}

function RecordsPicker({ field, value, onChange }: { field: FieldDef; value: Ref[]; onChange: (v: unknown) => void }) {
  const object = useCatalog().object(targetOf(field));
  const [text, setText] = useState("");
  const found = useRecordSearch(object, text).data ?? [];
  const others = found.filter((r) => !value.some((v) => v.id === r.id));
  const pool = text ? found : [...value, ...others];
  return (
    <InlinePicker
      label={field.label}
      choices={pool.map((r) => ({
        id: r.id,
        label: r.name || t("Unnamed"),
        icon: <RecordMark object={object} name={r.name ?? ""} />,
      }))}
      value={value.map((v) => v.id)}
      onSearch={setText}
      onChange={(ids) => {
        const known = [...value, ...found];
        onChange(ids.flatMap((id) => known.find((r) => r.id === id) ?? []).map(({ id, name }) => ({ id, name })));
      }}
    />
  );
}

function DelayedText({ label, value, onChange }: { label: string; value: string; onChange: (v: unknown) => void }) {
  const [typed, setTyped] = useState(value);
  const settled = useDebounced(typed, 250);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed counts.
  useEffect(() => {
    if (settled !== value) onChange(settled);
  }, [settled]);
  return (
    <TextInput
      data-autofocus
      autoFocus
      aria-label={label}
      placeholder={t("Value")}
      value={typed}
      onChange={(e) => setTyped(e.target.value)}
    />
  );
}

/** The kind's own input, with the list waiting until the typing pauses. */
function Settling({ field, value, onChange }: { field: FieldDef; value: unknown; onChange: (v: unknown) => void }) {
  const [typed, setTyped] = useState(value);
  const settled = useDebounced(typed, 300);
  const Input = kindOf(field).input;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed counts.
  useEffect(() => {
    const readable = typeof settled !== "object" || settled === null;
    if (readable && settled !== value) onChange(settled);
  }, [settled]);
  return <Input field={field} value={value} onChange={setTyped} />;
}

/** The operand in words, for the chip. */
export function operandText(field: FieldDef, operator: Operator, value: unknown): string {
  const kind = kindOf(field);
  switch (operator.operand) {
    case "none":
      return "";
    case "choices":
      return optionText(value, field);
    case "words":
      return list(value).join(", ");
    case "period":
      return t(PERIODS.find((p) => p.value === value)?.label ?? "") || String(value ?? "");
    case "records":
      return list(value)
        .map((v) => (isRef(v) ? (v.name ?? "…") : String(v)))
        .join(", ");
    case "range":
      return list(value)
        .map((v) => kind.text(v, field) || "…")
        .join(` ${t("to")} `);
    case "value":
      return kind.text(value, field);
    case "text":
      return value ? `“${String(value)}”` : "";
  }
}
