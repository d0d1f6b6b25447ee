// Lists whose members have names: which fields in which order, and the options of a choice. Whoever changes them sees the
// whole list; what is said is what differs.
import { useState } from "react";
import { AddPicker } from "@/components/add-picker";
import { Button } from "@/components/button";
import { ColourButton } from "@/components/colour-button";
import { Switch, TextInput } from "@/components/inputs";
import type { Choice } from "@/components/picker";
import { moved, RowTools } from "@/components/row-tools";
import { t } from "@/lib/i18n";
import { isObject, type JsonObject, wordOf } from "@/lib/sparse";
import { apiName, humanize, untaken } from "@/lib/text";
import { withValue } from "./draft";

interface NamesFieldProps {
  label: string;
  value: unknown;
  /** What can be added. */
  choices: Choice[];
  onChange: (value: string[]) => void;
}

export function NamesField({ label, value, choices, onChange }: NamesFieldProps) {
  const names = Array.isArray(value) ? value.map(String) : [];
  const labelOf = (name: string) => choices.find(({ id }) => id === name)?.label ?? humanize(name);
  return (
    <div className="flex flex-col gap-2">
      {names.length > 0 && (
        <ul aria-label={label} className="flex flex-col gap-1">
          {names.map((name, at) => (
            <li key={name} className="flex items-center gap-1 rounded-control border border-line py-0.5 ps-2.5 pe-1">
              <span className="min-w-0 flex-1 truncate">{labelOf(name)}</span>
              <RowTools
                name={labelOf(name)}
                at={at}
                count={names.length}
                onMove={(to) => onChange(moved(names, at, to))}
                onRemove={() => onChange(names.filter((one) => one !== name))}
              />
            </li>
          ))}
        </ul>
      )}
      <AddPicker
        label={t("Add a field")}
        choices={choices.filter(({ id }) => !names.includes(id))}
        onPick={(name) => onChange([...names, name])}
      />
    </div>
  );
}

interface OptionsFieldProps {
  label: string;
  value: unknown;
  /** Values of options that the package brings: they stay. */
  fixed: string[];
  onChange: (value: JsonObject[]) => void;
}

const word = (value: unknown): string => (typeof value === "string" ? value : "");

export function OptionsField({ label, value, fixed, onChange }: OptionsFieldProps) {
  const [more, setMore] = useState("");
  const options = Array.isArray(value) ? value.filter(isObject) : [];
  const change = (at: number, key: string, next: unknown) =>
    onChange(options.map((option, i) => (i === at ? withValue(option, [key], next) : option)));

  function add() {
    const named = more.trim();
    if (!named) return;
    onChange([...options, { value: untaken(apiName(named) || "option", new Set(options.map(wordOf))), label: named }]);
    setMore("");
  }

  return (
    <div className="flex flex-col gap-2">
      <ul aria-label={label} className="flex flex-col gap-1">
        {options.map((option, at) => {
          const name = wordOf(option);
          const shown = word(option.label) || humanize(name);
          return (
            <li key={name} className="flex flex-wrap items-center gap-1">
              <ColourButton
                color={word(option.color) || undefined}
                label={shown}
                onChange={(next) => change(at, "color", next)}
              />
              <TextInput
                aria-label={t("Label of {name}", { name })}
                className="min-w-36 flex-1 basis-36"
                placeholder={humanize(name)}
                value={word(option.label)}
                onChange={({ target }) => change(at, "label", target.value || undefined)}
              />
              <span className="hidden w-28 truncate px-1 font-mono text-text-2 text-xs phone:block">{name}</span>
              <Switch
                label={t("{name} can be chosen", { name: shown })}
                checked={option.active !== false}
                onChange={(on) => change(at, "active", on ? undefined : false)}
              />
              <RowTools
                name={shown}
                at={at}
                count={options.length}
                onMove={(to) => onChange(moved(options, at, to))}
                onRemove={fixed.includes(name) ? undefined : () => onChange(options.filter((one) => one !== option))}
              />
            </li>
          );
        })}
      </ul>
      <div className="flex items-center gap-2">
        <TextInput
          aria-label={t("Label of a new option")}
          placeholder={t("Another option")}
          className="max-w-60"
          value={more}
          onChange={({ target }) => setMore(target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            add();
          }}
        />
        <Button look="outline" disabled={!more.trim()} onClick={add}>
          {t("Add option")}
        </Button>
      </div>
    </div>
  );
}
