// Fields in an order that one can change: by dragging, or with the arrows at each.
import { ArrowDown, ArrowUp, GripVertical, Plus, X } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { fieldOf } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { PickerList } from "@/components/picker";
import { Popover } from "@/components/popover";
import { kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";

interface OrderedFieldsProps {
  object: ObjectDef;
  /** Paths of fields, each at most once. */
  paths: string[];
  /** Fields that may be added. */
  from: FieldDef[];
  label: string;
  add: string;
  onChange: (paths: string[]) => void;
  /** What else stands on a row, such as the direction of a sort key. */
  extra?: (path: string) => ReactNode;
}

const tool =
  "inline-flex size-7 items-center justify-center rounded-control text-text-3 hover:bg-hover hover:text-text disabled:opacity-30";

export function OrderedFields({ object, paths, from, label, add, onChange, extra }: OrderedFieldsProps) {
  const [held, setHeld] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);

  function move(at: number, to: number) {
    if (to < 0 || to >= paths.length || at === to) return;
    const next = [...paths];
    const [taken] = next.splice(at, 1);
    if (taken) next.splice(to, 0, taken);
    onChange(next);
  }

  return (
    <div className="flex flex-col gap-1.5">
      {paths.length > 0 && (
        <ol aria-label={label} className="flex flex-col divide-y divide-line rounded-control border border-line">
          {paths.map((path, at) => {
            const field = fieldOf(object, path);
            const Icon = field ? kindOf(field).icon : X;
            const name = field?.label ?? path;
            return (
              <li
                key={path}
                draggable
                className={cx(
                  "flex h-8.5 items-center gap-2 ps-1.5 pe-1",
                  held === at && "opacity-40",
                  over === at &&
                    held !== null &&
                    held !== at &&
                    (held > at ? "shadow-[0_-2px_0_var(--accent)]" : "shadow-[0_2px_0_var(--accent)]"),
                )}
                onDragStart={(event) => {
                  event.dataTransfer.effectAllowed = "move";
                  event.dataTransfer.setData("text/plain", path);
                  setHeld(at);
                }}
                onDragEnd={() => {
                  setHeld(null);
                  setOver(null);
                }}
                onDragOver={(event) => {
                  if (held === null) return;
                  event.preventDefault();
                  setOver(at);
                }}
                onDrop={(event) => {
                  event.preventDefault();
                  if (held !== null) move(held, at);
                }}
              >
                <GripVertical size={13} aria-hidden="true" className="cursor-grab text-text-3" />
                <Icon size={14} aria-hidden="true" className="text-text-3" />
                <span className="min-w-0 flex-1 truncate">{name}</span>
                {extra?.(path)}
                <button
                  type="button"
                  aria-label={t("Move {name} up", { name })}
                  className={tool}
                  disabled={at === 0}
                  onClick={() => move(at, at - 1)}
                >
                  <ArrowUp size={13} />
                </button>
                <button
                  type="button"
                  aria-label={t("Move {name} down", { name })}
                  className={tool}
                  disabled={at === paths.length - 1}
                  onClick={() => move(at, at + 1)}
                >
                  <ArrowDown size={13} />
                </button>
                <button
                  type="button"
                  aria-label={t("Remove {name}", { name })}
                  className={tool}
                  onClick={() => onChange(paths.filter((p) => p !== path))}
                >
                  <X size={14} />
                </button>
              </li>
            );
          })}
        </ol>
      )}
      <AddField
        label={add}
        fields={from.filter((f) => !paths.includes(f.name))}
        onPick={(name) => onChange([...paths, name])}
      />
    </div>
  );
}

interface AddFieldProps {
  label: string;
  fields: FieldDef[];
  onPick: (name: string) => void;
}

export function AddField({ label, fields, onPick }: AddFieldProps) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  return (
    <>
      <Button
        ref={anchor}
        look="outline"
        className="self-start"
        icon={<Plus size={14} />}
        aria-haspopup="listbox"
        aria-expanded={open}
        disabled={fields.length === 0}
        onClick={() => setOpen(!open)}
      >
        {label}
      </Button>
      <Popover
        open={open}
        onClose={() => setOpen(false)}
        anchor={anchor}
        role="presentation"
        className="flex w-64 flex-col"
      >
        <PickerList
          label={label}
          choices={fields.map((f) => {
            const Icon = kindOf(f).icon;
            return { id: f.name, label: f.label, words: f.name, icon: <Icon size={14} className="text-text-3" /> };
          })}
          onPick={(choice) => {
            setOpen(false);
            onPick(choice.id);
            anchor.current?.focus();
          }}
        />
      </Popover>
    </>
  );
}
