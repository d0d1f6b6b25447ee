// What Trellis does by itself: fields that it fills in, and events that it tells.
import { Megaphone, X } from "lucide-react";
import { columnFields, fieldOf, isWritable } from "@/catalog/fields";
import type { ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { AddField } from "@/fields/ordered-fields";
import { FormulaField } from "@/formulas/formula-field";
import { t } from "@/lib/i18n";
import { type Action, isSaid } from "./process-draft";

interface ActionsFormProps {
  object: ObjectDef;
  /** What these are, as a heading. */
  label: string;
  actions: Action[];
  /** Whether events may be told here. */
  tells: boolean;
  /** Whether it was tried to publish this: what is not said yet is marked then. */
  tried: boolean;
  onChange: (actions: Action[]) => void;
}

const EXAMPLE = "quote.sent";

/** A value as the text of a formula: numbers, yes, no and blank are their own. */
export function formulaOf(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined ? "" : String(value).toUpperCase();
}

export function ActionsForm({ object, label, actions, tells, tried, onChange }: ActionsFormProps) {
  const set = (at: number, next: Action) => onChange(actions.map((one, i) => (i === at ? next : one)));
  const remove = (at: number) => onChange(actions.filter((_, i) => i !== at));
  const taken = new Set(actions.map((one) => (one.action === "set" ? one.field : "")));
  return (
    <div role="group" aria-label={label} className="flex flex-col gap-1.5">
      <h3 className="font-medium text-text-2 text-xs">{label}</h3>
      {actions.length > 0 && (
        <ul className="flex flex-col gap-2">
          {actions.map((one, at) => {
            const name = one.action === "set" ? (fieldOf(object, one.field)?.label ?? one.field) : t("the event");
            const error = tried && !isSaid(one) ? t("Say this, or remove the line.") : undefined;
            return (
              <li key={at} className="flex items-start gap-1">
                <div className="min-w-0 flex-1">
                  {one.action === "set" ? (
                    <FormulaField
                      plain
                      object={object}
                      label={t("{name} becomes", { name })}
                      value={formulaOf(one.value)}
                      saving
                      lines={1}
                      error={error}
                      onChange={(value) => set(at, { ...one, value })}
                    />
                  ) : (
                    <FieldFrame label={t("Tells the event")} error={error}>
                      {(ids) => (
                        <TextInput
                          id={ids.id}
                          className="font-mono text-xs"
                          spellCheck={false}
                          placeholder={EXAMPLE}
                          maxLength={80}
                          aria-describedby={ids.describedBy}
                          aria-invalid={ids.invalid || undefined}
                          value={one.event}
                          onChange={(e) => set(at, { ...one, event: e.target.value })}
                        />
                      )}
                    </FieldFrame>
                  )}
                </div>
                <button
                  type="button"
                  aria-label={t("Remove {label}", { label: name })}
                  className="inline-flex size-7 shrink-0 items-center justify-center rounded-control text-text-3 hover:bg-hover"
                  onClick={() => remove(at)}
                >
                  <X size={13} />
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <div className="flex flex-wrap gap-1.5">
        <AddField
          label={t("Set a field")}
          fields={columnFields(object).filter((f) => isWritable(object, f) && !taken.has(f.name))}
          onPick={(field) => onChange([...actions, { action: "set", field, value: "" }])}
        />
        {tells && (
          <Button
            look="outline"
            icon={<Megaphone size={14} />}
            onClick={() => onChange([...actions, { action: "emit", event: "" }])}
          >
            {t("Tell an event")}
          </Button>
        )}
      </div>
    </div>
  );
}
