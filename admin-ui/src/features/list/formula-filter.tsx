// A filter as a formula: text, with the names of fields at hand.
import { useRef } from "react";
import { columnFields } from "@/catalog/fields";
import type { ObjectDef } from "@/catalog/types";
import { TextArea } from "@/components/inputs";
import { Select } from "@/components/select";
import { kindOf } from "@/fields/registry";
import { t } from "@/lib/i18n";

interface FormulaEditorProps {
  object: ObjectDef;
  value: string;
  error: string | undefined;
  onChange: (text: string) => void;
}

export function FormulaEditor({ object, value, error, onChange }: FormulaEditorProps) {
  const box = useRef<HTMLDivElement>(null);

  function insert(word: string) {
    const area = box.current?.querySelector("textarea");
    const at = area?.selectionStart ?? value.length;
    const before = value.slice(0, at);
    const gap = before && !/[\s(]$/.test(before) ? " " : "";
    onChange(`${before}${gap}${word}${value.slice(area?.selectionEnd ?? at)}`);
    area?.focus();
  }

  return (
    <div ref={box} className="flex flex-col gap-2">
      <TextArea
        data-autofocus
        rows={4}
        aria-label={t("Formula")}
        aria-invalid={Boolean(error) || undefined}
        spellCheck={false}
        placeholder={t('A condition, such as: created_at > TODAY() - 30 AND owner.name <> "Ann"')}
        className="font-mono text-xs"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      {error && (
        <p role="alert" className="text-red text-xs">
          {error}
        </p>
      )}
      <Select
        label={t("Insert a field")}
        placeholder={t("Insert a field")}
        value={[]}
        choices={columnFields(object).map((f) => {
          const Icon = kindOf(f).icon;
          return {
            id: f.name,
            label: f.label,
            detail: <span className="font-mono">{f.name}</span>,
            words: f.name,
            icon: <Icon size={14} className="text-text-3" />,
          };
        })}
        onChange={([name]) => name && insert(name)}
      />
      <p className="text-text-3 text-xs">
        {t("The language of formula fields: AND, OR, NOT, comparisons, functions. Related fields with a dot.")}
      </p>
    </div>
  );
}
