// Lists of records that point here: the first few, a way to all of them, and to a new one.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useEffect, useState } from "react";
import { messageOf } from "@/api/problem";
import { recordStore, useRecord } from "@/api/record-store";
import { listRecords } from "@/api/records";
import { mayCreate, useCatalog } from "@/catalog/catalog";
import { defaultColumns, fieldOf, isOff, nameIsEnough, nameSource } from "@/catalog/fields";
import { objectIcon } from "@/catalog/icons";
import { listable, lists } from "@/catalog/placement";
import type { FieldDef, LayoutDef, LayoutSection, ObjectDef, RelationDef } from "@/catalog/types";
import { Glyph, Skeleton } from "@/components/bits";
import { IconButton } from "@/components/button";
import { late } from "@/components/late";
import { isEmpty } from "@/fields/kind";
import { kindOf } from "@/fields/registry";
import type { Ast } from "@/lib/filter";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { createIntent } from "@/lib/intents";
import { counted, humanize, inSentence } from "@/lib/text";

const QuickAdd = late(() => import("@/fields/quick-add"), "QuickAdd", "line", "px-3");

const FIRST = 5;

interface Owner {
  object: ObjectDef;
  id: string;
  name: string;
}

/** The condition that finds the records of a relation. */
function relationFilter(relation: RelationDef, owner: Owner): Ast {
  if (relation.kind === "any_lookup") {
    return {
      and: [
        { [`${relation.field}_object`]: { eq: owner.object.name } },
        { [`${relation.field}_id`]: { eq: owner.id } },
      ],
    };
  }
  if (relation.kind === "many_to_many") return { [relation.field]: { some: { id: { eq: owner.id } } } };
  return { [`${relation.field}_id`]: { eq: owner.id } };
}

/** The field's value that makes a new record belong here. */
function presetFor(relation: RelationDef, { object, id, name }: Owner): Record<string, unknown> {
  const ref = { id, name, object: object.name };
  return { [relation.field]: relation.kind === "many_to_many" ? [ref] : ref };
}

interface RelatedListsProps {
  owner: Owner;
  /** For the order of the lists and for those that are not shown. */
  layout: LayoutDef | undefined;
  hides: (section: LayoutSection) => boolean;
  /** Also what was taken off the page. */
  whole: boolean;
}

export function RelatedLists({ owner, layout, hides, whole }: RelatedListsProps) {
  const catalog = useCatalog();
  const known = listable(catalog, owner.object);
  const { shown, off } = lists(known, layout);
  const now = (layout?.sections ?? []).filter((section) => !isOff(section) && hides(section));
  const hidden = now.flatMap((section) => section.items.map((item) => item.related));
  const relations = [...shown.filter((one) => !hidden.includes(one.name)), ...(whole ? off : [])];
  if (!known.length) return <p className="px-5 py-4 text-text-3">{t("Nothing points to this record.")}</p>;
  return relations.map((relation) => (
    <RelatedList key={`${relation.object}.${relation.field}`} relation={relation} owner={owner} />
  ));
}

function RelatedList({ relation, owner }: { relation: RelationDef; owner: Owner }) {
  const catalog = useCatalog();
  const client = useQueryClient();
  const other = catalog.object(relation.object);
  const columns = other ? detailFields(other, catalog.listViews(other.name)[0]?.columns, relation.field) : [];
  const key = ["related", owner.object.name, owner.id, relation.object, relation.field];
  const query = useQuery({
    queryKey: key,
    enabled: Boolean(other),
    queryFn: ({ signal }) => {
      if (!other) throw new Error("The object is gone.");
      const fields = new Set(["id", "name", "version", ...columns.flatMap((f) => kindOf(f).paths(f))]);
      const request = {
        fields: [...fields],
        filter: relationFilter(relation, owner),
        sort: ["-created_at"],
        limit: FIRST,
        includeTotal: true,
      };
      return listRecords(other, request, signal);
    },
  });

  useEffect(
    () =>
      recordStore.listen((event) => {
        if (event.object === relation.object)
          client.invalidateQueries({ queryKey: ["related", owner.object.name, owner.id] });
      }),
    [client, relation.object, owner.object.name, owner.id],
  );

  const [adding, setAdding] = useState(false);
  if (!other) return null;
  const preset = presetFor(relation, owner);
  const add = () => {
    if (nameIsEnough(other, [relation.field])) setAdding(true);
    else createIntent.set({ object: other.name, preset, follow: false });
  };
  const total = query.data?.total ?? query.data?.records.length ?? 0;
  const label = relation.label ?? (relation.name === other.plural ? other.plural_label : humanize(relation.name));
  const condition = relation.kind === "many_to_many" ? "some" : "in";
  const search =
    relation.kind === "any_lookup"
      ? {}
      : { f: [{ field: relation.field, op: condition, value: [{ id: owner.id, name: owner.name }] }] };
  return (
    <section aria-label={label} className="border-line border-b px-2 py-2.5 last:border-b-0">
      <div className="flex h-7 items-center gap-2 ps-3 pe-1">
        <Glyph icon={objectIcon(other)} hue={objectHue(other.name)} size={18} />
        <h2 className="truncate font-semibold">{label}</h2>
        {query.data && <span className="num text-text-3 text-xs">{counted(total)}</span>}
        <span className="flex-1" />
        {total > FIRST && relation.kind !== "any_lookup" && (
          <Link
            to="/o/$plural"
            params={{ plural: other.plural }}
            search={search}
            className="rounded-tag px-1.5 text-text-2 text-xs hover:bg-hover hover:text-text"
          >
            {t("Show all")}
          </Link>
        )}
        {mayCreate(other) && (
          <IconButton label={t("New {object}", { object: inSentence(other.label) })} onClick={add}>
            <Plus size={15} />
          </IconButton>
        )}
      </div>
      {adding && <QuickAdd className="mx-2 my-1.5" object={other} preset={preset} onClose={() => setAdding(false)} />}
      {query.isPending && <Skeleton className="mx-3 my-2 w-40" />}
      {query.isError && <p className="px-3 py-1 text-red text-xs">{messageOf(query.error)}</p>}
      {query.data && total === 0 && <p className="ps-3 pt-0.5 pb-1 text-text-3 text-xs">{t("None yet")}</p>}
      <ul>
        {query.data?.records.map((record) => (
          <RelatedRow key={record.id} object={other} id={record.id} columns={columns} />
        ))}
      </ul>
    </section>
  );
}

/** What a related row tells besides its name. */
function detailFields(object: ObjectDef, viewColumns: string[] | undefined, via: string): FieldDef[] {
  return (viewColumns ?? defaultColumns(object))
    .map((name) => fieldOf(object, name))
    .filter(
      (f): f is FieldDef =>
        Boolean(f) &&
        f?.name !== "name" &&
        f?.name !== nameSource(object) &&
        f?.name !== via &&
        !kindOf(f as FieldDef).wide,
    )
    .slice(0, 4);
}

function RelatedRow({ object, id, columns }: { object: ObjectDef; id: string; columns: FieldDef[] }) {
  const record = useRecord(object.name, id);
  if (!record) return null;
  const filled = columns.filter((f) => !isEmpty(kindOf(f).read(record, f)) && f.kind !== "boolean");
  const wordy = filled.filter((f) => kindOf(f).group === "Text" || kindOf(f).group === "Relations");
  const shown = filled.filter((f) => !wordy.includes(f) || f === wordy[0]).slice(0, 2);
  return (
    <li>
      <Link
        to="/o/$plural/$id"
        params={{ plural: object.plural, id }}
        className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-0.5 rounded-control px-3 py-1 hover:bg-hover"
      >
        <span className="min-w-0 max-w-full flex-auto truncate">{String(record.name ?? "") || t("Unnamed")}</span>
        <span className="flex min-w-0 max-w-full items-center gap-2 text-text-2 text-xs">
          {shown.map((field) => {
            const Display = kindOf(field).display;
            return (
              <span key={field.name} className="flex min-w-0 items-center truncate">
                <Display value={kindOf(field).read(record, field)} field={field} compact />
              </span>
            );
          })}
        </span>
      </Link>
    </li>
  );
}
