// The list of any object: views, search, filters, and the records as a table, a board, a calendar or a timeline.
import { useCallback, useEffect, useMemo, useState } from "react";
import { mayCreate, useCatalog } from "@/catalog/catalog";
import type { Display } from "@/catalog/displays";
import type { ObjectDef } from "@/catalog/types";
import { Kbd } from "@/components/kbd";
import { late } from "@/components/late";
import { AS_THE_VIEW, arrange, arrangementOf, pinnedFirst } from "@/lib/arrangement";
import { useCell } from "@/lib/cell";
import type { Condition } from "@/lib/filter";
import { t } from "@/lib/i18n";
import { createIntent } from "@/lib/intents";
import { useShortcuts } from "@/lib/shortcuts";
import { count, inSentence } from "@/lib/text";
import { usePhone } from "@/lib/use-media";
import { BoardView } from "./board-view";
import { ColumnChooser } from "./column-chooser";
import { FilterButton, FilterChips } from "./filter-bar";
import { ListMenu } from "./list-menu";
import type { ListSearch } from "./list-search";
import { arrangementKey, listState, viewOf } from "./list-state";
import { SortButton } from "./sort-button";
import { TableView } from "./table-view";
import { TitleBar, ViewTabs } from "./toolbar";
import { ViewMenu } from "./view-menu";
import { ViewSwitch } from "./view-switch";

const Calendar = late(() => import("./calendar/calendar"), "Calendar", "page", "p-4");
const Timeline = late(() => import("./timeline/timeline"), "Timeline", "page", "p-4");
const FilterBuilder = late(() => import("./filter-builder"), "FilterBuilder", "over");

/** Another view starts as it was saved. What one searches and filters for goes along. */
const NOTHING_CHANGED: Partial<ListSearch> = {
  sort: undefined,
  cols: undefined,
  as: undefined,
  group: undefined,
  start: undefined,
  peek: undefined,
};

interface ListPageProps {
  object: ObjectDef;
  search: ListSearch;
  onSearch: (patch: Partial<ListSearch>, push?: boolean) => void;
}

export function ListPage({ object, search, onSearch }: ListPageProps) {
  const catalog = useCatalog();
  const phone = usePhone();
  const key = arrangementKey(object, viewOf(catalog, object, search));
  const arranged = useCell(arrangementOf(key));
  // What is looked at beside the list changes nothing of it: its rows stay as they are drawn.
  const { peek, ...asked } = search;
  const wanted = JSON.stringify(asked);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is asked for is compared by its content.
  const state = useMemo(() => listState(catalog, object, asked, arranged), [catalog, object, wanted, arranged]);
  const [building, setBuilding] = useState(false);
  const [adding, setAdding] = useState(false);
  const [sorting, setSorting] = useState(false);
  const [fresh, setFresh] = useState<number | null>(null);
  const [total, setTotal] = useState<number>();

  useEffect(() => {
    document.title = `${object.plural_label} · ${catalog.me.tenant.name}`;
  }, [object, catalog]);

  const table = state.display === "table";
  // Days have an order of their own.
  const ordered = table || state.display === "board";
  const own = state.view?.display ?? "table";
  const moved = search.group !== undefined && (state.group?.name ?? "none") !== (state.view?.group_by ?? "none");
  const changed = Boolean(
    state.conditions.length ||
      search.fx ||
      search.where ||
      search.sort !== undefined ||
      search.cols ||
      arranged.cols ||
      state.rearranged ||
      moved ||
      search.start !== undefined ||
      state.display !== own,
  );
  const reset = () => {
    arrange(key, AS_THE_VIEW);
    onSearch({
      f: undefined,
      fx: undefined,
      where: undefined,
      sort: undefined,
      cols: undefined,
      as: undefined,
      group: undefined,
      start: undefined,
    });
  };
  const onView = (view: string | undefined) => onSearch({ ...NOTHING_CHANGED, view }, true);
  const setConditions = (conditions: Condition[]) => onSearch({ f: conditions.length ? conditions : undefined });
  const onPeek = useCallback((id: string | undefined) => onSearch({ peek: id }), [onSearch]);

  useShortcuts({
    c: () => (mayCreate(object) ? createIntent.set({ object: object.name }) : false),
    f: () => setAdding(true),
    s: () => (ordered ? setSorting(true) : false),
    "/": () => document.getElementById("list-search")?.focus(),
    esc: () => (peek ? onPeek(undefined) : false),
  });

  return (
    <section aria-label={object.plural_label} className="relative flex min-h-0 min-w-0 flex-1 flex-col">
      <TitleBar object={object} total={total} text={state.text} onText={(q) => onSearch({ q: q || undefined })} />
      <div className="flex h-10 shrink-0 items-center gap-1 border-line border-b ps-2 pe-2 phone:ps-3">
        <ViewTabs state={state} onView={onView} />
        {!phone && (
          <ViewMenu
            object={object}
            state={state}
            changed={changed}
            onReset={reset}
            onView={onView}
            onStay={(view) => onSearch({ view })}
          />
        )}
        <ViewSwitch object={object} state={state} onSearch={onSearch} />
        <FilterButton
          object={object}
          open={adding}
          setOpen={setAdding}
          onBuild={() => setBuilding(true)}
          onAdd={(condition) => {
            setFresh(state.conditions.length);
            setConditions([...state.conditions, condition]);
          }}
        />
        {ordered && (
          <SortButton
            object={object}
            state={state}
            changed={search.sort !== undefined}
            open={sorting}
            setOpen={setSorting}
            onSearch={onSearch}
          />
        )}
        {!phone && (
          <ColumnChooser
            object={object}
            place={key}
            table={table}
            pins={state.pinned}
            {...pinnedFirst(state.columns, table ? state.pinned : [])}
            changed={Boolean(search.cols || arranged.cols || (table && state.rearranged))}
            onChange={(cols) => {
              arrange(key, { cols });
              if (search.cols) onSearch({ cols: undefined });
            }}
          />
        )}
        <ListMenu object={object} request={state.request} />
      </div>
      <FilterChips
        object={object}
        conditions={state.conditions}
        onChange={setConditions}
        fresh={fresh}
        onOpened={() => setFresh(null)}
        tree={state.tree}
        where={state.where}
        onBuild={() => setBuilding(true)}
        onClear={(what) =>
          onSearch({
            ...(what === "all" ? { f: undefined } : {}),
            ...(what === "where" ? {} : { fx: undefined }),
            ...(what === "tree" ? {} : { where: undefined }),
          })
        }
      />
      {state.view?.left_out?.length ? (
        <p role="note" className="border-line border-b bg-sunken px-4 py-1.5 text-text-2 text-xs">
          {t("This view is kept, but you do not see all the fields any more that it was made of. They are left out.")}
        </p>
      ) : null}
      {building && (
        <FilterBuilder
          object={object}
          tree={state.tree}
          where={state.where}
          onApply={({ tree, where }) => onSearch({ fx: tree, where })}
          onClose={() => setBuilding(false)}
        />
      )}
      {state.display === "board" && state.group ? (
        <BoardView
          object={object}
          request={state.request}
          columns={state.columns}
          group={state.group}
          weight={state.weight}
          peek={peek}
          onPeek={onPeek}
          onTotal={setTotal}
        />
      ) : state.display === "calendar" && state.span ? (
        <Calendar
          object={object}
          request={state.request}
          field={state.span.end}
          peek={peek}
          onPeek={onPeek}
          onTotal={setTotal}
        />
      ) : state.display === "timeline" && state.span ? (
        <Timeline
          object={object}
          request={state.request}
          span={state.span}
          peek={peek}
          onPeek={onPeek}
          onTotal={setTotal}
        />
      ) : (
        <TableView object={object} state={state} search={search} onSearch={onSearch} onTotal={setTotal} />
      )}
      {!phone && <Footer object={object} rows={total} display={state.display} />}
    </section>
  );
}

const HINTS: Record<Display, [string, string][]> = {
  table: [
    ["↑↓", "move"],
    ["↵", "open or edit"],
    ["Space", "peek"],
    ["X", "select"],
  ],
  board: [
    ["↑↓←→", "move"],
    ["Alt ←→", "move the card"],
    ["Space", "peek"],
    ["N", "add here"],
  ],
  calendar: [
    ["← →", "earlier, later"],
    ["T", "today"],
    ["Tab ← → ↑ ↓", "move what is in focus"],
  ],
  timeline: [
    ["← →", "earlier, later"],
    ["T", "today"],
    ["Tab ← →", "move what is in focus"],
    ["Tab ⇧ ← →", "longer, shorter"],
  ],
};

function Footer({ object, rows, display }: { object: ObjectDef; rows: number | undefined; display: Display }) {
  const hints: [string, string][] = [...HINTS[display], ["C", "create"], ["?", "all keys"]];
  return (
    <footer className="flex h-8 shrink-0 items-center gap-4 overflow-hidden whitespace-nowrap border-line border-t px-4 text-text-3 text-xs">
      <span className="num">
        {rows === undefined ? "" : count(rows, inSentence(object.label), inSentence(object.plural_label))}
      </span>
      <span className="flex-1" />
      {hints.map(([key, what]) => (
        <span key={key} className="hidden items-center gap-1.5 wide:inline-flex">
          <Kbd keys={[key]} />
          {t(what)}
        </span>
      ))}
    </footer>
  );
}
