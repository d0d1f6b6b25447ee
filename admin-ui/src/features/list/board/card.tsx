// One card of a board: the name as a link over the whole card, a few values, the people at its end.
import { Clock, Ellipsis, Hourglass } from "lucide-react";
import { memo, type ReactNode, useEffect, useRef } from "react";
import { useRecord } from "@/api/record-store";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Avatar, Skeleton } from "@/components/bits";
import { MenuButton, type MenuItem } from "@/components/menu";
import { RecordLink } from "@/components/record-link";
import { isEmpty } from "@/fields/kind";
import { kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { type Age, type Ageing, ageOf } from "./ageing";
import type { CardLayout } from "./card-layout";

interface CardProps {
  object: ObjectDef;
  id: string | undefined;
  layout: CardLayout;
  column: number;
  row: number;
  top: number;
  active: boolean;
  peeked: boolean;
  movable: boolean;
  /** The card that is to have the focus as soon as it is drawn. */
  focus: { current: string | null };
  /** How long a card has stood here, where that is worth a word. */
  ageing: Ageing | undefined;
  onActive: (column: number, row: number) => void;
  moves: (id: string) => MenuItem[];
}

export const Card = memo(function Card(props: CardProps) {
  const { object, id, layout, column, row, active, focus } = props;
  const record = useRecord(object.name, id);
  const link = useRef<HTMLAnchorElement>(null);

  useEffect(() => {
    if (id === undefined || focus.current !== id || !link.current) return;
    focus.current = null;
    link.current.focus({ preventScroll: true });
  });

  if (!record || !id)
    return (
      <li
        className="absolute inset-x-0 flex flex-col gap-2.5 rounded-control border border-line bg-surface p-3"
        style={place(props)}
      >
        <Skeleton className="w-3/5" />
        <Skeleton className="w-2/5" />
      </li>
    );
  const filled = (f: FieldDef) => !isEmpty(kindOf(f).read(record, f));
  const show = (f: FieldDef): ReactNode => {
    const kind = kindOf(f);
    return <kind.display value={kind.read(record, f)} field={f} compact />;
  };
  const facts = layout.facts.filter(filled);
  const foot = layout.facts.length + layout.people.length > 0;
  const age = props.ageing && ageOf(record, props.ageing);
  return (
    <li
      data-card={id}
      data-column={column}
      data-row={row}
      className={cx(
        "group absolute inset-x-0 flex flex-col overflow-hidden rounded-control border bg-surface px-3 py-2.5 shadow-card transition-[border-color,box-shadow] duration-100 hover:border-line-2 has-[a:focus-visible]:border-accent has-[a:focus-visible]:ring-1 has-[a:focus-visible]:ring-accent",
        props.peeked ? "border-accent bg-accent-soft" : "border-line",
        props.movable && "cursor-grab",
      )}
      style={place(props)}
    >
      <div className="flex h-5 items-center gap-1 [@media(hover:none)]:pe-5">
        <RecordLink
          ref={link}
          plural={object.plural}
          id={id}
          tabIndex={active ? 0 : -1}
          draggable={false}
          title={String(record.name ?? "")}
          className="min-w-0 flex-1 truncate font-medium outline-none after:absolute after:inset-0"
          onFocus={() => props.onActive(column, row)}
        >
          {String(record.name ?? "") || t("Unnamed")}
        </RecordLink>
        {!foot && <Aged age={age} />}
        <MenuButton label={t("Move to")} align="end" items={() => props.moves(id)}>
          {(button) => (
            <button
              type="button"
              {...button}
              tabIndex={-1}
              data-move
              aria-label={t("Actions for {name}", { name: String(record.name ?? "") })}
              className="absolute end-1.5 top-2 z-10 inline-flex size-6 items-center justify-center rounded-tag bg-surface text-text-3 opacity-0 hover:text-text focus-visible:opacity-100 group-hover:opacity-100 aria-expanded:opacity-100 [@media(hover:none)]:opacity-100"
            >
              <Ellipsis size={14} />
            </button>
          )}
        </MenuButton>
      </div>
      {layout.lines.map((f) => (
        <div
          key={f.name}
          title={`${f.label}: ${kindOf(f).text(kindOf(f).read(record, f), f)}`}
          className="flex h-5 min-w-0 items-center text-text-2 text-xs"
        >
          {filled(f) && show(f)}
        </div>
      ))}
      {foot && (
        <div className="mt-auto flex h-5.5 items-center gap-2.5 overflow-hidden text-xs">
          <div className="flex h-5 min-w-0 flex-1 flex-wrap items-center gap-x-2.5 overflow-hidden">
            {facts.map((f) => (
              <span
                key={f.name}
                title={f.label}
                className={cx(
                  "flex h-5 min-w-0 items-center",
                  f.kind === "currency" ? "font-medium text-text" : "text-text-2",
                )}
              >
                {show(f)}
              </span>
            ))}
          </div>
          <Aged age={age} />
          {layout.people.filter(filled).map((f) => (
            <Person key={f.name} field={f} name={kindOf(f).text(kindOf(f).read(record, f), f)} />
          ))}
        </div>
      )}
    </li>
  );
});

const place = ({ top, layout }: CardProps) => ({ top, height: layout.height });

function Aged({ age }: { age: Age | undefined }) {
  if (!age) return null;
  const n = age.days;
  const words = age.still ? t("Not changed for {n} days", { n }) : t("Here for {n} days", { n });
  return (
    <span
      title={words}
      className={cx(
        "num relative z-10 inline-flex shrink-0 items-center gap-0.5 text-xs",
        age.old ? "text-amber" : "text-text-2",
      )}
    >
      {age.still ? <Clock size={11} aria-hidden="true" /> : <Hourglass size={11} aria-hidden="true" />}
      <span aria-hidden="true">{t("{n} d", { n })}</span>
      <span className="sr-only">{words}</span>
    </span>
  );
}

function Person({ field, name }: { field: FieldDef; name: string }) {
  return (
    <span
      role="img"
      aria-label={`${field.label}: ${name}`}
      title={`${field.label}: ${name}`}
      className="inline-flex shrink-0"
    >
      <Avatar name={name} size={20} />
    </span>
  );
}
