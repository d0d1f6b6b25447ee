// The fields of questions that the pages of security ask: who, about which object, which record of it, and since when.
import { useRecordName } from "@/api/names";
import { useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import type { ObjectDef } from "@/catalog/types";
import { Glyph } from "@/components/bits";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import type { Choice } from "@/components/picker";
import { Select } from "@/components/select";
import { RecordSelect } from "@/fields/relation";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";

interface FieldProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** Somebody by their id. `required`: it cannot be left open. */
export function PersonField({ label, value, onChange, required }: FieldProps & { required?: boolean }) {
  const people = useCatalog().object("user");
  const name = useRecordName(people, value);
  return (
    <FieldFrame label={label}>
      {({ id }) => (
        <RecordSelect
          id={id}
          object={people}
          label={label}
          clearable={!required}
          value={value ? [{ id: value, name }] : []}
          onChange={(refs) => onChange(refs[0]?.id)}
        />
      )}
    </FieldFrame>
  );
}

/** One of a few words; `any` is what it says while it is left open, and without it that cannot be. */
export function WordField({ label, value, onChange, any, choices }: FieldProps & { any?: string; choices: Choice[] }) {
  return (
    <FieldFrame label={label}>
      {({ id }) => (
        <Select
          id={id}
          label={label}
          {...(any ? { placeholder: any, clearable: true } : {})}
          choices={choices}
          value={value ? [value] : []}
          onChange={([next]) => onChange(next)}
        />
      )}
    </FieldFrame>
  );
}

/** Objects as choices, with their marks. */
export const objectChoices = (objects: ObjectDef[]): Choice[] =>
  objects.map((object) => ({
    id: object.name,
    label: object.plural_label,
    icon: <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={18} />,
  }));

/** A record of an object; where there is none to choose of, it says `none`. */
export function RecordField({
  label,
  value,
  onChange,
  object,
  none,
}: FieldProps & { object: ObjectDef | undefined; none: string }) {
  const name = useRecordName(object, value);
  return (
    <FieldFrame label={label}>
      {({ id }) =>
        object ? (
          <RecordSelect
            key={object.name}
            id={id}
            object={object}
            label={label}
            clearable
            value={value ? [{ id: value, name }] : []}
            onChange={(refs) => onChange(refs[0]?.id)}
          />
        ) : (
          <Select id={id} disabled label={label} placeholder={none} choices={[]} value={[]} onChange={() => {}} />
        )
      }
    </FieldFrame>
  );
}

interface DaysProps {
  from: string | undefined;
  to: string | undefined;
  onChange: (patch: { from?: string | undefined; to?: string | undefined }) => void;
}

/** A span of days; its end is not in it. */
export function DayFields({ from, to, onChange }: DaysProps) {
  const day = (key: "from" | "to", label: string, value: string | undefined) => (
    <FieldFrame label={label}>
      {({ id }) => (
        <TextInput
          id={id}
          type="date"
          value={value ?? ""}
          onChange={(event) => onChange({ [key]: event.target.value || undefined })}
        />
      )}
    </FieldFrame>
  );
  return (
    <>
      {day("from", t("From"), from)}
      {day("to", t("Before"), to)}
    </>
  );
}
