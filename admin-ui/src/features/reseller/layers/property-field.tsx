// One property of a component: what tenants would have, changed where the package is to say something else, and put back.
import { RotateCcw } from "lucide-react";
import type { ReactNode } from "react";
import { nearIcons } from "@/catalog/icons";
import { Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { type ControlIds, FieldFrame } from "@/components/field-frame";
import { Switch, TextArea, TextInput } from "@/components/inputs";
import type { Choice } from "@/components/picker";
import { Select } from "@/components/select";
import { brief, differences } from "@/lib/differences";
import { t } from "@/lib/i18n";
import { isObject, type JsonObject, same, wordOf } from "@/lib/sparse";
import { humanize } from "@/lib/text";
import { type Placed, valueAt, wordsOf } from "./draft";
import { JsonField } from "./json-field";
import { NamesField, OptionsField } from "./list-fields";
import type { Property } from "./properties";

interface PropertyFieldProps {
  property: Property;
  /** The component as the package has it, and as tenants would. */
  base: JsonObject;
  laid: JsonObject;
  problems: Placed[];
  fields: Choice[];
  onChange: (value: unknown) => void;
  onBroken: (broken: boolean) => void;
}

export function PropertyField(props: PropertyFieldProps) {
  const { property, base, laid, problems } = props;
  const path = property.key.split(".");
  const [before, value] = [valueAt(base, path), valueAt(laid, path)];
  const label = t(property.label);
  const error = problems.map(({ problem }) => wordsOf(problem)).join(" ") || undefined;
  const isOne = !["names", "options", "json"].includes(property.look);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      {isOne ? (
        <FieldFrame label={label} error={error}>
          {(ids) => <Control {...props} label={label} ids={ids} before={before} value={value} />}
        </FieldFrame>
      ) : (
        <Group label={label} error={property.look === "json" ? undefined : error}>
          <Many {...props} label={label} before={before} value={value} depth={path.length} />
        </Group>
      )}
      {!same(before, value) && (
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-text-2 text-xs">
          <Tag color="blue">{t("Changed")}</Tag>
          <span className="min-w-0 break-words">
            {before === undefined
              ? t("The package says nothing of it")
              : t("The package says: {value}", { value: shortly(before, value) })}
          </span>
          <Button icon={<RotateCcw size={12} />} onClick={() => props.onChange(before)}>
            {t("Put back")} <span className="sr-only">{label}</span>
          </Button>
        </p>
      )}
    </div>
  );
}

const MOST = 120;

const word = (value: unknown): string => (typeof value === "boolean" ? t(value ? "Yes" : "No") : brief(value));

/** What was there; of lists of many parts only what differs. */
function shortly(before: unknown, value: unknown): string {
  const isLong = Array.isArray(before) && Array.isArray(value) && before.some(isObject);
  const lines = isLong ? differences({ all: before }, { all: value }) : [];
  const named = lines.map(
    (line) => `${line.path.replace(/^all[. ]/, "")}: ${line.before === undefined ? "–" : word(line.before)}`,
  );
  const text = named.length > 0 ? named.join(" · ") : word(before);
  return text.length > MOST ? `${text.slice(0, MOST)} …` : text;
}

interface GroupProps {
  label: string;
  error: string | undefined;
  children: ReactNode;
}

function Group({ label, error, children }: GroupProps) {
  return (
    <div className="flex flex-col gap-1">
      <h4 className="font-medium text-text-2 text-xs">{label}</h4>
      {children}
      {error && (
        <p role="alert" className="text-red text-xs">
          {error}
        </p>
      )}
    </div>
  );
}

interface ValueProps extends PropertyFieldProps {
  label: string;
  before: unknown;
  value: unknown;
}

function Many({ property, label, before, value, depth, ...props }: ValueProps & { depth: number }) {
  if (property.look === "names")
    return <NamesField label={label} value={value} choices={props.fields} onChange={props.onChange} />;
  if (property.look === "options") {
    const fixed = Array.isArray(before) ? before.filter(isObject).map(wordOf) : [];
    return <OptionsField label={label} value={value} fixed={fixed} onChange={props.onChange} />;
  }
  return (
    <JsonField
      label={label}
      value={value}
      lines={4}
      problems={props.problems.map(({ path, problem }) => ({ path: path.slice(depth), words: wordsOf(problem) }))}
      onChange={props.onChange}
      onBroken={props.onBroken}
    />
  );
}

function Control({ property, label, ids, before, value, onChange }: ValueProps & { ids: ControlIds }) {
  const { look, otherwise = false } = property;
  const aria = { id: ids.id, "aria-describedby": ids.describedBy, "aria-invalid": ids.invalid || undefined };
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  if (look === "switch") {
    // What holds anyway need not be said.
    const say = (on: boolean) => onChange(on === otherwise && before === undefined ? undefined : on);
    return (
      <Switch id={ids.id} describedBy={ids.describedBy ?? ""} checked={(value ?? otherwise) === true} onChange={say} />
    );
  }
  if (look === "long")
    return <TextArea {...aria} rows={2} value={text} onChange={({ target }) => onChange(target.value || undefined)} />;
  if (look === "icon" || look === "choice")
    return (
      <Select
        id={ids.id}
        label={label}
        describedBy={ids.describedBy}
        invalid={ids.invalid}
        choices={
          look === "icon" ? icons(text) : (property.choices ?? []).map((one) => ({ ...one, label: t(one.label) }))
        }
        value={text ? [text] : []}
        onChange={([next]) => onChange(next)}
      />
    );
  return (
    <TextInput
      {...aria}
      type={look === "number" ? "number" : "text"}
      // A number is compared as a number: what stands as "0.0" on the way to 0.05 is not written anew.
      value={look === "number" && typeof value === "number" ? value : text}
      step={look === "number" ? "any" : undefined}
      onChange={({ target }) => onChange(typed(target.value, look === "number"))}
    />
  );
}

const typed = (text: string, number: boolean): unknown => (text === "" ? undefined : number ? Number(text) : text);

/** Pictures that are at hand, and the one that is said. */
function icons(said: string): Choice[] {
  const near = Object.entries(nearIcons).map(([id, Picture]) => ({
    ...{ id, label: humanize(id.replaceAll("-", "_")) },
    icon: <Picture size={15} aria-hidden="true" className="text-text-2" />,
  }));
  return !said || said in nearIcons ? near : [{ id: said, label: humanize(said.replaceAll("-", "_")) }, ...near];
}
