// A way from some states to another: who or what takes it, what must be true, what is asked on the way and done after it.
import { Trash2 } from "lucide-react";
import { useState } from "react";
import type { ObjectDef, Option } from "@/catalog/types";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { FormulaField } from "@/formulas/formula-field";
import { t } from "@/lib/i18n";
import { parseNumber } from "@/lib/numbers";
import { humanize } from "@/lib/text";
import { ActionsForm } from "./actions-form";
import { DuringForm } from "./during-form";
import { hoursOf, isTime, type Process, type Transition } from "./process-draft";

interface TransitionFormProps {
  object: ObjectDef;
  draft: Process;
  transition: Transition;
  options: Option[];
  roles: { name: string; label?: string }[];
  tried: boolean;
  onChange: (patch: Partial<Transition>) => void;
  onRemove: () => void;
}

const words = (who: unknown[] | undefined): string[] => (who ?? []).filter((w): w is string => typeof w === "string");

export function TransitionForm(props: TransitionFormProps) {
  const { object, draft, transition, options, roles, tried, onChange, onRemove } = props;
  const states = draft.states.map((s) => ({
    id: s.value,
    label: options.find((o) => o.value === s.value)?.label ?? s.value,
  }));
  const hours = hoursOf(transition);
  return (
    <div className="flex flex-col gap-4">
      <FieldFrame label={t("Label")} hint={t("On the button that people press.")}>
        {(ids) => (
          <TextInput
            id={ids.id}
            maxLength={80}
            aria-describedby={ids.describedBy}
            value={transition.label ?? humanize(transition.name)}
            onChange={(e) => onChange({ label: e.target.value })}
          />
        )}
      </FieldFrame>
      <div className="grid grid-cols-2 gap-3">
        <FieldFrame label={t("From")}>
          {(ids) => (
            <Select
              id={ids.id}
              multiple
              label={t("From")}
              placeholder={t("Any state")}
              choices={states.filter((s) => s.id !== transition.to)}
              value={transition.from ?? []}
              onChange={(from) => onChange({ from })}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("To")}>
          {(ids) => (
            <Select
              id={ids.id}
              label={t("To")}
              choices={states}
              value={[transition.to]}
              onChange={(next) =>
                next[0] && onChange({ to: next[0], from: transition.from?.filter((s) => s !== next[0]) ?? [] })
              }
            />
          )}
        </FieldFrame>
      </div>
      <Beginning transition={transition} onChange={onChange} />
      {hours === null && (
        <FieldFrame label={t("Who may take it")}>
          {(ids) => (
            <Select
              id={ids.id}
              multiple
              label={t("Who may take it")}
              placeholder={t("Whoever may edit the record")}
              choices={[
                { id: "owner", label: t("Its owner") },
                ...roles.map((r) => ({ id: `role:${r.name}`, label: r.label ?? humanize(r.name), group: t("Roles") })),
              ]}
              value={words(transition.who)}
              onChange={(next) =>
                onChange({ who: [...(transition.who ?? []).filter((w) => typeof w !== "string"), ...next] })
              }
            />
          )}
        </FieldFrame>
      )}
      <FormulaField
        plain
        object={object}
        label={t("Only when")}
        value={transition.before ?? ""}
        expects="boolean"
        saving
        lines={2}
        placeholder={t("always")}
        onChange={(before) => onChange({ before })}
      />
      {transition.before?.trim() && hours === null && (
        <FieldFrame label={t("Told when it is not")}>
          {(ids) => (
            <TextInput
              id={ids.id}
              maxLength={500}
              value={transition.message ?? ""}
              onChange={(e) => onChange({ message: e.target.value })}
            />
          )}
        </FieldFrame>
      )}
      {hours === null && (
        <DuringForm object={object} during={transition.during ?? {}} onChange={(during) => onChange({ during })} />
      )}
      <ActionsForm
        tells
        tried={tried}
        object={object}
        label={t("Done after it")}
        actions={transition.after ?? []}
        onChange={(after) => onChange({ after })}
      />
      <Button look="danger-ghost" className="self-start" icon={<Trash2 size={13} />} onClick={onRemove}>
        {t("Remove this way")}
      </Button>
    </div>
  );
}

/** Whether people take the way, or Trellis does after a time. */
export function Beginning({ transition, onChange }: Pick<TransitionFormProps, "transition" | "onChange">) {
  const hours = hoursOf(transition);
  const [typed, setTyped] = useState(hours !== null && isTime(hours) ? String(hours) : "");
  return (
    <>
      <FieldFrame label={t("It begins")}>
        {(ids) => (
          <Select
            id={ids.id}
            label={t("It begins")}
            choices={[
              { id: "manual", label: t("When somebody takes it") },
              { id: "automatic", label: t("By itself, after a time in the state") },
            ]}
            value={[hours === null ? "manual" : "automatic"]}
            onChange={([next]) => {
              const begins = hours ?? 24;
              if (hours === null) setTyped(String(begins));
              onChange({ trigger: next === "automatic" ? { automatic: { after_hours: begins } } : "manual" });
            }}
          />
        )}
      </FieldFrame>
      {hours !== null && (
        <FieldFrame
          label={t("Hours in the state")}
          error={isTime(hours) ? undefined : t("A number above zero, such as 0.25 or 168.")}
          hint={t("A quarter of an hour is 0.25, a week 168. Choose the states that it begins in.")}
        >
          {(ids) => (
            <TextInput
              id={ids.id}
              inputMode="decimal"
              className="num"
              aria-describedby={ids.describedBy}
              aria-invalid={ids.invalid || undefined}
              value={typed}
              onChange={(e) => {
                setTyped(e.target.value);
                // What cannot be read is no number, and not the one before.
                const exact = parseNumber(e.target.value) || Number.NaN;
                onChange({ trigger: { automatic: { after_hours: Number(exact) } } });
              }}
            />
          )}
        </FieldFrame>
      )}
    </>
  );
}
