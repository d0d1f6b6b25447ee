// Options of picklists: tags to read, a list to choose from.

import type { FieldDef, Option } from "@/catalog/types";
import { Dot, Tag } from "@/components/bits";
import type { Choice } from "@/components/picker";
import { Select } from "@/components/select";
import { type DisplayProps, type InputProps, isEmpty } from "./kind";

export function optionOf(field: FieldDef, value: unknown): Option {
  const found = field.options?.find((o) => o.value === value);
  return found ?? { value: String(value), label: String(value), color: "gray" };
}

/** The choices of a field. A value that is retired stays choosable where it is already set. */
export function optionChoices(field: FieldDef, keep: string[] = []): Choice[] {
  return (field.options ?? [])
    .filter((o) => o.active !== false || keep.includes(o.value))
    .map((o) => ({ id: o.value, label: o.label, icon: <Dot color={o.color} /> }));
}

const asList = (value: unknown): unknown[] => (isEmpty(value) ? [] : Array.isArray(value) ? value : [value]);

export function OptionDisplay({ value, field, compact }: DisplayProps) {
  const list = asList(value);
  if (!list.length) return null;
  return (
    <span className={compact ? "flex min-w-0 gap-1 overflow-hidden" : "flex flex-wrap gap-1"}>
      {list.map((v) => {
        const option = optionOf(field, v);
        return (
          <Tag key={option.value} color={option.color}>
            {option.label}
          </Tag>
        );
      })}
    </span>
  );
}

export const optionText = (value: unknown, field: FieldDef): string =>
  asList(value)
    .map((v) => optionOf(field, v).label)
    .join(", ");

export function optionInput(multiple: boolean) {
  return function OptionInput({ field, value, onChange, id, describedBy, invalid, onDone }: InputProps) {
    const chosen = asList(value).map(String);
    return (
      <Select
        id={id}
        label={field.label}
        describedBy={describedBy}
        invalid={invalid}
        multiple={multiple}
        clearable={!field.required}
        startOpen={Boolean(onDone)}
        {...(onDone ? { onClosed: onDone } : {})}
        choices={optionChoices(field, chosen)}
        value={chosen}
        onChange={(next) => onChange(multiple ? next : (next[0] ?? null))}
        render={(list) => (
          <span className="flex flex-wrap gap-1">
            {list.map((c) => (
              <Tag key={c.id} color={optionOf(field, c.id).color}>
                {c.label}
              </Tag>
            ))}
          </span>
        )}
      />
    );
  };
}
