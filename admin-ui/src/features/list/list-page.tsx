// The list of any object: views, search, filters, columns, the grid, and what to say when there is nothing.
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { messageOf } from "@/api/problem";
import { recordStore } from "@/api/record-store";
import { updateRecord } from "@/api/records";
import { mayCreate, useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Empty, Glyph, Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Kbd } from "@/components/kbd";
import { toastError } from "@/components/toast";
import type { Condition } from "@/lib/filter";
import { objectHue } from "@/lib/hues";
import { createIntent } from "@/lib/intents";
import { useShortcuts } from "@/lib/shortcuts";
import { count, inSentence } from "@/lib/text";
import { usePhone } from "@/lib/use-media";
import { BulkBar } from "./bulk-bar";
import { ColumnChooser } from "./column-chooser";
import { FilterButton, FilterChips } from "./filter-bar";
import { Grid } from "./grid";
import { type ListSearch, listState, type SortKey, sortText } from "./list-state";
import { PhoneList } from "./phone-list";
import { TitleBar, ViewTabs } from "./toolbar";
import { useListSource } from "./use-list-source";
import { useSelection } from "./use-selection";

interface ListPageProps {
  object: ObjectDef;
  search: ListSearch;
  onSearch: (patch: Partial<ListSearch>, push?: boolean) => void;
}

/** A click sorts up, then down, then as the view has it. */
function nextSort(sort: SortKey[], path: string): string | undefined {
  const at = sort[0]?.path === path ? sort[0] : undefined;
  if (!at) return path;
  return at.down ? undefined : `-${path}`;
}

export function ListPage({ object, search, onSearch }: ListPageProps) {
  const catalog = useCatalog();
  const phone = usePhone();
  const navigate = useNavigate();
  const state = listState(catalog, object, search);
  const source = useListSource(object, state.request);
  const selection = useSelection(source);
  const [adding, setAdding] = useState(false);
  const [fresh, setFresh] = useState<number | null>(null);

  useEffect(() => {
    document.title = `${object.plural_label} · ${catalog.me.tenant.name}`;
  }, [object, catalog]);

  const setConditions = (conditions: Condition[]) => onSearch({ f: conditions.length ? conditions : undefined });
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

  useShortcuts({
    c: () => (mayCreate(object) ? createIntent.set({ object: object.name }) : false),
    f: () => setAdding(true),
    "/": () => document.getElementById("list-search")?.focus(),
    esc: () => (search.peek ? onPeek(undefined) : false),
  });

  const empty = !source.pending && !source.error && source.rows === 0;
  return (
    <section aria-label={object.plural_label} className="relative flex min-h-0 min-w-0 flex-1 flex-col">
      <TitleBar
        object={object}
        total={source.total}
        text={state.text}
        onText={(q) => onSearch({ q: q || undefined })}
      />
      <div className="flex h-10 shrink-0 items-center gap-1 border-line border-b ps-2 pe-2 phone:ps-3">
        <ViewTabs
          state={state}
          onView={(view) => onSearch({ view, sort: undefined, cols: undefined, peek: undefined }, true)}
        />
        <FilterButton
          object={object}
          open={adding}
          setOpen={setAdding}
          onAdd={(condition) => {
            setFresh(state.conditions.length);
            setConditions([...state.conditions, condition]);
          }}
        />
        {!phone && (
          <ColumnChooser
            object={object}
            columns={state.columns}
            changed={Boolean(search.cols)}
            onChange={(names) => onSearch({ cols: names?.join(",") })}
          />
        )}
      </div>
      <FilterChips
        object={object}
        conditions={state.conditions}
        onChange={setConditions}
        fresh={fresh}
        onOpened={() => setFresh(null)}
      />
      {Boolean(source.error) && (
        <div className="p-3">
          <Notice
            title={source.rows ? "The list could not be brought up to date." : "The list could not be loaded."}
            action={
              <Button look="outline" onClick={() => source.refresh()}>
                Try again
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
      {!phone && <Footer object={object} rows={source.total} />}
    </section>
  );
}

function Footer({ object, rows }: { object: ObjectDef; rows: number | undefined }) {
  const hints: [string, string][] = [
    ["↑↓", "move"],
    ["↵", "open or edit"],
    ["Space", "peek"],
    ["X", "select"],
    ["C", "create"],
    ["?", "all keys"],
  ];
  return (
    <footer className="flex h-8 shrink-0 items-center gap-4 overflow-hidden whitespace-nowrap border-line border-t px-4 text-text-3 text-xs">
      <span className="num">
        {rows === undefined ? "" : count(rows, inSentence(object.label), inSentence(object.plural_label))}
      </span>
      <span className="flex-1" />
      {hints.map(([key, what]) => (
        <span key={key} className="hidden items-center gap-1.5 wide:inline-flex">
          <Kbd keys={[key]} />
          {what}
        </span>
      ))}
    </footer>
  );
}

interface NothingProps {
  object: ObjectDef;
  filtered: boolean;
  narrowed: boolean;
  onClear: () => void;
}

function Nothing({ object, filtered, narrowed, onClear }: NothingProps) {
  const many = inSentence(object.plural_label);
  const glyph = <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={40} />;
  if (filtered) {
    return (
      <div className="flex flex-1 items-center justify-center overflow-y-auto">
        <Empty
          glyph={glyph}
          title={`No ${many} match these filters`}
          action={
            <Button look="outline" onClick={onClear}>
              Clear filters
            </Button>
          }
        />
      </div>
    );
  }
  return (
    <div className="flex flex-1 items-center justify-center overflow-y-auto">
      <Empty
        glyph={glyph}
        title={narrowed ? `No ${many} in this view` : `No ${many} yet`}
        action={
          mayCreate(object) && (
            <Button look="outline" onClick={() => createIntent.set({ object: object.name })}>
              Create the first one
            </Button>
          )
        }
      >
        {object.description}
      </Empty>
    </div>
  );
}
