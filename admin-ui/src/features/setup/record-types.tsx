// The record types of an object: sorts of record, each with the options that may be chosen, its own defaults and process.
import { useQuery } from "@tanstack/react-query";
import { Plus, Shapes } from "lucide-react";
import { useState } from "react";
import { listComponents } from "@/api/metadata";
import { useCatalog } from "@/catalog/catalog";
import { boardFields } from "@/catalog/displays";
import { ownFields } from "@/catalog/fields";
import type { FieldDef, ObjectDef, RecordTypeDef } from "@/catalog/types";
import { ComponentDrawer } from "@/changes/component-drawer";
import { cleaned } from "@/changes/use-components";
import { Empty, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { kindOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { apiName, humanize } from "@/lib/text";

const slugOf = (name: string): string => name.split(".").slice(1).join(".");

export function RecordTypesTab({ object }: { object: ObjectDef }) {
  const types = useCatalog().recordTypesOf(object.name);
  const [open, setOpen] = useState<RecordTypeDef | "new" | null>(null);
  const add = (
    <Button look="outline" size="md" icon={<Plus size={14} />} onClick={() => setOpen("new")}>
      {t("New record type")}
    </Button>
  );
  return (
    <>
      {types.length === 0 ? (
        <Empty title={t("No record types yet")} action={add}>
          {t(
            "Records of one object that differ in what may be chosen, in their defaults or in their process have types.",
          )}
        </Empty>
      ) : (
        <>
          <ul className="mb-4 divide-y divide-line border-line border-y">
            {types.map((type) => (
              <li key={type.name}>
                <button
                  type="button"
                  className="flex w-full items-center gap-3 px-1.5 py-2.5 text-start hover:bg-hover"
                  onClick={() => setOpen(type)}
                >
                  <Shapes size={16} aria-hidden="true" className="text-text-3" />
                  <span className="min-w-0 flex-1">
                    <span className="flex items-center gap-2 font-medium">
                      {type.label || humanize(slugOf(type.name))}
                      {type.default && <Tag color="green">{t("Default")}</Tag>}
                      {type.active === false && <Tag>{t("Off")}</Tag>}
                    </span>
                    <span className="block truncate text-text-2 text-xs">{aboutOf(object, type)}</span>
                  </span>
                  <span className="hidden font-mono text-text-3 text-xs phone:block">{type.name}</span>
                </button>
              </li>
            ))}
          </ul>
          {add}
        </>
      )}
      {open && (
        <TypeDrawer
          key={open === "new" ? "new" : open.name}
          object={object}
          type={open === "new" ? undefined : open}
          taken={new Set(types.map((type) => type.name))}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

function aboutOf(object: ObjectDef, type: RecordTypeDef): string {
  const label = (name: string) => object.fields.find((f) => f.name === name)?.label ?? name;
  const parts = [
    type.description,
    ...Object.entries(type.options ?? {}).map(([field, list]) =>
      t("{field}: {n} options", { field: label(field), n: list.length }),
    ),
    type.process ? t("Process {name}", { name: humanize(type.process) }) : "",
  ];
  return parts.filter(Boolean).join(" · ") || t("All options, no defaults of its own");
}

interface TypeDrawerProps {
  object: ObjectDef;
  type: RecordTypeDef | undefined;
  taken: Set<string>;
  onClose: () => void;
}

function TypeDrawer({ object, type, taken, onClose }: TypeDrawerProps) {
  const [draft, setDraft] = useState<Omit<RecordTypeDef, "name">>(
    type ?? { object: object.name, label: "", active: true },
  );
  const set = (patch: Partial<RecordTypeDef>) => setDraft((d) => ({ ...d, ...patch }));
  const processes = useQuery({
    queryKey: ["components", "processes"],
    queryFn: ({ signal }) => listComponents<{ name: string; object: string; label?: string }>("processes", signal),
  });
  const name = type?.name ?? `${object.name}.${apiName(draft.label ?? "")}`;
  const missing: Record<string, string> = {
    ...(draft.label?.trim() ? {} : { label: t("Give it a label.") }),
    ...(!type && taken.has(name) ? { label: t("There is already a type of this name.") } : {}),
  };
  const empty = (value: object | undefined) => !value || Object.keys(value).length === 0;
  const { options, defaults, ...rest } = draft;
  const definition = cleaned({
    ...rest,
    ...(empty(options) ? {} : { options }),
    ...(empty(defaults) ? {} : { defaults }),
    active: draft.active === false ? false : undefined,
    default: draft.default || undefined,
  });
  return (
    <ComponentDrawer
      kind="record-types"
      noun={t("record type")}
      label={draft.label || t("the record type")}
      existing={type?.name}
      name={name}
      definition={definition}
      known={["label", "description", "process"]}
      missing={missing}
      onClose={onClose}
    >
      {(errors) => (
        <>
          <FieldFrame label={t("Label")} required error={errors.label} hint={name}>
            {(ids) => (
              <TextInput
                id={ids.id}
                data-autofocus
                maxLength={80}
                aria-describedby={ids.describedBy}
                aria-invalid={ids.invalid || undefined}
                value={draft.label ?? ""}
                onChange={(e) => set({ label: e.target.value })}
              />
            )}
          </FieldFrame>
          <FieldFrame label={t("Description")} error={errors.description}>
            {(ids) => (
              <TextInput
                id={ids.id}
                maxLength={500}
                value={draft.description ?? ""}
                onChange={(e) => set({ description: e.target.value })}
              />
            )}
          </FieldFrame>
          <FieldFrame label={t("Process that such records follow")} error={errors.process}>
            {(ids) => (
              <Select
                id={ids.id}
                label={t("Process that such records follow")}
                placeholder={t("The first that applies")}
                clearable
                choices={(processes.data ?? [])
                  .filter((process) => process.object === object.name)
                  .map((process) => ({
                    id: slugOf(process.name),
                    label: process.label || humanize(slugOf(process.name)),
                  }))}
                value={draft.process ? [draft.process] : []}
                onChange={([process]) =>
                  setDraft(({ process: _, ...d }) => ({ ...d, ...(process ? { process } : {}) }))
                }
              />
            )}
          </FieldFrame>
          <Permitted object={object} options={options ?? {}} onChange={(next) => set({ options: next })} />
          <Defaults object={object} defaults={defaults ?? {}} onChange={(next) => set({ defaults: next })} />
          <label className="flex items-center gap-2">
            <Checkbox checked={Boolean(draft.default)} onChange={(e) => set({ default: e.target.checked })} />
            {t("New records are of this type when nothing is said")}
          </label>
          <label className="flex items-center gap-2">
            <Checkbox checked={draft.active !== false} onChange={(e) => set({ active: e.target.checked })} />
            {t("May be chosen")}
          </label>
        </>
      )}
    </ComponentDrawer>
  );
}

interface PermittedProps {
  object: ObjectDef;
  options: Record<string, string[]>;
  onChange: (options: Record<string, string[]>) => void;
}

/** Which options of each picklist may be chosen; all of those that say nothing. */
function Permitted({ object, options, onChange }: PermittedProps) {
  const fields = boardFields(object);
  if (fields.length === 0) return null;
  return (
    <section aria-label={t("Options that may be chosen")} className="flex flex-col gap-3">
      <h3 className="font-semibold">{t("Options that may be chosen")}</h3>
      {fields.map((field) => (
        <FieldFrame key={field.name} label={field.label}>
          {({ id }) => (
            <Select
              id={id}
              multiple
              clearable
              label={field.label}
              placeholder={t("All options")}
              choices={(field.options ?? []).map((option) => ({ id: option.value, label: option.label }))}
              value={options[field.name] ?? []}
              onChange={(next) => {
                const { [field.name]: _, ...others } = options;
                onChange(next.length ? { ...others, [field.name]: next } : others);
              }}
            />
          )}
        </FieldFrame>
      ))}
    </section>
  );
}

interface DefaultsProps {
  object: ObjectDef;
  defaults: Record<string, unknown>;
  onChange: (defaults: Record<string, unknown>) => void;
}

/** Kinds whose value is one word or number, so that a default can be typed as it is stored. */
const PLAIN = new Set([
  "text",
  "picklist",
  "integer",
  "decimal",
  "currency",
  "percent",
  "boolean",
  "date",
  "url",
  "email",
  "phone",
]);

function Defaults({ object, defaults, onChange }: DefaultsProps) {
  const fields = ownFields(object).filter((f) => PLAIN.has(f.kind));
  const chosen = Object.keys(defaults).flatMap((name) => fields.filter((f) => f.name === name));
  const without = (name: string) => {
    const { [name]: _, ...rest } = defaults;
    return rest;
  };
  const put = (field: FieldDef, value: unknown) =>
    onChange({ ...without(field.name), ...kindOf(field).patch(value, field) });
  return (
    <section aria-label={t("Defaults of new records")} className="flex flex-col gap-3">
      <h3 className="font-semibold">{t("Defaults of new records")}</h3>
      {chosen.map((field) => {
        const Input = kindOf(field).input;
        return (
          <FieldFrame key={field.name} label={field.label}>
            {({ id }) => (
              <div className="flex items-center gap-2">
                <div className="min-w-0 flex-1">
                  <Input id={id} field={field} value={defaults[field.name]} onChange={(value) => put(field, value)} />
                </div>
                <Button
                  aria-label={t("Remove default {field}", { field: field.label })}
                  onClick={() => onChange(without(field.name))}
                >
                  {t("Remove")}
                </Button>
              </div>
            )}
          </FieldFrame>
        );
      })}
      <Select
        label={t("Add a default")}
        placeholder={t("Add a default")}
        choices={fields.filter((f) => !(f.name in defaults)).map((f) => ({ id: f.name, label: f.label }))}
        value={[]}
        onChange={([name]) => name && onChange({ ...defaults, [name]: null })}
      />
    </section>
  );
}
