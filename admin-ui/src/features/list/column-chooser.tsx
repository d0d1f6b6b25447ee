// Which columns are shown, in which order, how wide, and which of them stay in sight: without dragging anything.
import { ArrowDown, ArrowUp, ChevronsLeftRight, ChevronsRightLeft, Columns3, Pin } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { columnFields } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { Checkbox, TextInput } from "@/components/inputs";
import { Popover } from "@/components/popover";
import { kindOf } from "@/fields/registry";
import {
  arrange,
  arrangementOf,
  MAX_WIDTH,
  MIN_WIDTH,
  movedColumn,
  pin,
  setWidth,
  withinWidths,
  zoneOf,
} from "@/lib/arrangement";
import { useCell } from "@/lib/cell";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { widthOf } from "./grid-columns";

interface ColumnChooserProps {
  object: ObjectDef;
  /** Under what their arrangement is remembered. */
  place: string;
  /** They stand in a table, where they have widths and can be pinned. */
  table: boolean;
  columns: FieldDef[];
  /** Names of those that are pinned beside the first one, */
  pins: string[];
  /** and how many of the columns stand there with it. */
  held: number;
  changed: boolean;
  onChange: (names: string[] | undefined) => void;
}

export function ColumnChooser(props: ColumnChooserProps) {
  const { object, place, table, columns, pins, held, changed, onChange } = props;
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const anchor = useRef<HTMLButtonElement>(null);
  const { widths } = useCell(arrangementOf(place));
  const names = columns.map((c) => c.name);
  const hidden = columnFields(object).filter((f) => !names.includes(f.name));
  const shown = [...columns, ...hidden].filter((f) => f.label.toLowerCase().includes(text.toLowerCase()));
  const widened = table && Object.keys(widths).length > 0;

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
        className={cx("flex max-h-[60dvh] flex-col", table ? "w-88" : "w-72")}
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
                {at >= 0 && table && <TableTools field={field} at={at} pins={pins} held={held} place={place} />}
                {at >= 0 && (
                  <MoveTools
                    field={field}
                    at={at}
                    zone={zoneOf(at, held, names.length)}
                    onMove={(to) => onChange(movedColumn(names, held, field.name, to))}
                  />
                )}
              </li>
            );
          })}
        </ul>
        {(changed || widened) && (
          <div className="border-line border-t p-1.5">
            <Button
              className="w-full"
              onClick={() => {
                if (table) arrange(place, { widths: {}, pinned: undefined });
                onChange(undefined);
              }}
            >
              {t("Reset to the view")}
            </Button>
          </div>
        )}
      </Popover>
    </>
  );
}

interface ToolProps {
  label: string;
  /** It is seen without being looked for. */
  on?: boolean;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

/** Seen where the pointer or the focus is, and always where there is nothing to point with. */
function Tool({ label, on, disabled, onClick, children }: ToolProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      disabled={disabled}
      className={cx(
        "inline-flex size-6 shrink-0 items-center justify-center rounded-tag hover:bg-press disabled:invisible",
        on
          ? "text-accent-text"
          : "pointer-coarse:opacity-100 text-text-2 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100",
      )}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

/** How much a press makes a column wider or narrower. */
const STEP = 20;

interface TableToolsProps {
  field: FieldDef;
  at: number;
  pins: string[];
  held: number;
  place: string;
}

function TableTools({ field, at, pins, held, place }: TableToolsProps) {
  const [said, setSaid] = useState("");
  const width = widthOf(field, at, useCell(arrangementOf(place)).widths);
  const isPinned = at < held;
  const names = { field: field.label };
  const widen = (by: number) => {
    const px = withinWidths(width + by);
    setWidth(place, field.name, px);
    setSaid(t("{field} is {px} px wide", { ...names, px }));
  };
  return (
    <span className="flex">
      <span role="status" className="sr-only">
        {said}
      </span>
      <Tool label={t("Make {field} narrower", names)} disabled={width <= MIN_WIDTH} onClick={() => widen(-STEP)}>
        <ChevronsRightLeft size={12} />
      </Tool>
      <Tool label={t("Make {field} wider", names)} disabled={width >= MAX_WIDTH} onClick={() => widen(STEP)}>
        <ChevronsLeftRight size={12} />
      </Tool>
      <Tool
        label={isPinned ? t("Unpin {field}", names) : t("Pin {field}", names)}
        on={isPinned}
        disabled={at === 0}
        onClick={() => pin(place, pins, field.name, !isPinned)}
      >
        <Pin size={12} className={isPinned ? "fill-current" : ""} />
      </Tool>
    </span>
  );
}

interface MoveToolsProps {
  field: FieldDef;
  at: number;
  zone: { from: number; end: number };
  onMove: (to: number) => void;
}

function MoveTools({ field, at, zone, onMove }: MoveToolsProps) {
  const names = { field: field.label };
  return (
    <>
      <Tool label={t("Move {field} up", names)} disabled={at <= zone.from} onClick={() => onMove(at - 1)}>
        <ArrowUp size={12} />
      </Tool>
      <Tool label={t("Move {field} down", names)} disabled={at >= zone.end - 1} onClick={() => onMove(at + 1)}>
        <ArrowDown size={12} />
      </Tool>
    </>
  );
}
