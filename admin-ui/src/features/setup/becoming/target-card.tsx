// One record that comes out of a conversion: of which object, how it is found if it is there, what a new one holds.
import { Trash2, X } from "lucide-react";
import { useCatalog } from "@/catalog/catalog";
import { columnFields } from "@/catalog/fields";
import { objectIcon } from "@/catalog/icons";
import type { ObjectDef } from "@/catalog/types";
import { Glyph } from "@/components/bits";
import { Button, IconButton } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { fillable, lookups, type TargetDef } from "./conversion-draft";
import { ValueRows } from "./value-rows";

interface TargetCardProps {
  /** The object whose records are converted. */
  from: ObjectDef;
  target: TargetDef;
  /** Targets that are there before this one is made. */
  before: TargetDef[];
  onChange: (patch: Partial<TargetDef>) => void;
  onRemove: () => void;
}

export function TargetCard({ from, target, before, onChange, onRemove }: TargetCardProps) {
  const to = useCatalog().object(target.object);
  const label = target.label || to?.label || target.object;
  if (!to)
    return (
      <section aria-label={label} className="flex items-center gap-2 rounded-control border border-line px-3 py-2">
        <span className="flex-1">{t("There is no object {name}", { name: target.object })}</span>
        <Button look="danger-ghost" icon={<Trash2 size={13} />} onClick={onRemove}>
          {t("Remove")}
        </Button>
      </section>
    );
  const linked = new Set(Object.keys(target.with ?? {}));
  return (
    <section aria-label={label} className="flex flex-col gap-3.5 rounded-control border border-line px-3 py-3">
      <header className="flex items-center gap-2">
        <Glyph icon={objectIcon(to)} hue={objectHue(to.name)} size={22} />
        <h3 className="min-w-0 flex-1 truncate font-semibold">{label}</h3>
        <IconButton label={t("Remove {label}", { label })} onClick={onRemove}>
          <X size={15} />
        </IconButton>
      </header>
      <div className="grid gap-3 phone:grid-cols-2">
        <FieldFrame label={t("Label")}>
          {(ids) => (
            <TextInput
              id={ids.id}
              maxLength={80}
              placeholder={to.label}
              value={target.label ?? ""}
              onChange={(e) => onChange({ label: e.target.value })}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("Linked from the converted record by")}>
          {(ids) => (
            <Select
              id={ids.id}
              label={t("Linked from the converted record by")}
              clearable
              placeholder={t("Nothing")}
              choices={lookups(from)
                .filter((f) => f.to === to.name)
                .map((f) => ({ id: f.name, label: f.label }))}
              value={target.link ? [target.link] : []}
              onChange={(next) => onChange({ link: next[0] ?? "" })}
            />
          )}
        </FieldFrame>
      </div>
      <label className="flex items-center gap-2">
        <Checkbox checked={target.optional === true} onChange={(e) => onChange({ optional: e.target.checked })} />
        {t("It may be left out")}
      </label>
      <Links to={to} target={target} before={before} onChange={onChange} />
      <Matches to={to} target={target} onChange={onChange} />
      <ValueRows
        from={from}
        to={to}
        label={t("What a new one holds")}
        values={Object.entries(target.values ?? {})}
        fields={fillable(to).filter((f) => !linked.has(f.name))}
        onChange={(values) => onChange({ values: Object.fromEntries(values) })}
      />
    </section>
  );
}

type PartProps = { to: ObjectDef; target: TargetDef; onChange: (patch: Partial<TargetDef>) => void };

/** Its lookups to what came out before it. */
function Links({ to, target, before, onChange }: PartProps & { before: TargetDef[] }) {
  const fields = lookups(to).filter((f) => before.some((one) => one.object === f.to));
  if (!fields.length) return null;
  return (
    <div className="grid gap-3 phone:grid-cols-2">
      {fields.map((field) => (
        <FieldFrame key={field.name} label={t("{field} points to", { field: field.label })}>
          {(ids) => (
            <Select
              id={ids.id}
              label={t("{field} points to", { field: field.label })}
              clearable
              placeholder={t("Nothing of these")}
              choices={before
                .filter((one) => one.object === field.to)
                .map((one) => ({ id: one.name, label: one.label || one.name }))}
              value={target.with?.[field.name] ? [target.with[field.name] ?? ""] : []}
              onChange={([next]) => {
                const { [field.name]: _, ...rest } = target.with ?? {};
                onChange({ with: next ? { ...rest, [field.name]: next } : rest });
              }}
            />
          )}
        </FieldFrame>
      ))}
    </div>
  );
}

/** How a record that is there already is known: by any of the lists, of which every field has to agree. */
function Matches({ to, target, onChange }: PartProps) {
  const match = target.match ?? [];
  const choices = columnFields(to)
    .filter((f) => !["long_text", "rich_text", "json", "formula", "rollup"].includes(f.kind))
    .map((f) => ({ id: f.name, label: f.label }));
  const put = (at: number, fields: string[]) =>
    onChange({ match: match.map((old, i) => (i === at ? fields : old)).filter((one) => one.length > 0) });
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 font-medium text-text-2 text-xs">
        {t("One that is there is found when these agree")}
      </legend>
      {[...match, []].map((fields, at) => (
        <div key={at} className="flex items-center gap-2">
          {at > 0 && <span className="text-text-3 text-xs">{t("or")}</span>}
          <Select
            multiple
            className="flex-1"
            label={t("Fields that agree, list {n}", { n: at + 1 })}
            placeholder={at === 0 ? t("Always a new one") : t("Other fields")}
            choices={choices}
            value={fields}
            onChange={(next) =>
              at === match.length ? next.length && onChange({ match: [...match, next] }) : put(at, next)
            }
          />
        </div>
      ))}
    </fieldset>
  );
}
