// Which columns are shown, in which order.
import { ArrowDown, ArrowUp, Columns3 } from "lucide-react";
import { useRef, useState } from "react";
import { columnFields } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { Checkbox, TextInput } from "@/components/inputs";
import { Popover } from "@/components/popover";
import { kindOf } from "@/fields/registry";
import { t } from "@/lib/i18n";

interface ColumnChooserProps {
  object: ObjectDef;
  columns: FieldDef[];
  changed: boolean;
  onChange: (names: string[] | undefined) => void;
}

export function ColumnChooser({ object, columns, changed, onChange }: ColumnChooserProps) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const anchor = useRef<HTMLButtonElement>(null);
  const names = columns.map((c) => c.name);
  const hidden = columnFields(object).filter((f) => !names.includes(f.name));
  const shown = [...columns, ...hidden].filter((f) => f.label.toLowerCase().includes(text.toLowerCase()));

  function move(name: string, by: number) {
    const next = [...names];
    const at = next.indexOf(name);
    const to = at + by;
    if (at < 1 || to < 1 || to >= next.length) return;
    next.splice(at, 1);
    next.splice(to, 0, name);
    onChange(next);
  }

  return (
    <>
      <Button
        ref={anchor}
        icon={<Columns3 size={14} />}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {t("Columns")}
      </Button>
      <Popover
        open={open}
        onClose={() => setOpen(false)}
        anchor={anchor}
        align="end"
        label={t("Columns")}
        className="flex max-h-[60dvh] w-72 flex-col"
      >
        <div className="border-line border-b p-2">
          <TextInput
            data-autofocus
            type="search"
            placeholder={t("Find a field")}
            aria-label={t("Find a field")}
            value={text}
            onChange={(e) => setText(e.target.value)}
          />
        </div>
        <ul className="min-h-0 flex-1 overflow-y-auto p-1">
          {shown.map((field) => {
            const Icon = kindOf(field).icon;
            const at = names.indexOf(field.name);
            return (
              <li key={field.name} className="group flex h-7.5 items-center rounded-control hover:bg-hover">
                <label className="flex h-full min-w-0 flex-1 items-center gap-2 ps-2">
                  <Checkbox
                    checked={at >= 0}
                    disabled={field.name === "name"}
                    onChange={() => onChange(at >= 0 ? names.filter((n) => n !== field.name) : [...names, field.name])}
                  />
                  <Icon size={13} aria-hidden="true" className="text-text-3" />
                  <span className="truncate">{field.label}</span>
                </label>
                {at > 0 && (
                  <span className="flex opacity-0 focus-within:opacity-100 group-hover:opacity-100">
                    <button
                      type="button"
                      aria-label={t("Move {field} up", { field: field.label })}
                      className="inline-flex size-6 items-center justify-center rounded-tag text-text-2 hover:bg-press"
                      onClick={() => move(field.name, -1)}
                    >
                      <ArrowUp size={12} />
                    </button>
                    <button
                      type="button"
                      aria-label={t("Move {field} down", { field: field.label })}
                      className="inline-flex size-6 items-center justify-center rounded-tag text-text-2 hover:bg-press"
                      onClick={() => move(field.name, 1)}
                    >
                      <ArrowDown size={12} />
                    </button>
                  </span>
                )}
              </li>
            );
          })}
        </ul>
        {changed && (
          <div className="border-line border-t p-1.5">
            <Button className="w-full" onClick={() => onChange(undefined)}>
              {t("Reset to the view")}
            </Button>
          </div>
        )}
      </Popover>
    </>
  );
}
