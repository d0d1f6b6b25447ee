// The grid: draws only the rows on screen, is one stop for Tab, and is driven by the keyboard like a sheet.
import {
  type CSSProperties,
  type KeyboardEvent,
  startTransition,
  useCallback,
  useDeferredValue,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { Aggregate } from "@/api/aggregates";
import type { RowSource } from "@/api/grouped-rows";
import { messageOf } from "@/api/problem";
import { mayEdit } from "@/catalog/catalog";
import type { GroupOption } from "@/catalog/displays";
import { isWritable } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { toastError } from "@/components/toast";
import type { Refused } from "@/fields/inline-editor";
import { kindOf } from "@/fields/registry";
import { alongTheLine, fromTheRight } from "@/lib/direction";
import { type Cursor, heldThatFit, moveCursor, scrollBeside, scrollFor, windowRows } from "@/lib/grid-window";
import { isTyping, keyName } from "@/lib/shortcuts";
import { heldPlaces, widthOf } from "./grid-columns";
import { GroupRow } from "./group-row";
import { HEADER_HEIGHT, Header } from "./header";
import { Row } from "./row";
import type { SortKey } from "./sorting";
import { TOTALS_HEIGHT, TotalsRow } from "./totals-row";
import { usePieces } from "./use-pieces";
import type { Selection } from "./use-selection";

const ROW_HEIGHT = 32;
const CHECK_WIDTH = 40;
/** Rows drawn beyond the edges of the screen. */
const MARGIN = 8;

interface GridProps {
  object: ObjectDef;
  source: RowSource;
  columns: FieldDef[];
  /** How many of them stay in sight while the others go sideways, where there is room for that. */
  pinned: number;
  group: FieldDef | undefined;
  /** What its groups are called. */
  options: GroupOption[];
  /** Widths that people have set, by field name. */
  widths: Record<string, number>;
  onWidth: (name: string, width: number | undefined) => void;
  onMoveColumn: (name: string, to: number) => void;
  totals: Aggregate | undefined;
  groupTotals: Aggregate[];
  sort: SortKey[];
  /** With `beside` the other keys stay. */
  onSort: (path: string, beside: boolean) => void;
  selection: Selection;
  peek: string | undefined;
  onOpen: (id: string) => void;
  onPeek: (id: string | undefined) => void;
  onToggleValue: (id: string, field: FieldDef) => void;
}

/** Columns and width of every row, as CSS variables that the rows inherit. */
function measuresOf(widths: number[], held: number): Record<string, string> {
  return {
    ...heldPlaces(widths, held, CHECK_WIDTH),
    "--grid-columns": `${CHECK_WIDTH}px ${widths.map((w) => `${w}px`).join(" ")} minmax(0, 1fr)`,
    "--grid-width": `${CHECK_WIDTH + widths.reduce((a, b) => a + b, 0)}px`,
  };
}

export function Grid(props: GridProps) {
  const { object, source, columns, pinned, selection, peek, onOpen, onPeek } = props;
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ block: Math.floor(source.scrollTop / ROW_HEIGHT), height: 600, room: 0 });
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const [editing, setEditing] = useState(false);
  const [again, setAgain] = useState<Refused | undefined>(undefined);
  const busy = useRef(false);
  busy.current = editing;
  // Rows that have just come are drawn in pieces, between which the browser answers to keys.
  const ready = useDeferredValue(!source.pending, !source.pending);
  const waiting = source.pending || !ready;
  const rows = waiting ? 14 : source.rows;
  // What one sees comes first, what is beyond the edges when that is painted.
  const [margin, setMargin] = useState(0);
  const window_ = windowRows(view.block * ROW_HEIGHT, view.height + ROW_HEIGHT, ROW_HEIGHT, rows, margin);

  useEffect(() => {
    if (!waiting) startTransition(() => setMargin(MARGIN));
  }, [waiting]);

  const set = props.widths;
  const widths = useMemo(() => columns.map((field, col) => widthOf(field, col, set)), [columns, set]);
  const held = view.room ? heldThatFit({ widths, held: pinned, before: CHECK_WIDTH }, view.room) : pinned;
  const measures = useMemo(() => measuresOf(widths, held), [widths, held]);

  /** While an edge is dragged only the measures change: no row is drawn anew. */
  const onResize = useCallback(
    (col: number, px: number) => {
      const live = measuresOf(
        widths.map((w, i) => (i === col ? px : w)),
        held,
      );
      for (const [name, value] of Object.entries(live)) scroller.current?.style.setProperty(name, value);
    },
    [widths, held],
  );

  /** Draws again only when another row comes into sight. */
  const look = useCallback(
    (el: HTMLElement) => {
      const block = Math.floor(el.scrollTop / ROW_HEIGHT);
      const height = el.clientHeight - HEADER_HEIGHT;
      // Only columns beside the first one need room.
      const room = pinned > 1 ? el.clientWidth : 0;
      setView((old) =>
        old.block === block && old.height === height && old.room === room ? old : { block, height, room },
      );
    },
    [pinned],
  );

  useLayoutEffect(() => {
    const el = scroller.current;
    if (!el) return;
    // What is measured here is laid out at once; the observer comes when that is done anyway.
    if (source.scrollTop) el.scrollTop = source.scrollTop;
    const sizes = new ResizeObserver(() => look(el));
    sizes.observe(el);
    return () => sizes.disconnect();
  }, [source, look]);

  useEffect(() => {
    source.want(window_.first, window_.end);
  }, [source, window_.first, window_.end]);

  const groupPath = props.group ? kindOf(props.group).filterPath(props.group) : "";
  const foot = props.totals ? TOTALS_HEIGHT : 0;
  const focusGrid = useCallback(() => scroller.current?.focus({ preventScroll: true }), []);

  function go(to: Cursor) {
    setCursor(to);
    const el = scroller.current;
    if (!el) return;
    const top = scrollFor(to.row, ROW_HEIGHT, el.scrollTop, el.clientHeight - HEADER_HEIGHT - foot);
    if (top !== null) el.scrollTop = top;
    // Where lines run from the right, what is scrolled counts down from nothing.
    const across = { widths, held, before: CHECK_WIDTH };
    const aside = scrollBeside(to.col, across, Math.abs(el.scrollLeft), el.clientWidth);
    if (aside !== null) el.scrollLeft = fromTheRight() ? -aside : aside;
  }

  const canEdit = useCallback(
    (col: number) => {
      const field = columns[col];
      return Boolean(field && mayEdit(object) && isWritable(object, field) && !kindOf(field).wide);
    },
    [columns, object],
  );

  const edit = useCallback(
    (row: number, col: number) => {
      const field = columns[col];
      const id = source.idAt(row);
      if (!id || !field || !canEdit(col)) return;
      setCursor({ row, col });
      setAgain(undefined);
      if (field.kind === "boolean") props.onToggleValue(id, field);
      else setEditing(true);
    },
    [columns, source, canEdit, props.onToggleValue],
  );

  const onCell = useCallback(
    (row: number, col: number, again: boolean) => {
      if (again && col > 0) edit(row, col);
      else {
        setEditing(false);
        setCursor({ row, col });
        const id = source.idAt(row);
        if (peek && id) onPeek(id);
      }
    },
    [edit, peek, onPeek, source],
  );

  const onDone = useCallback(
    (moved?: "down" | "next") => {
      setEditing(false);
      setAgain(undefined);
      focusGrid();
      if (moved === "down") setCursor((c) => (c ? { ...c, row: Math.min(source.rows - 1, c.row + 1) } : c));
    },
    [focusGrid, source],
  );

  /** Opens the cell again with what was typed; whoever types elsewhere already is told, and not interrupted. */
  const onRefused = useCallback(
    (id: string, name: string, refused: Refused) => {
      const [row, col] = [source.rowOf(id), columns.findIndex((field) => field.name === name)];
      if (!scroller.current || busy.current || row < 0 || col < 0) return toastError(messageOf(refused.problem));
      setAgain(refused);
      setCursor({ row, col });
      setEditing(true);
    },
    [source, columns],
  );

  const onToggle = useCallback(
    (row: number, range: boolean) => {
      selection.toggle(row, range);
      focusGrid();
    },
    [selection, focusGrid],
  );

  function onKeyDown(event: KeyboardEvent) {
    if (editing || isTyping(event.target) || rows === 0) return;
    const key = keyName(event);
    const at = cursor ?? { row: -1, col: 0 };
    const id = source.idAt(at.row);
    const head = source.headAt?.(at.row);
    const next = moveCursor(
      at,
      alongTheLine(key),
      source.rows,
      columns.length,
      Math.floor(view.height / ROW_HEIGHT) - 1,
    );
    if (next) {
      go(next);
      if (key.startsWith("shift+")) selection.extend(at.row, next.row);
      const under = source.idAt(next.row);
      if (peek && under) onPeek(under);
    } else if (head && (key === "enter" || key === "space")) source.fold?.(head.group);
    else if (key === "enter" && id) {
      if (at.col === 0 || !canEdit(at.col)) onOpen(id);
      else edit(at.row, at.col);
    } else if (key === "f2" && id) edit(at.row, at.col);
    else if (key === "mod+enter" && id) onOpen(id);
    else if (key === "space" && id) onPeek(peek === id ? undefined : id);
    else if (key === "x" && at.row >= 0) selection.toggle(at.row, false);
    else if (key === "mod+a") selection.selectLoaded();
    else if (key === "esc" && (peek || selection.size)) {
      if (peek) onPeek(undefined);
      else selection.clear();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const shownAt = usePieces(source, window_, view.block, waiting);
  const pool = Math.ceil(view.height / ROW_HEIGHT) + 2 * MARGIN + 2;
  const drawn: number[] = [];
  for (let row = window_.first; row < window_.end; row++) drawn.push(row);

  // Where lines run from the right, room that is kept for a scrollbar would cover the first of what is scrolled.
  return (
    <div
      ref={scroller}
      role="grid"
      tabIndex={0}
      aria-label={object.plural_label}
      aria-rowcount={source.rows + 1 + (props.totals ? 1 : 0)}
      aria-colcount={columns.length + 1}
      aria-multiselectable="true"
      aria-busy={waiting || undefined}
      aria-activedescendant={cursor ? `${gridId}-active` : undefined}
      style={measures as CSSProperties}
      className="min-h-0 flex-1 overflow-auto overscroll-contain outline-none [scrollbar-gutter:stable] rtl:[scrollbar-gutter:auto] focus-visible:shadow-[inset_0_1px_0_var(--accent)]"
      onScroll={(event) => {
        const el = event.currentTarget;
        source.scrollTop = el.scrollTop;
        look(el);
      }}
      onFocus={(event) => {
        if (event.target === event.currentTarget && !cursor && source.rows > 0)
          setCursor({ row: window_.first === 0 ? 0 : window_.first + 8, col: 0 });
      }}
      onKeyDown={onKeyDown}
    >
      <Header
        columns={columns}
        pinned={pinned}
        held={held}
        widths={widths}
        onResize={onResize}
        onWidth={props.onWidth}
        onMove={props.onMoveColumn}
        sort={props.sort}
        onSort={props.onSort}
        selection={selection.state}
        onSelectAll={selection.toggleLoaded}
      />
      <div role="rowgroup" className="relative" style={{ height: rows * ROW_HEIGHT, width: "var(--grid-width)" }}>
        {drawn.map((row) => {
          const id = shownAt(row);
          const head = source.headAt?.(row);
          if (head && props.group)
            return (
              <GroupRow
                key={row % pool}
                field={props.group}
                option={props.options[head.index]}
                head={head}
                row={row}
                height={ROW_HEIGHT}
                columns={columns}
                totals={props.groupTotals.find((a) => (a.group[groupPath] ?? null) === head.group.value)}
                activeId={cursor?.row === row ? `${gridId}-active` : undefined}
                onFold={() => source.fold?.(head.group)}
              />
            );
          return (
            <Row
              key={row % pool}
              object={object}
              columns={columns}
              held={held}
              height={ROW_HEIGHT}
              index={row}
              id={id}
              gridId={gridId}
              activeCol={cursor?.row === row ? cursor.col : -1}
              editing={editing && cursor?.row === row}
              selected={id !== undefined && selection.has(id)}
              peeked={id !== undefined && id === peek}
              onCell={onCell}
              onEdit={edit}
              onDone={onDone}
              again={editing && cursor?.row === row ? again : undefined}
              onRefused={onRefused}
              onToggle={onToggle}
            />
          );
        })}
      </div>
      {props.totals && <TotalsRow columns={columns} held={held} totals={props.totals} row={source.rows + 2} />}
    </div>
  );
}
