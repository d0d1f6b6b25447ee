// Filters beyond chips: conditions in groups within groups, or a formula.
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { checkCondition } from "@/api/formulas";
import { messageOf } from "@/api/problem";
import { columnFields, fieldOf } from "@/catalog/fields";
import type { ObjectDef } from "@/catalog/types";
import { Button, IconButton } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Select } from "@/components/select";
import { kindOf } from "@/fields/registry";
import { FormulaField } from "@/formulas/formula-field";
import { cx } from "@/lib/cx";
import { type Condition, countConditions, type FilterTree, isTree } from "@/lib/filter";
import { t } from "@/lib/i18n";
import { inSentence } from "@/lib/text";
import { CompactOperand } from "./operand";

interface FilterBuilderProps {
  object: ObjectDef;
  tree: FilterTree | undefined;
  where: string;
  onApply: (filter: { tree: FilterTree | undefined; where: string | undefined }) => void;
  onClose: () => void;
}

const DEEPEST = 3;

/** Conditions have no name, and their place changes: a number each, while they are edited, keeps them apart. */
type Keyed = { key: number };
type DraftItem = (Condition & Keyed) | DraftTree;
interface DraftTree extends Keyed {
  join: "and" | "or";
  items: DraftItem[];
}

let lastKey = 0;
const isGroup = (item: DraftItem): item is DraftTree => "join" in item;

function keyed(tree: FilterTree): DraftTree {
  const items = tree.items.map((item) => (isTree(item) ? keyed(item) : { ...item, key: ++lastKey }));
  return { join: tree.join, items, key: ++lastKey };
}

function bare({ join, items }: DraftTree): FilterTree {
  return { join, items: items.map((item) => (isGroup(item) ? bare(item) : withoutKey(item))) };
}

const withoutKey = ({ key: _, ...condition }: Condition & Keyed): Condition => condition;

export function FilterBuilder({ object, tree, where, onApply, onClose }: FilterBuilderProps) {
  const [mode, setMode] = useState<"conditions" | "formula">(where ? "formula" : "conditions");
  const [draft, setDraft] = useState<DraftTree>(() =>
    tree ? keyed(tree) : { key: ++lastKey, join: "and", items: [newCondition(object)] },
  );
  const [formula, setFormula] = useState(where);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function apply() {
    const text = formula.trim();
    if (text) {
      setBusy(true);
      try {
        // The server reads the formula; a wrong one is told here instead of breaking the list.
        const { problems } = await checkCondition(object, text);
        if (problems.length) throw new Error(t("The list cannot be filtered by this."));
      } catch (problem) {
        setMode("formula");
        setError(messageOf(problem));
        return;
      } finally {
        setBusy(false);
      }
    }
    const built = bare(draft);
    onApply({ tree: countConditions(built) ? built : undefined, where: text || undefined });
    onClose();
  }

  return (
    <Dialog
      shape="box"
      width="760px"
      title={t("Filter {objects}", { objects: inSentence(object.plural_label) })}
      onClose={onClose}
      onSubmit={apply}
      footer={
        <>
          <Button
            className="me-auto"
            onClick={() => {
              setDraft(keyed({ join: "and", items: [] }));
              setFormula("");
              setError(undefined);
            }}
          >
            {t("Clear")}
          </Button>
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {t("Apply filter")}
          </Button>
        </>
      }
    >
      <div role="tablist" aria-label={t("How to filter")} className="mb-3 inline-flex rounded-control bg-hover p-0.5">
        {(["conditions", "formula"] as const).map((each) => (
          <button
            key={each}
            type="button"
            role="tab"
            aria-selected={mode === each}
            className={cx(
              "h-6.5 rounded-tag px-3 font-medium",
              mode === each ? "bg-surface text-text shadow-card" : "text-text-2 hover:text-text",
            )}
            onClick={() => setMode(each)}
          >
            {each === "conditions" ? t("Conditions") : t("Formula")}
          </button>
        ))}
      </div>
      {mode === "conditions" ? (
        <GroupEditor object={object} tree={draft} depth={0} onChange={setDraft} />
      ) : (
        <div className="flex flex-col gap-2">
          <FormulaField
            plain
            filters
            autoFocus
            object={object}
            label={t("Formula")}
            expects="boolean"
            lines={4}
            placeholder={t('A condition, such as: created_at > TODAY() - 30 AND owner.name <> "Ann"')}
            value={formula}
            error={error}
            onChange={(text) => {
              setFormula(text);
              setError(undefined);
            }}
          />
          <p className="text-text-3 text-xs">
            {t("The language of formula fields: AND, OR, NOT, comparisons, functions. Related fields with a dot.")}
          </p>
        </div>
      )}
    </Dialog>
  );
}

function filterFields(object: ObjectDef) {
  return columnFields(object).filter((f) => kindOf(f).operators.length > 0);
}

function newCondition(object: ObjectDef): Condition & Keyed {
  const field = filterFields(object)[0];
  return { key: ++lastKey, field: field?.name ?? "name", op: (field && kindOf(field).operators[0]?.id) ?? "contains" };
}

interface GroupEditorProps {
  object: ObjectDef;
  tree: DraftTree;
  depth: number;
  onChange: (tree: DraftTree) => void;
  onRemove?: () => void;
}

function GroupEditor({ object, tree, depth, onChange, onRemove }: GroupEditorProps) {
  const { join, items } = tree;
  const change = (next: Partial<DraftTree>) => onChange({ ...tree, ...next });
  const set = (at: number, item: DraftItem) => change({ items: items.map((each, i) => (i === at ? item : each)) });
  const remove = (at: number) => change({ items: items.filter((_, i) => i !== at) });
  return (
    <div
      role="group"
      aria-label={join === "and" ? t("All of these") : t("Any of these")}
      className={cx("flex flex-col gap-2", depth > 0 && "rounded-control border border-line bg-sunken p-2")}
    >
      {items.map((item, i) => (
        <div key={item.key} className="flex items-start gap-2">
          <span className="w-18 shrink-0 pt-1">
            {i === 0 ? (
              <span className="px-1 text-text-2">{t("Where")}</span>
            ) : i === 1 ? (
              <button
                type="button"
                title={t("Change between and, or")}
                className="h-6 rounded-tag border border-line-2 bg-surface px-2 font-medium text-xs hover:bg-hover"
                onClick={() => change({ join: join === "and" ? "or" : "and" })}
              >
                {join === "and" ? t("and") : t("or")}
              </button>
            ) : (
              <span className="px-2 text-text-2 text-xs">{join === "and" ? t("and") : t("or")}</span>
            )}
          </span>
          <div className="min-w-0 flex-1">
            {isGroup(item) ? (
              <GroupEditor
                object={object}
                tree={item}
                depth={depth + 1}
                onChange={(next) => set(i, next)}
                onRemove={() => remove(i)}
              />
            ) : (
              <ConditionEditor
                object={object}
                condition={item}
                onChange={(next) => set(i, { ...next, key: item.key })}
                onRemove={() => remove(i)}
              />
            )}
          </div>
        </div>
      ))}
      <div className="flex gap-1">
        <Button icon={<Plus size={14} />} onClick={() => change({ items: [...items, newCondition(object)] })}>
          {t("Condition")}
        </Button>
        {depth < DEEPEST && (
          <Button
            icon={<Plus size={14} />}
            onClick={() =>
              change({
                items: [
                  ...items,
                  { key: ++lastKey, join: join === "and" ? "or" : "and", items: [newCondition(object)] },
                ],
              })
            }
          >
            {t("Group")}
          </Button>
        )}
        {onRemove && (
          <Button look="danger-ghost" icon={<Trash2 size={14} />} onClick={onRemove}>
            {t("Remove group")}
          </Button>
        )}
      </div>
    </div>
  );
}

interface ConditionEditorProps {
  object: ObjectDef;
  condition: Condition;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

function ConditionEditor({ object, condition, onChange, onRemove }: ConditionEditorProps) {
  const field = fieldOf(object, condition.field);
  const operators = field ? kindOf(field).operators : [];
  const operator = operators.find((o) => o.id === condition.op) ?? operators[0];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_28px] items-start gap-2 phone:grid-cols-[minmax(0,3fr)_minmax(0,2.4fr)_minmax(0,3fr)_28px]">
      <Select
        label={t("Field")}
        value={[condition.field]}
        choices={filterFields(object).map((f) => {
          const Icon = kindOf(f).icon;
          return { id: f.name, label: f.label, words: f.name, icon: <Icon size={14} className="text-text-3" /> };
        })}
        onChange={([name]) => {
          const next = fieldOf(object, name ?? "");
          if (next) onChange({ field: next.name, op: kindOf(next).operators[0]?.id ?? "eq" });
        }}
      />
      <span className="phone:order-last">
        <IconButton label={t("Remove condition")} className="mt-0.5" onClick={onRemove}>
          <Trash2 size={14} />
        </IconButton>
      </span>
      <Select
        label={t("Operator")}
        searchable={false}
        value={operator ? [operator.id] : []}
        choices={operators.map((o) => ({ id: o.id, label: t(o.label) }))}
        onChange={([id]) => {
          const chosen = operators.find((o) => o.id === id);
          if (!chosen) return;
          const keep = chosen.operand === operator?.operand;
          onChange({ field: condition.field, op: chosen.id, ...(keep ? { value: condition.value } : {}) });
        }}
      />
      <div className="min-w-0">
        {field && operator && (
          <CompactOperand
            key={`${field.name}:${operator.operand}`}
            field={field}
            operator={operator}
            value={condition.value}
            onChange={(value) => onChange({ ...condition, op: operator.id, value })}
          />
        )}
      </div>
    </div>
  );
}
