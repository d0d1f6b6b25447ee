// The board: a picklist's options side by side, records as cards that move by pointer, by keys and by menu.
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { GroupedRows } from "@/api/grouped-rows";
import type { Groups } from "@/api/groups";
import { NotLoaded } from "@/api/loaded";
import { recordStore } from "@/api/record-store";
import type { ListRequest } from "@/api/records";
import { mayCreate, mayEdit, useCatalog } from "@/catalog/catalog";
import { finalStates, groupOptions, sumField } from "@/catalog/displays";
import { isWritable, nameIsEnough } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Dot } from "@/components/bits";
import type { MenuItem } from "@/components/menu";
import { moveTo } from "@/fields/save";
import { fromTheRight } from "@/lib/direction";
import { t } from "@/lib/i18n";
import { createIntent } from "@/lib/intents";
import { isTyping, keyName } from "@/lib/shortcuts";
import { inSentence } from "@/lib/text";
import { useAggregates } from "../use-aggregates";
import { useNeighbours } from "../use-neighbours";
import { useAgeing } from "./ageing";
import { amountsIn } from "./amounts";
import { cardLayout, GAP } from "./card-layout";
import { Column } from "./column";
import { useDrag } from "./use-drag";

export interface BoardProps {
  object: ObjectDef;
  request: ListRequest;
  columns: FieldDef[];
  group: FieldDef;
  groups: Groups;
  /** The percentage that amounts are weighted by. */
  weight: FieldDef | undefined;
  peek: string | undefined;
  onPeek: (id: string | undefined) => void;
  onTotal: (total: number | undefined) => void;
}

interface Place {
  column: number;
  row: number;
}

export function Board({ object, request, columns, group, groups, weight, peek, onPeek, onTotal }: BoardProps) {
  const catalog = useCatalog();
  const root = useRef<HTMLDivElement>(null);
  const focus = useRef<string | null>(null);
  const [at, setAt] = useState<Place>({ column: 0, row: 0 });
  const [adding, setAdding] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const options = useMemo(() => groupOptions(group), [group]);
  const layout = useMemo(() => cardLayout(catalog, object, columns, group), [catalog, object, columns, group]);
  const sum = sumField(columns);
  const measure = useMemo(() => sum && { sum: sum.name, weight: weight?.name }, [sum, weight]);
  // What is here whole is summed up here; for more of it the server is asked, once the cards are there.
  const partly = groups.all.some(({ source }) => !source.pending && source.loadedIds().length < source.rows);
  const sums = useAggregates(object, request, sum && partly ? [sum] : [], [
    group.name,
    ...(weight ? [weight.name] : []),
  ]);
  const final = useMemo(() => finalStates(object, group), [object, group]);
  const ageing = useAgeing(object, group, groups);
  const movable = mayEdit(object) && isWritable(object, group);
  const counts = groups.all.map((g) => g.source.rows);
  const whole = groups.all.some((g) => g.source.pending) ? undefined : counts.reduce((a, b) => a + b, 0);
  useEffect(() => onTotal(whole), [onTotal, whole]);

  /** A board that has nothing where the cursor is keeps one card that Tab can reach. */
  const home = counts[at.column]
    ? at
    : {
        column: Math.max(
          0,
          counts.findIndex((n) => n > 0),
        ),
        row: 0,
      };

  const move = useCallback(
    async (id: string, to: number) => {
      const option = options[to];
      const target = groups.all[to];
      if (!option || !target || groups.holding(id) === target) return;
      const name = String(recordStore.find(object.name, id)?.name ?? object.label);
      setSaid(t("{name} moves to {column}", { name, column: option.label }));
      const saved = await moveTo(object, id, { field: group, value: option.value }, () =>
        t("Moved {name} to {column}", { name, column: option.label }),
      );
      if (!saved) setSaid(t("{name} stays where it was", { name }));
    },
    [object, group, groups, options],
  );

  const onPointerDown = useDrag(root, movable, (id, _from, to) => void move(id, to));

  const moves = useCallback(
    (id: string): MenuItem[] => [
      { label: t("Open beside the board"), shortcut: "space", onSelect: () => onPeek(id) },
      ...(movable ? options : []).map((option, i) => ({
        label: option.label,
        icon: <Dot color={option.color} />,
        separate: i === 0,
        checked: groups.holding(id)?.value === option.value,
        onSelect: () => void move(id, i),
      })),
    ],
    [movable, options, groups, move, onPeek],
  );

  const onActive = useCallback((column: number, row: number) => setAt({ column, row }), []);
  const onAdding = useCallback(
    (index: number | null) => {
      const option = index === null ? undefined : options[index];
      if (!option || nameIsEnough(object, [group.name])) setAdding(index);
      else createIntent.set({ object: object.name, preset: { [group.name]: option.value } });
    },
    [object, group, options],
  );

  /** Brings a card into sight and gives it the focus. */
  function go(column: number, row: number) {
    const source = groups.all[column]?.source;
    const id = source?.idAt(row);
    const section = root.current?.querySelector<HTMLElement>(`[data-board-column="${column}"]`);
    const body = section?.querySelector<HTMLElement>("[data-board-body]");
    if (!id || !section || !body) return;
    section.scrollIntoView({ inline: "nearest", block: "nearest" });
    const top = row * (layout.height + GAP);
    if (top < body.scrollTop) body.scrollTop = top;
    else if (top + layout.height > body.scrollTop + body.clientHeight - GAP)
      body.scrollTop = top + layout.height + GAP - body.clientHeight;
    focus.current = id;
    setAt({ column, row });
    if (peek) onPeek(id);
  }

  /** The next column that has cards, in one direction. */
  function beside(by: 1 | -1): number | undefined {
    for (let c = home.column + by; c >= 0 && c < counts.length; c += by) if (counts[c]) return c;
    return undefined;
  }

  async function moveByKey(id: string, by: 1 | -1) {
    const to = home.column + by;
    if (!movable || to < 0 || to >= options.length) return;
    const moving = move(id, to);
    const row = groups.all[to]?.source.rowOf(id) ?? -1;
    if (row >= 0) go(to, row);
    await moving;
    const now = groups.all.findIndex((g) => g.source.rowOf(id) >= 0);
    if (now >= 0 && now !== to) go(now, groups.all[now]?.source.rowOf(id) ?? 0);
  }

  function onKeyDown(event: KeyboardEvent) {
    const card = (event.target as HTMLElement).closest<HTMLElement>("[data-card]");
    const id = card?.dataset.card;
    if (!id || isTyping(event.target)) return;
    const key = keyName(event);
    const forward = fromTheRight() ? "arrowleft" : "arrowright";
    const by = key.endsWith(forward) ? 1 : -1;
    if (key === "arrowdown" || key === "j") go(home.column, Math.min((counts[home.column] ?? 1) - 1, home.row + 1));
    else if (key === "arrowup" || key === "k") go(home.column, Math.max(0, home.row - 1));
    else if (key === "arrowleft" || key === "arrowright") {
      const to = beside(by);
      if (to !== undefined) go(to, Math.min((counts[to] ?? 1) - 1, home.row));
    } else if (key === "alt+arrowleft" || key === "alt+arrowright") void moveByKey(id, by);
    else if (key === "space") onPeek(peek === id ? undefined : id);
    else if (key === "m") card?.querySelector<HTMLElement>("[data-move]")?.click();
    else if (key === "n" && mayCreate(object)) onAdding(home.column);
    else if (key === "esc" && peek) onPeek(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const rows = useMemo(() => new GroupedRows(groups), [groups]);
  useNeighbours(object, rows);

  const failed = groups.all.find((g) => g.source.error);
  return (
    <>
      {failed && (
        <div className="p-3">
          <NotLoaded
            title={t("The board could not be loaded.")}
            error={failed.source.error}
            again={() => groups.refresh()}
          />
        </div>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: pointer and keys of the cards inside bubble here. */}
      <div
        ref={root}
        className="flex min-h-0 flex-1 snap-x snap-mandatory gap-1 overflow-x-auto overscroll-x-contain bg-sunken p-1.5 phone:snap-none phone:p-2"
        onPointerDown={onPointerDown}
        onKeyDown={onKeyDown}
      >
        {groups.all.map((g, i) => {
          const option = options[i];
          return (
            option && (
              <Column
                key={String(option.value)}
                object={object}
                field={group}
                group={g}
                option={option}
                index={i}
                layout={layout}
                sum={sum}
                measure={measure}
                total={measure && amountsIn(sums, [group.name, g.value], measure)}
                weight={weight}
                ageing={final.has(g.value) ? undefined : ageing}
                activeRow={home.column === i ? home.row : -1}
                peek={peek}
                movable={movable}
                addable={mayCreate(object)}
                adding={adding === i}
                focus={focus}
                onAdding={onAdding}
                onActive={onActive}
                moves={moves}
              />
            )
          );
        })}
      </div>
      <div
        className="sr-only"
        role="status"
        aria-label={t("Moves of {objects}", { objects: inSentence(object.plural_label) })}
      >
        {said}
      </div>
    </>
  );
}
