// Filters as chips: field, operator, value. Every chip opens to be changed; the button adds one.
import { ListFilter, ListTree, Sigma, X } from "lucide-react";
import { type ReactNode, type RefObject, useRef, useState } from "react";
import { columnFields, fieldOf } from "@/catalog/fields";
import type { ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { PickerList } from "@/components/picker";
import { Popover } from "@/components/popover";
import { Select } from "@/components/select";
import { kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";
import { type Condition, countConditions, type FilterTree } from "@/lib/filter";
import { t } from "@/lib/i18n";
import { OperandInput, operandText } from "./operand";

interface FilterButtonProps {
  object: ObjectDef;
  onAdd: (condition: Condition) => void;
  open: boolean;
  setOpen: (open: boolean) => void;
  onBuild: () => void;
}

export function FilterButton({ object, onAdd, open, setOpen, onBuild }: FilterButtonProps) {
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
        {t("Filter")}
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
          label={t("Field to filter by")}
          placeholder={t("Filter by")}
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
          footer={
            <div className="border-line border-t p-1">
              <Button
                className="w-full justify-start px-2"
                icon={<ListTree size={14} />}
                onClick={() => {
                  setOpen(false);
                  onBuild();
                }}
              >
                {t("Groups and formulas")}
              </Button>
            </div>
          }
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
  tree: FilterTree | undefined;
  where: string;
  onBuild: () => void;
  onClear: (what: "all" | "tree" | "where") => void;
}

export function FilterChips(props: FilterChipsProps) {
  const { object, conditions, onChange, fresh, onOpened, tree, where, onBuild, onClear } = props;
  if (conditions.length === 0 && !tree && !where) return null;
  const parts = tree ? countConditions(tree) : 0;
  return (
    <ul
      aria-label={t("Filters")}
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
      {tree && (
        <BuiltChip
          icon={<ListTree size={12} />}
          text={parts === 1 ? t("1 condition") : t("{n} conditions", { n: parts })}
          onOpen={onBuild}
          onRemove={() => onClear("tree")}
        />
      )}
      {where && (
        <BuiltChip icon={<Sigma size={12} />} text={where} mono onOpen={onBuild} onRemove={() => onClear("where")} />
      )}
      <li>
        <Button className="h-6 px-2 text-xs" onClick={() => onClear("all")}>
          {t("Clear filters")}
        </Button>
      </li>
    </ul>
  );
}

interface BuiltChipProps {
  icon: ReactNode;
  text: string;
  mono?: boolean;
  onOpen: () => void;
  onRemove: () => void;
}

/** A filter that was built in the dialog; it opens there again. */
function BuiltChip({ icon, text, mono, onOpen, onRemove }: BuiltChipProps) {
  return (
    <li className="flex h-6 max-w-full items-center rounded-control border border-accent-line bg-accent-soft text-xs">
      <button
        type="button"
        className="flex h-full min-w-0 max-w-96 items-center gap-1 rounded-s-control ps-1.5 pe-1 font-medium"
        onClick={onOpen}
      >
        <span className="text-text-2">{icon}</span>
        <span className={cx("truncate", mono && "font-mono")}>{text}</span>
      </button>
      <button
        type="button"
        aria-label={t("Remove filter {name}", { name: text })}
        className="inline-flex h-full w-6 items-center justify-center rounded-e-control text-text-2 hover:bg-hover"
        onClick={onRemove}
      >
        <X size={12} />
      </button>
    </li>
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
        <span className="whitespace-nowrap text-text-2">{t(operator.label)}</span>
        {operator.operand !== "none" && <span className="truncate font-medium text-accent-text">{words || "…"}</span>}
      </button>
      <button
        type="button"
        aria-label={t("Remove filter {name}", { name: field.label })}
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
        label={t("Filter by {field}", { field: field.label })}
        className="flex w-72 flex-col gap-2 p-3"
      >
        <Select
          label={t("Operator")}
          searchable={false}
          choices={kind.operators.map((o) => ({ id: o.id, label: t(o.label) }))}
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
