// One field of a form: its label with the icon of its kind, its input, its help and what is wrong with it.
import type { FieldDef } from "@/catalog/types";
import { FieldFrame } from "@/components/field-frame";
import { isEmpty } from "./kind";
import { kindOf } from "./registry";

interface FormFieldProps {
  field: FieldDef;
  value: unknown;
  error: string | undefined;
  onChange: (value: unknown) => void;
  autoFocus?: boolean;
  /** Shown, and not for typing. */
  readOnly?: boolean;
}

export function FormField({ field, value, error, onChange, autoFocus, readOnly }: FormFieldProps) {
  const kind = kindOf(field);
  const Input = kind.input;
  const Icon = kind.icon;
  const whole = kind.wide || autoFocus || kind.kind === "any_lookup" || kind.kind === "tags";
  return (
    <FieldFrame
      label={field.label}
      icon={<Icon size={12} />}
      required={Boolean(field.required) && kind.kind !== "boolean"}
      hint={field.help}
      error={error}
      {...(whole ? { className: "col-span-full" } : {})}
    >
      {({ id, describedBy, invalid }) =>
        readOnly ? (
          <div id={id} className="flex min-h-8 items-center text-text-2">
            {isEmpty(value) ? "—" : <kind.display value={value} field={field} />}
          </div>
        ) : (
          <Input
            id={id}
            field={field}
            value={value}
            onChange={onChange}
            describedBy={describedBy}
            invalid={invalid}
            autoFocus={autoFocus || undefined}
          />
        )
      }
    </FieldFrame>
  );
}

/** The error of a field may be told under its own name or under a key of its value. */
export function errorOf(errors: Record<string, string>, field: FieldDef): string | undefined {
  const keys = [field.name, ...Object.keys(kindOf(field).patch(null, field))];
  return keys.map((key) => errors[key]).find(Boolean);
}
