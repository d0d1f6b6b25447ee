// What is chosen in the designer: a state, a way, or nothing yet.
import { columnFields, fieldOf } from "@/catalog/fields";
import type { ObjectDef, Option } from "@/catalog/types";
import { useComponents } from "@/changes/use-components";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextArea } from "@/components/inputs";
import { OrderedFields } from "@/fields/ordered-fields";
import { t } from "@/lib/i18n";
import { ActionsForm } from "./actions-form";
import { patchState, patchTransition } from "./process-draft";
import type { ListProps } from "./process-lists";
import { TransitionForm } from "./transition-form";

interface ChosenProps extends ListProps {
  object: ObjectDef;
  options: Option[];
  tried: boolean;
}

export function ChosenProperties({ object, draft, options, chosen, tried, onChoose, onChange }: ChosenProps) {
  const roles = useComponents<{ name: string; label?: string }>("roles");
  const transition = chosen?.kind === "transition" ? draft.transitions[chosen.at] : undefined;
  const state = chosen?.kind === "state" ? draft.states.find((s) => s.value === chosen.value) : undefined;
  if (transition && chosen?.kind === "transition") {
    return (
      <TransitionForm
        key={transition.name}
        object={object}
        draft={draft}
        transition={transition}
        options={options}
        roles={roles.data ?? []}
        tried={tried}
        onChange={(patch) => onChange(patchTransition(draft, chosen.at, patch))}
        onRemove={() => {
          onChoose(null);
          onChange({ ...draft, transitions: draft.transitions.filter((t) => t.name !== transition.name) });
        }}
      />
    );
  }
  if (!state) {
    return (
      <p className="text-text-3 text-xs">
        {t(
          "Choose a state or a way. A way is a button on the record: who may press it, what must be true, and what is filled in before the state changes.",
        )}
      </p>
    );
  }
  const member = (key: "initial" | "final") => draft[key]?.includes(state.value) ?? false;
  const toggle = (key: "initial" | "final") =>
    onChange({
      ...draft,
      [key]: member(key) ? draft[key]?.filter((v) => v !== state.value) : [...(draft[key] ?? []), state.value],
    });
  return (
    <div className="flex flex-col gap-4">
      <h2 className="font-semibold">{options.find((o) => o.value === state.value)?.label ?? state.value}</h2>
      {(["initial", "final"] as const).map((key) => (
        <label key={key} className="flex items-center gap-2">
          <Checkbox checked={member(key)} onChange={() => toggle(key)} />
          {key === "initial" ? t("A record may begin here") : t("A record ends here")}
        </label>
      ))}
      <label className="flex items-center gap-2">
        <Checkbox
          checked={Boolean(state.lock)}
          onChange={(e) => onChange(patchState(draft, state.value, { lock: e.target.checked }))}
        />
        {t("Records are locked here: only a way goes on")}
      </label>
      <FieldFrame label={t("What to do here")} hint={t("Shown on the record while it is in this state.")}>
        {(ids) => (
          <TextArea
            id={ids.id}
            rows={3}
            aria-describedby={ids.describedBy}
            value={state.guidance ?? ""}
            onChange={(e) => onChange(patchState(draft, state.value, { guidance: e.target.value }))}
          />
        )}
      </FieldFrame>
      <div className="flex flex-col gap-1">
        <h3 className="font-medium text-text-2 text-xs">{t("Fields that matter here")}</h3>
        <OrderedFields
          object={object}
          label={t("Fields that matter here")}
          add={t("Add field")}
          paths={state.key_fields ?? []}
          from={columnFields(object).filter((f) => fieldOf(object, f.name))}
          onChange={(key_fields) => onChange(patchState(draft, state.value, { key_fields }))}
        />
      </div>
      <ActionsForm
        tells={false}
        tried={tried}
        object={object}
        label={t("Done when a record comes here")}
        actions={state.enter ?? []}
        onChange={(enter) => onChange(patchState(draft, state.value, { enter }))}
      />
    </div>
  );
}
