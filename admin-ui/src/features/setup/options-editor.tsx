// The options of a choice: label, value, colour and order; or a set that several fields share.
import { Plus } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { useCatalog } from "@/catalog/catalog";
import type { Option } from "@/catalog/types";
import { Dot, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { TextInput } from "@/components/inputs";
import { Popover } from "@/components/popover";
import { moved, RowTools } from "@/components/row-tools";
import { Select } from "@/components/select";
import { cx } from "@/lib/cx";
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
      <ColorButton color={option.color} label={option.label} onChange={(color) => onChange({ color })} />
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

function ColorButton({
  color,
  label,
  onChange,
}: {
  color: string | undefined;
  label: string;
  onChange: (color: string) => void;
}) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        aria-label={t("Colour of {label}: {color}", { label: label || t("option"), color: t(color ?? "gray") })}
        aria-haspopup="dialog"
        aria-expanded={open}
        className="inline-flex size-8 shrink-0 items-center justify-center rounded-control border border-line-2 hover:bg-hover"
        onClick={() => setOpen(!open)}
      >
        <Dot color={color} />
      </button>
      <Popover
        open={open}
        onClose={() => setOpen(false)}
        anchor={anchor}
        label={t("Colour")}
        className="grid grid-cols-5 gap-1 p-2"
      >
        {COLORS.map((name) => (
          <button
            key={name}
            type="button"
            aria-label={t(name)}
            title={t(name)}
            aria-pressed={color === name}
            className={cx(
              "inline-flex size-7 items-center justify-center rounded-control hover:bg-hover",
              color === name && "ring-2 ring-accent ring-inset",
            )}
            onClick={() => {
              onChange(name);
              setOpen(false);
              anchor.current?.focus();
            }}
          >
            <Dot color={name} />
          </button>
        ))}
      </Popover>
    </>
  );
}
