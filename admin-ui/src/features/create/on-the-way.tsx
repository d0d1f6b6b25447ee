// What a transition asks for besides fields: that each point of a list is confirmed, and why it is taken.
import type { Way } from "@/api/transitions";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextArea } from "@/components/inputs";
import { t } from "@/lib/i18n";

export interface Said {
  confirmed: string[];
  note: string;
}

export const nothingSaid: Said = { confirmed: [], note: "" };

/** What is sent beside the fields. */
export function saidPatch(way: Way, said: Said): Record<string, unknown> {
  return {
    ...(way.checklist.length ? { _checklist: way.checklist.filter((item) => said.confirmed.includes(item)) } : {}),
    ...(way.note && said.note.trim() ? { _note: said.note } : {}),
  };
}

/** What is still to be said, by the key at which the server would say it. */
export function unsaid(way: Way, said: Said): Record<string, string> {
  return {
    ...(way.checklist.every((item) => said.confirmed.includes(item)) ? {} : { _checklist: t("Confirm every point.") }),
    ...(way.note === "required" && !said.note.trim() ? { _note: t("Say why.") } : {}),
  };
}

interface OnTheWayProps {
  way: Way;
  said: Said;
  errors: Record<string, string>;
  onChange: (said: Said) => void;
}

export function OnTheWay({ way, said, errors, onChange }: OnTheWayProps) {
  const toggle = (item: string) =>
    onChange({
      ...said,
      confirmed: said.confirmed.includes(item)
        ? said.confirmed.filter((one) => one !== item)
        : [...said.confirmed, item],
    });
  return (
    <>
      {way.checklist.length > 0 && (
        <fieldset className="flex flex-col gap-1.5">
          <legend className="mb-1 font-medium text-text-2 text-xs">{t("Confirm")}</legend>
          {way.checklist.map((item) => (
            <label key={item} className="flex items-center gap-2 text-sm">
              <Checkbox checked={said.confirmed.includes(item)} onChange={() => toggle(item)} />
              {item}
            </label>
          ))}
          {errors._checklist && (
            <p role="alert" className="text-red text-xs">
              {errors._checklist}
            </p>
          )}
        </fieldset>
      )}
      {way.note && (
        <FieldFrame label={t("Why")} required={way.note === "required"} error={errors._note}>
          {(ids) => (
            <TextArea
              id={ids.id}
              aria-describedby={ids.describedBy}
              aria-invalid={ids.invalid}
              maxLength={4000}
              value={said.note}
              onChange={(event) => onChange({ ...said, note: event.target.value })}
            />
          )}
        </FieldFrame>
      )}
    </>
  );
}
