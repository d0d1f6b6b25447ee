// The options of a choice: label, value, colour and order; or a set that several fields share.
import { Plus } from "lucide-react";
import { type KeyboardEvent, useRef } from "react";
import { useCatalog } from "@/catalog/catalog";
import type { Option } from "@/catalog/types";
import { Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { ColourButton } from "@/components/colour-button";
import { TextInput } from "@/components/inputs";
import { moved, RowTools } from "@/components/row-tools";
import { Select } from "@/components/select";
import { COLORS } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { apiName, humanize } from "@/lib/text";

interface OptionsEditorProps {
  options: Option[];
  optionSet: string | undefined;
  onOptions: (options: Option[]) => void;
  onOptionSet: (name: string | undefined) => void;
}

export function OptionsEditor({ options, optionSet, onOptions, onOptionSet }: OptionsEditorProps) {
  const catalog = useCatalog();
  const sets = catalog.optionSets;
  const list = useRef<HTMLUListElement>(null);
  const shared = sets.find((s) => s.name === optionSet);

  function add(at = options.length) {
    const used = new Set(options.map((o) => o.color));
    const color = COLORS.slice(1).find((c) => !used.has(c)) ?? "gray";
    onOptions([...options.slice(0, at), { value: "", label: "", color }, ...options.slice(at)]);
    requestAnimationFrame(() => list.current?.querySelectorAll<HTMLInputElement>("[data-option]")[at]?.focus());
  }

  const change = (at: number, patch: Partial<Option>) =>
    onOptions(options.map((o, i) => (i === at ? { ...o, ...patch } : o)));
  const remove = (at: number) => onOptions(options.filter((_, i) => i !== at));

  return (
    <div className="flex flex-col gap-2">
      {sets.length > 0 && (
        <Select
          label={t("Options from")}
          choices={[
            { id: "", label: t("Own options") },
            ...sets.map((s) => ({
              id: s.name,
              label: s.label ?? humanize(s.name),
              group: t("Shared option sets"),
              detail: `${s.options.length}`,
            })),
          ]}
          value={[optionSet ?? ""]}
          onChange={(next) => onOptionSet(next[0] || undefined)}
        />
      )}
      {shared ? (
        <div className="flex flex-wrap gap-1 rounded-control border border-line bg-sunken p-2">
          {shared.options.map((o) => (
            <Tag key={o.value} color={o.color}>
              {o.label}
            </Tag>
          ))}
        </div>
      ) : (
        <>
          {options.length > 0 && (
            <ul ref={list} className="flex flex-col gap-1">
              {options.map((option, i) => (
                <OptionRow
                  key={i}
                  option={option}
                  at={i}
                  count={options.length}
                  onChange={(patch) => change(i, patch)}
                  onRemove={() => remove(i)}
                  onMove={(to) => onOptions(moved(options, i, to))}
                  onEnter={() => add(i + 1)}
                />
              ))}
            </ul>
          )}
          <Button look="outline" className="self-start" icon={<Plus size={14} />} onClick={() => add()}>
            {t("Add option")}
          </Button>
        </>
      )}
    </div>
  );
}

interface OptionRowProps {
  option: Option;
  at: number;
  count: number;
  onChange: (patch: Partial<Option>) => void;
  onRemove: () => void;
  onMove: (to: number) => void;
  onEnter: () => void;
}

function OptionRow({ option, at, count, onChange, onRemove, onMove, onEnter }: OptionRowProps) {
  const follows = option.value === apiName(option.label);

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Enter" && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      onEnter();
    } else if (event.key === "Backspace" && !option.label) {
      event.preventDefault();
      onRemove();
    }
  }

  return (
    <li className="flex items-center gap-1">
      <ColourButton color={option.color} label={option.label} onChange={(color) => onChange({ color })} />
      <TextInput
        aria-label={t("Option label")}
        data-option
        placeholder={t("Label")}
        value={option.label}
        onChange={(e) => onChange({ label: e.target.value, ...(follows ? { value: apiName(e.target.value) } : {}) })}
        onKeyDown={onKeyDown}
      />
      <TextInput
        aria-label={t("Option value")}
        placeholder={t("value")}
        spellCheck={false}
        tabIndex={-1}
        className="hidden w-36 font-mono text-xs phone:block"
        value={option.value}
        onChange={(e) => onChange({ value: e.target.value })}
      />
      <RowTools name={option.label || t("option")} at={at} count={count} onMove={onMove} onRemove={onRemove} />
    </li>
  );
}
