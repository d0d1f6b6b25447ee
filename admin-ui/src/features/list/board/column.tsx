// One column of a board: how many, how much, a quick way to add, and the cards that are on screen.
import { Plus } from "lucide-react";
import {
  memo,
  useCallback,
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type { Group } from "@/api/groups";
import { recordStore } from "@/api/record-store";
import type { GroupOption } from "@/catalog/displays";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Dot } from "@/components/bits";
import { IconButton } from "@/components/button";
import type { MenuItem } from "@/components/menu";
import { QuickAdd } from "@/fields/quick-add";
import { kindOf } from "@/fields/registry";
import { windowRows } from "@/lib/grid-window";
import { t } from "@/lib/i18n";
import type { Ageing } from "./ageing";
import { type Amounts, amountsOf, type Measure } from "./amounts";
import { Card } from "./card";
import { type CardLayout, GAP } from "./card-layout";
import { useNear } from "./use-near";

/** Cards drawn beyond the edges of a column. */
const MARGIN = 2;

export interface ColumnProps {
  object: ObjectDef;
  field: FieldDef;
  group: Group;
  option: GroupOption;
  index: number;
  layout: CardLayout;
  sum: FieldDef | undefined;
  measure: Measure | undefined;
  weight: FieldDef | undefined;
  /** What the server says the amounts are, for columns that are not loaded to their end. */
  total: Amounts | undefined;
  /** How long cards have stood here, where that is worth a word. */
  ageing: Ageing | undefined;
  activeRow: number;
  peek: string | undefined;
  movable: boolean;
  addable: boolean;
  adding: boolean;
  focus: { current: string | null };
  onAdding: (index: number | null) => void;
  onActive: (column: number, row: number) => void;
  moves: (id: string) => MenuItem[];
}

/** The amounts of the cards, once all of them are here. */
function loadedAmounts(object: ObjectDef, group: Group, measure: Measure): Amounts | undefined {
  const ids = group.source.loadedIds();
  if (group.source.pending || ids.length < group.source.rows) return undefined;
  return amountsOf(
    ids.map((id) => recordStore.find(object.name, id)),
    measure,
  );
}

export const Column = memo(function Column(props: ColumnProps) {
  const { object, group, option, index, layout, sum, activeRow } = props;
  const { source } = group;
  const version = useSyncExternalStore(source.watch, source.version);
  const body = useRef<HTMLDivElement>(null);
  const step = layout.height + GAP;
  const [view, setView] = useState({ block: Math.floor(source.scrollTop / step), height: 700 });
  const section = useRef<HTMLElement>(null);
  // Cards are drawn where one sees them, in pieces between which the browser answers to keys.
  const near = useNear(section, index) || activeRow >= 0;
  const here = near && !source.pending;
  const ready = useDeferredValue(here, here);
  const rows = source.pending ? 3 : source.rows;
  const shown = windowRows(view.block * step, view.height + step, step, rows, MARGIN);

  const look = useCallback(
    (el: HTMLElement) => {
      const block = Math.floor(el.scrollTop / step);
      const height = el.clientHeight;
      setView((old) => (old.block === block && old.height === height ? old : { block, height }));
    },
    [step],
  );

  useLayoutEffect(() => {
    const el = body.current;
    if (!el) return;
    // Even to set what it is already would lay the page out at once, for each column anew.
    if (source.scrollTop) el.scrollTop = source.scrollTop;
    const sizes = new ResizeObserver(() => look(el));
    sizes.observe(el);
    return () => sizes.disconnect();
  }, [source, look]);

  useEffect(() => source.want(shown.first, shown.end), [source, shown.first, shown.end]);

  const { measure } = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says when the cards have changed.
  const loaded = useMemo(() => measure && loadedAmounts(object, group, measure), [object, group, measure, version]);
  const amounts = measure && (loaded ?? props.total);
  const drawn: number[] = [];
  const end = ready ? shown.end : Math.min(shown.end, shown.first + 3);
  for (let row = shown.first; row < end; row++) drawn.push(row);
  return (
    <section
      ref={section}
      data-board-column={index}
      aria-label={option.label}
      className="board-column flex h-full w-[calc(100vw-52px)] shrink-0 snap-center flex-col rounded-sheet phone:w-68"
    >
      <header className="flex h-9 shrink-0 items-center gap-2 ps-2.5 pe-1">
        <Dot color={option.color} />
        <h2 className="truncate font-medium">{option.label}</h2>
        <span className="num text-text-3 text-xs">
          {source.pending ? "" : (source.total ?? source.rows).toLocaleString()}
        </span>
        <span className="flex-1" />
        {props.addable && (
          <IconButton label={t("Add to {column}", { column: option.label })} onClick={() => props.onAdding(index)}>
            <Plus size={15} />
          </IconButton>
        )}
      </header>
      {sum && amounts && <Totals field={sum} amounts={amounts} weight={props.weight} />}
      <div
        ref={body}
        data-board-body
        className="min-h-0 flex-1 overflow-y-auto overscroll-y-contain px-1.5 pt-px pb-2 [scrollbar-width:thin]"
        onScroll={(event) => {
          source.scrollTop = event.currentTarget.scrollTop;
          look(event.currentTarget);
        }}
      >
        {props.adding && (
          <QuickAdd
            className="mb-2"
            object={object}
            preset={{ [props.field.name]: group.value }}
            onClose={() => props.onAdding(null)}
          />
        )}
        <ul aria-label={option.label} className="relative" style={{ height: Math.max(0, rows * step - GAP) }}>
          {drawn.map((row) => {
            const id = ready ? source.idAt(row) : undefined;
            return (
              <Card
                key={id ?? `row-${row}`}
                object={object}
                id={id}
                layout={layout}
                column={index}
                row={row}
                top={row * step}
                active={activeRow === row}
                peeked={id !== undefined && id === props.peek}
                movable={props.movable}
                focus={props.focus}
                ageing={props.ageing}
                onActive={props.onActive}
                moves={props.moves}
              />
            );
          })}
        </ul>
        {rows === 0 && !props.adding && <p className="px-1 py-1.5 text-text-3 text-xs">{t("Nothing here")}</p>}
      </div>
    </section>
  );
});

/** How much the cards are worth, and how much of it is to be expected. */
function Totals({ field, amounts, weight }: { field: FieldDef; amounts: Amounts; weight: FieldDef | undefined }) {
  const { sum, weighted } = amounts;
  const text = (amount: number) => kindOf(field).text(Math.round(amount * 100) / 100, field);
  return (
    <p className="num -mt-1 flex h-6 shrink-0 items-center gap-2 ps-2.5 pe-2.5 text-xs">
      <span className="truncate font-medium text-text-2" title={t("Sum of {field}", { field: field.label })}>
        {text(sum)}
      </span>
      {weight && weighted !== undefined && (
        <span className="truncate text-text-2" title={t("Weighted by {field}", { field: weight.label })}>
          {t("{amount} weighted", { amount: text(Math.round(weighted)) })}
        </span>
      )}
    </p>
  );
}
