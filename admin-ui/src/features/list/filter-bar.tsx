// Filters as chips: field, operator, value. Every chip opens to be changed; the button adds one.
import { ListFilter, X } from "lucide-react";
import { type RefObject, useRef, useState } from "react";
import { columnFields, fieldOf } from "@/catalog/fields";
import type { ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { PickerList } from "@/components/picker";
import { Popover } from "@/components/popover";
import { Select } from "@/components/select";
import { kindOf } from "@/fields/registry";
import type { Condition } from "@/lib/filter";
import { OperandInput, operandText } from "./operand";

interface FilterButtonProps {
  object: ObjectDef;
  onAdd: (condition: Condition) => void;
  open: boolean;
  setOpen: (open: boolean) => void;
}

export function FilterButton({ object, onAdd, open, setOpen }: FilterButtonProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  const fields = columnFields(object).filter((f) => kindOf(f).operators.length > 0);
  return (
    <>
      <Button
        ref={anchor}
        icon={<ListFilter size={14} />}
        aria-haspopup="listbox"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        Filter
      </Button>
      <Popover
        open={open}
        onClose={() => setOpen(false)}
        anchor={anchor}
        align="end"
        role="presentation"
        className="flex w-64 flex-col"
      >
        <PickerList
          label="Field to filter by"
          placeholder="Filter by"
          choices={fields.map((f) => {
            const Icon = kindOf(f).icon;
            return { id: f.name, label: f.label, words: f.name, icon: <Icon size={14} className="text-text-3" /> };
          })}
          onPick={(choice) => {
            const field = fieldOf(object, choice.id);
            const operator = field && kindOf(field).operators[0];
            setOpen(false);
            if (field && operator) onAdd({ field: field.name, op: operator.id });
          }}
        />
      </Popover>
    </>
  );
}

interface FilterChipsProps {
  object: ObjectDef;
  conditions: Condition[];
  onChange: (conditions: Condition[]) => void;
  /** The chip that was just added and opens at once. */
  fresh: number | null;
  onOpened: () => void;
}

export function FilterChips({ object, conditions, onChange, fresh, onOpened }: FilterChipsProps) {
  if (conditions.length === 0) return null;
  return (
    <ul
      aria-label="Filters"
      className="flex flex-wrap items-center gap-1.5 border-line border-b px-3 py-1.5 phone:px-4"
    >
      {conditions.map((condition, i) => (
        <Chip
          key={`${i}:${condition.field}`}
          object={object}
          condition={condition}
          startOpen={fresh === i}
          onOpened={onOpened}
          onChange={(next) => onChange(conditions.map((c, j) => (j === i ? next : c)))}
          onRemove={() => onChange(conditions.filter((_, j) => j !== i))}
        />
      ))}
      <li>
        <Button className="h-6 px-2 text-xs" onClick={() => onChange([])}>
          Clear filters
        </Button>
      </li>
    </ul>
  );
}

interface ChipProps {
  object: ObjectDef;
  condition: Condition;
  startOpen: boolean;
  onOpened: () => void;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

function Chip({ object, condition, startOpen, onOpened, onChange, onRemove }: ChipProps) {
  const [open, setOpen] = useState(startOpen);
  const anchor = useRef<HTMLLIElement>(null);
  const field = fieldOf(object, condition.field);
  if (!field) return null;
  const kind = kindOf(field);
  const operator = kind.operators.find((o) => o.id === condition.op) ?? kind.operators[0];
  if (!operator) return null;
  const words = operandText(field, operator, condition.value);
  const Icon = kind.icon;
  return (
    <li
      ref={anchor}
      className="flex h-6 max-w-full items-center rounded-control border border-accent-line bg-accent-soft text-xs"
    >
      <button
        type="button"
        className="flex h-full min-w-0 items-center gap-1 rounded-s-control ps-1.5 pe-1"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon size={12} aria-hidden="true" className="text-text-2" />
        <span className="whitespace-nowrap font-medium">{field.label}</span>
        <span className="whitespace-nowrap text-text-2">{operator.label}</span>
        {operator.operand !== "none" && <span className="truncate font-medium text-accent-text">{words || "…"}</span>}
      </button>
      <button
        type="button"
        aria-label={`Remove filter ${field.label}`}
        className="inline-flex h-full w-6 items-center justify-center rounded-e-control text-text-2 hover:bg-hover"
        onClick={onRemove}
      >
        <X size={12} />
      </button>
      <Popover
        open={open}
        onClose={() => {
          setOpen(false);
          onOpened();
        }}
        anchor={anchor as RefObject<HTMLElement | null>}
        label={`Filter by ${field.label}`}
        className="flex w-72 flex-col gap-2 p-3"
      >
        <Select
          label="Operator"
          searchable={false}
          choices={kind.operators.map((o) => ({ id: o.id, label: o.label }))}
          value={[operator.id]}
          onChange={(next) => {
            const chosen = kind.operators.find((o) => o.id === next[0]);
            if (!chosen) return;
            const keep = chosen.operand === operator.operand;
            onChange({ field: condition.field, op: chosen.id, ...(keep ? { value: condition.value } : {}) });
          }}
        />
        <OperandInput
          key={operator.operand}
          field={field}
          operator={operator}
          value={condition.value}
          onChange={(value) => onChange({ ...condition, op: operator.id, value })}
        />
      </Popover>
    </li>
  );
}
