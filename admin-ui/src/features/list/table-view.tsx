// The table of a list: the grid on a wide screen, cards in a column on a phone.
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { GroupedRows, type RowSource } from "@/api/grouped-rows";
import { messageOf } from "@/api/problem";
import { recordStore } from "@/api/record-store";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { setSwitch } from "@/fields/save";
import { arrange, arrangementOf } from "@/lib/arrangement";
import { useCell } from "@/lib/cell";
import { t } from "@/lib/i18n";
import { usePhone } from "@/lib/use-media";
import { whenIdle } from "@/lib/when-idle";
import { BulkBar } from "./bulk-bar";
import { Grid } from "./grid";
import type { ListSearch } from "./list-search";
import { arrangementKey, type ListState, type SortKey, sortText } from "./list-state";
import { Nothing } from "./nothing";
import { PhoneList } from "./phone-list";
import { useAggregates } from "./use-aggregates";
import { useGroups } from "./use-groups";
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

/** A click sorts up, then down, then as the view has it. */
function nextSort(sort: SortKey[], path: string): string | undefined {
  const at = sort[0]?.path === path ? sort[0] : undefined;
  if (!at) return path;
  return at.down ? undefined : `-${path}`;
}

export function TableView(props: TableViewProps) {
  return props.state.group ? <GroupedTable {...props} group={props.state.group} /> : <PlainTable {...props} />;
}

function PlainTable(props: TableViewProps) {
  return <Table {...props} source={useListSource(props.object, props.state.request)} />;
}

function GroupedTable(props: TableViewProps & { group: FieldDef }) {
  const groups = useGroups(props.object, props.state.request, props.group);
  const source = useMemo(() => new GroupedRows(groups), [groups]);
  useSyncExternalStore(source.watch, source.version);
  return <Table {...props} source={source} />;
}

function Table({ object, state, search, onSearch, onTotal, source }: TableViewProps & { source: RowSource }) {
  const phone = usePhone();
  const navigate = useNavigate();
  const key = arrangementKey(object, state.view);
  const { widths } = useCell(arrangementOf(key));
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
    state.group && [state.group.name],
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

  const onWidth = useCallback(
    (name: string, width: number | undefined) => {
      const { [name]: _, ...rest } = arrangementOf(key).get().widths;
      arrange(key, { widths: width === undefined ? rest : { ...rest, [name]: width } });
    },
    [key],
  );
  const names = state.columns.map((c) => c.name);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the columns are compared by their names.
  const onMoveColumn = useCallback(
    (name: string, to: number) => {
      const cols = names.filter((n) => n !== name);
      cols.splice(to, 0, name);
      arrange(key, { cols });
      if (search.cols) onSearch({ cols: undefined });
    },
    [key, names.join(), search.cols, onSearch],
  );

  const empty = !source.pending && !source.error && source.rows === 0;
  return (
    <>
      {Boolean(source.error) && (
        <div className="p-3">
          <Notice
            title={source.rows ? t("The list could not be brought up to date.") : t("The list could not be loaded.")}
            action={
              <Button look="outline" onClick={() => source.refresh()}>
                {t("Try again")}
              </Button>
            }
          >
            {messageOf(source.error)}
          </Notice>
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
        <PhoneList object={object} source={source} columns={state.columns} group={state.group} />
      ) : (
        <Grid
          object={object}
          source={source}
          columns={state.columns}
          group={state.group}
          totals={source.rows ? totals[0] : undefined}
          groupTotals={groupTotals}
          widths={widths}
          onWidth={onWidth}
          onMoveColumn={onMoveColumn}
          sort={state.sort}
          onSort={(path) =>
            onSearch({ sort: nextSort(state.sort, path) ?? (search.sort ? undefined : sortText(state.sort).join(",")) })
          }
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
