// Writing one conversion: when it may be done, what comes out of it, what the record gets.
import { useState } from "react";
import { useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import type { ObjectDef } from "@/catalog/types";
import { ComponentDrawer } from "@/changes/component-drawer";
import { AddPicker } from "@/components/add-picker";
import { Glyph } from "@/components/bits";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { FormulaField } from "@/formulas/formula-field";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import {
  type ConversionDef,
  type ConversionDraft,
  conversionName,
  fillable,
  newTarget,
  type TargetDef,
  type Value,
  wordOf,
  written,
} from "./conversion-draft";
import { TargetCard } from "./target-card";
import { ValueRows } from "./value-rows";

interface ConversionDrawerProps {
  object: ObjectDef;
  conversion: ConversionDef | undefined;
  label: string;
  /** All conversions of the object. */
  all: ConversionDef[];
  onClose: () => void;
}

function startOf(object: ObjectDef, conversion: ConversionDef | undefined): ConversionDraft {
  const { name: _, ...rest } = conversion ?? { name: "", object: object.name };
  return { ...rest, targets: rest.targets ?? [] };
}

const KNOWN = ["label", "description", "extends", "when", "message", "mark", "targets"];

export function ConversionDrawer({ object, conversion, label, all, onClose }: ConversionDrawerProps) {
  const [draft, setDraft] = useState(() => startOf(object, conversion));
  const set = (patch: Partial<ConversionDraft>) => setDraft((d) => ({ ...d, ...patch }));
  const name = conversion?.name ?? conversionName(object, draft, new Set(all.map((one) => one.name)));
  const bases = all.filter((one) => !one.extends && one.name !== conversion?.name);
  const base = bases.find((one) => wordOf(one.name) === draft.extends);
  const before = base?.targets ?? [];
  const blank = draft.targets.some((target) => Object.values(target.values ?? {}).includes(""));
  const missing: Record<string, string> = {
    ...(draft.extends || draft.mark ? {} : { mark: t("Choose the date that tells when it happened.") }),
    ...(draft.targets.length ? {} : { targets: t("Say what comes out of it.") }),
    ...(blank ? { targets: t("Write each formula, or take its field out.") } : {}),
  };
  const change = (at: number, patch: Partial<TargetDef>) =>
    set({ targets: draft.targets.map((one, i) => (i === at ? { ...one, ...patch } : one)) });
  return (
    <ComponentDrawer
      kind="conversions"
      noun={t("conversion")}
      label={label || draft.label || t("the conversion")}
      existing={conversion?.name}
      name={name}
      definition={written(draft)}
      known={KNOWN}
      missing={missing}
      width="680px"
      onClose={onClose}
    >
      {(errors) => (
        <>
          {bases.length > 0 && (
            <FieldFrame label={t("What it is")} error={errors.extends}>
              {(ids) => (
                <Select
                  id={ids.id}
                  label={t("What it is")}
                  choices={[
                    { id: "", label: t("A conversion of its own") },
                    ...bases.map((one) => ({
                      id: wordOf(one.name),
                      label: t("More for {label}", { label: one.label || humanize(wordOf(one.name)) }),
                    })),
                  ]}
                  value={[draft.extends ?? ""]}
                  onChange={(next) => set({ extends: next[0] ?? "" })}
                />
              )}
            </FieldFrame>
          )}
          {!draft.extends && <Head object={object} draft={draft} errors={errors} onChange={set} />}
          <Targets
            object={object}
            draft={draft}
            before={before}
            error={errors.targets}
            onChange={change}
            onTargets={(targets) => set({ targets })}
          />
          <Afterwards object={object} draft={draft} before={before} onChange={set} />
          <label className="flex items-center gap-2">
            <Checkbox checked={draft.active !== false} onChange={(e) => set({ active: e.target.checked })} />
            {t("The conversion is on")}
          </label>
          <p className="font-mono text-text-3 text-xs">{name}</p>
        </>
      )}
    </ComponentDrawer>
  );
}

interface PartProps {
  object: ObjectDef;
  draft: ConversionDraft;
  onChange: (patch: Partial<ConversionDraft>) => void;
}

/** What only a conversion of its own says. */
function Head({ object, draft, errors, onChange }: PartProps & { errors: Record<string, string> }) {
  const dates = object.fields.filter((f) => f.kind === "datetime" && !f.standard);
  return (
    <>
      <div className="grid gap-4 phone:grid-cols-2">
        <FieldFrame label={t("Label")} hint={t("On the button that people press.")} error={errors.label}>
          {(ids) => (
            <TextInput
              id={ids.id}
              maxLength={80}
              aria-describedby={ids.describedBy}
              placeholder={t("Convert")}
              value={draft.label ?? ""}
              onChange={(e) => onChange({ label: e.target.value })}
            />
          )}
        </FieldFrame>
        <FieldFrame
          label={t("When it happened, in")}
          required
          hint={t("A record that has this date is not converted again.")}
          error={errors.mark}
        >
          {(ids) => (
            <Select
              id={ids.id}
              label={t("When it happened, in")}
              invalid={ids.invalid}
              choices={dates.map((f) => ({ id: f.name, label: f.label }))}
              value={draft.mark ? [draft.mark] : []}
              onChange={(next) => onChange({ mark: next[0] ?? "" })}
              empty={t("The object has no field for a date and time yet.")}
            />
          )}
        </FieldFrame>
      </div>
      <FormulaField
        plain
        object={object}
        label={t("Records that can be converted")}
        value={draft.when ?? ""}
        expects="boolean"
        lines={2}
        error={errors.when}
        placeholder={t("all of them")}
        onChange={(when) => onChange({ when })}
      />
      {draft.when?.trim() && (
        <FieldFrame label={t("Told when it is not")} error={errors.message}>
          {(ids) => (
            <TextInput
              id={ids.id}
              maxLength={500}
              value={draft.message ?? ""}
              onChange={(e) => onChange({ message: e.target.value })}
            />
          )}
        </FieldFrame>
      )}
    </>
  );
}

interface TargetsProps {
  object: ObjectDef;
  draft: ConversionDraft;
  before: TargetDef[];
  error: string | undefined;
  onChange: (at: number, patch: Partial<TargetDef>) => void;
  onTargets: (targets: TargetDef[]) => void;
}

function Targets({ object, draft, before, error, onChange, onTargets }: TargetsProps) {
  const catalog = useCatalog();
  const choices = catalog.objects
    .filter((one) => !one.system)
    .map((one) => ({
      id: one.name,
      label: one.label,
      icon: <Glyph icon={objectIcon(one)} hue={objectHue(one.name)} size={18} />,
    }));
  return (
    <div className="flex flex-col gap-2.5">
      <h3 className="font-semibold">{t("What comes out of it")}</h3>
      {draft.targets.map((target, at) => (
        <TargetCard
          key={target.name}
          from={object}
          target={target}
          before={[...before, ...draft.targets.slice(0, at)]}
          onChange={(patch) => onChange(at, patch)}
          onRemove={() => onTargets(draft.targets.filter((_, i) => i !== at))}
        />
      ))}
      {error && (
        <p role="alert" className="text-red text-xs">
          {error}
        </p>
      )}
      <AddPicker
        label={t("Add a record")}
        choices={choices}
        onPick={(id) => {
          const to = catalog.object(id);
          if (to) onTargets([...draft.targets, newTarget(object, to, [...before, ...draft.targets])]);
        }}
      />
    </div>
  );
}

/** What the record itself gets, and where what points to it goes. */
function Afterwards({ object, draft, before, onChange }: PartProps & { before: TargetDef[] }) {
  const actions = draft.set ?? [];
  const others = actions.filter((one) => one.action !== "set");
  const values = actions.flatMap((one): [string, Value][] =>
    one.action === "set" ? [[one.field, one.value as Value]] : [],
  );
  const targets = [...before, ...draft.targets].map((one) => ({
    id: one.name,
    label: one.label || humanize(one.name),
  }));
  return (
    <>
      <ValueRows
        from={object}
        to={object}
        label={t("What the record gets")}
        values={values}
        fields={fillable(object)}
        onChange={(rows) =>
          onChange({ set: [...rows.map(([field, value]) => ({ action: "set" as const, field, value })), ...others] })
        }
      />
      <FieldFrame
        label={t("What is about the record goes to")}
        hint={t("The first of these that comes out takes over what points to the record, such as its tasks.")}
      >
        {(ids) => (
          <Select
            id={ids.id}
            multiple
            describedBy={ids.describedBy}
            label={t("What is about the record goes to")}
            placeholder={t("It stays with the record")}
            choices={targets}
            value={draft.moves ?? []}
            onChange={(moves) => onChange({ moves })}
          />
        )}
      </FieldFrame>
      {!draft.extends && (
        <label className="flex items-center gap-2">
          <Checkbox checked={draft.lock === true} onChange={(e) => onChange({ lock: e.target.checked })} />
          {t("A converted record stays as it is")}
        </label>
      )}
    </>
  );
}
