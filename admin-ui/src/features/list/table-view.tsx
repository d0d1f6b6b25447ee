// The table of a list: the grid on a wide screen, cards in a column on a phone.
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { GroupedRows, type RowSource, rowsToCome } from "@/api/grouped-rows";
import { NotLoaded } from "@/api/loaded";
import { recordStore } from "@/api/record-store";
import { type GroupOption, groupOptions, isToOne } from "@/catalog/displays";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { kindOf } from "@/fields/registry";
import { setSwitch } from "@/fields/save";
import { arrange, arrangementOf, movedColumn, pinnedFirst, setWidth } from "@/lib/arrangement";
import { useCell } from "@/lib/cell";
import { t } from "@/lib/i18n";
import { usePhone } from "@/lib/use-media";
import { whenIdle } from "@/lib/when-idle";
import { BulkBar } from "./bulk-bar";
import { type FoundGroups, useFoundGroups } from "./found-groups";
import { Grid } from "./grid";
import type { ListSearch } from "./list-search";
import { arrangementKey, type ListState } from "./list-state";
import { Nothing } from "./nothing";
import { PhoneList } from "./phone-list";
import { addedSort, clickedSort, sortSearch } from "./sorting";
import { useAggregates } from "./use-aggregates";
import { groupingBy, useGroups } from "./use-groups";
import { useListSource } from "./use-list-source";
import { useNeighbours } from "./use-neighbours";
import { useSelection } from "./use-selection";

interface TableViewProps {
  object: ObjectDef;
  state: ListState;
  search: ListSearch;
  onSearch: (patch: Partial<ListSearch>) => void;
  onTotal: (total: number | undefined) => void;
}

const NONE: FieldDef[] = [];

const NO_OPTIONS: GroupOption[] = [];

export function TableView(props: TableViewProps) {
  const { group } = props.state;
  if (!group) return <PlainTable {...props} />;
  if (isToOne(group)) return <FoundTable {...props} group={group} />;
  return <GroupedTable {...props} grouping={groupingBy(group)} options={groupOptions(group)} />;
}

function PlainTable(props: TableViewProps) {
  return <Table {...props} options={NO_OPTIONS} source={useListSource(props.object, props.state.request)} />;
}

function FoundTable(props: TableViewProps & { group: FieldDef }) {
  const { found, error, refetch } = useFoundGroups(props.object, props.state.request, props.group);
  const waiting = useMemo(() => rowsToCome(error, () => void refetch()), [error, refetch]);
  return found ? <GroupedTable {...props} {...found} /> : <Table {...props} options={NO_OPTIONS} source={waiting} />;
}

function GroupedTable(props: TableViewProps & FoundGroups) {
  const groups = useGroups(props.object, props.state.request, props.grouping);
  const source = useMemo(() => new GroupedRows(groups), [groups]);
  useSyncExternalStore(source.watch, source.version);
  return <Table {...props} source={source} />;
}

interface TableProps extends TableViewProps {
  source: RowSource;
  /** What the groups are called that the rows stand in. */
  options: GroupOption[];
}

function Table({ object, state, search, onSearch, onTotal, source, options }: TableProps) {
  const phone = usePhone();
  const navigate = useNavigate();
  const key = arrangementKey(object, state.view);
  const { widths } = useCell(arrangementOf(key));
  const { columns, held } = useMemo(() => pinnedFirst(state.columns, state.pinned), [state.columns, state.pinned]);
  const selection = useSelection(source);
  useNeighbours(object, source);
  // Sums come after what they are sums of has been drawn.
  const [drawn, setDrawn] = useState(false);
  useEffect(() => (source.pending ? undefined : whenIdle(() => setDrawn(true))), [source.pending]);
  const totals = useAggregates(object, state.request, phone || !drawn ? NONE : state.columns);
  const sums = state.columns.filter((f) => f.kind === "currency");
  const groupTotals = useAggregates(
    object,
    state.request,
    state.group && !phone ? sums : [],
    state.group && [kindOf(state.group).filterPath(state.group)],
  );
  const { total } = source;
  useEffect(() => onTotal(total), [onTotal, total]);

  const onOpen = useCallback(
    (id: string) => navigate({ to: "/o/$plural/$id", params: { plural: object.plural, id } }),
    [navigate, object],
  );
  const onPeek = useCallback((id: string | undefined) => onSearch({ peek: id }), [onSearch]);
  const onToggleValue = useCallback(
    (id: string, field: FieldDef) => {
      const value = !recordStore.find(object.name, id)?.[field.name];
      void setSwitch(object, id, field, value);
    },
    [object],
  );

  const onWidth = useCallback((name: string, width: number | undefined) => setWidth(key, name, width), [key]);
  const names = columns.map((c) => c.name);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the columns are compared by their names.
  const onMoveColumn = useCallback(
    (name: string, to: number) => {
      arrange(key, { cols: movedColumn(names, held, name, to) });
      if (search.cols) onSearch({ cols: undefined });
    },
    [key, names.join(), held, search.cols, onSearch],
  );

  const empty = !source.pending && !source.error && source.rows === 0;
  return (
    <>
      {Boolean(source.error) && (
        <div className="p-3">
          <NotLoaded
            title={source.rows ? t("The list could not be brought up to date.") : t("The list could not be loaded.")}
            error={source.error}
            again={() => source.refresh()}
          />
        </div>
      )}
      {empty ? (
        <Nothing
          object={object}
          filtered={state.filtered}
          narrowed={Boolean(state.request.filter)}
          onClear={() => onSearch({ f: undefined, q: undefined, fx: undefined, where: undefined })}
        />
      ) : phone ? (
        <PhoneList object={object} source={source} columns={state.columns} group={state.group} options={options} />
      ) : (
        <Grid
          object={object}
          source={source}
          columns={columns}
          pinned={held}
          group={state.group}
          options={options}
          totals={source.rows ? totals[0] : undefined}
          groupTotals={groupTotals}
          widths={widths}
          onWidth={onWidth}
          onMoveColumn={onMoveColumn}
          sort={state.sort}
          onSort={(path, beside) => {
            const { sort, ownSort } = state;
            const next = beside ? addedSort(sort, path) : clickedSort(sort, ownSort, path);
            onSearch({ sort: sortSearch(next, ownSort) });
          }}
          selection={selection}
          peek={search.peek}
          onOpen={onOpen}
          onPeek={onPeek}
          onToggleValue={onToggleValue}
        />
      )}
      <BulkBar object={object} selection={selection} request={state.request} total={total} />
    </>
  );
}
