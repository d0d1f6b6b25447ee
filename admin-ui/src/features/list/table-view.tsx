// The table of a list: the grid on a wide screen, cards in a column on a phone.
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect } from "react";
import { messageOf } from "@/api/problem";
import { recordStore } from "@/api/record-store";
import { updateRecord } from "@/api/records";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { toastError } from "@/components/toast";
import { t } from "@/lib/i18n";
import { usePhone } from "@/lib/use-media";
import { BulkBar } from "./bulk-bar";
import { Grid } from "./grid";
import { type ListSearch, type ListState, type SortKey, sortText } from "./list-state";
import { Nothing } from "./nothing";
import { PhoneList } from "./phone-list";
import { useListSource } from "./use-list-source";
import { useSelection } from "./use-selection";

interface TableViewProps {
  object: ObjectDef;
  state: ListState;
  search: ListSearch;
  onSearch: (patch: Partial<ListSearch>) => void;
  onTotal: (total: number | undefined) => void;
}

/** A click sorts up, then down, then as the view has it. */
function nextSort(sort: SortKey[], path: string): string | undefined {
  const at = sort[0]?.path === path ? sort[0] : undefined;
  if (!at) return path;
  return at.down ? undefined : `-${path}`;
}

export function TableView({ object, state, search, onSearch, onTotal }: TableViewProps) {
  const phone = usePhone();
  const navigate = useNavigate();
  const source = useListSource(object, state.request);
  const selection = useSelection(source);
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
      updateRecord(object, id, { [field.name]: value }).catch((error) => toastError(messageOf(error)));
    },
    [object],
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
          onClear={() => onSearch({ f: undefined, q: undefined })}
        />
      ) : phone ? (
        <PhoneList object={object} source={source} columns={state.columns} />
      ) : (
        <Grid
          object={object}
          source={source}
          columns={state.columns}
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
      <BulkBar object={object} selection={selection} />
    </>
  );
}
