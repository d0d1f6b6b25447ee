// A list view: which records, which columns, in which order and how they are displayed, with the first of them below.
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowLeft, Pin, Trash2 } from "lucide-react";
import { useState } from "react";
import { applyChanges, planChanges } from "@/api/metadata";
import { useCatalog } from "@/catalog/catalog";
import { GROUPS } from "@/catalog/displays";
import { columnFields, defaultColumns, fieldOf } from "@/catalog/fields";
import { filterWords } from "@/catalog/filter-words";
import { useReloadCatalog } from "@/catalog/load";
import type { ListViewDef, ObjectDef } from "@/catalog/types";
import { ReviewDialog } from "@/changes/review-dialog";
import { Empty } from "@/components/bits";
import { Button, IconButton } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { backLink, PageFrame, useTitle } from "@/components/page-frame";
import { Select } from "@/components/select";
import { toast } from "@/components/toast";
import { Unsaved } from "@/components/unsaved";
import { OrderedFields } from "@/fields/ordered-fields";
import { SortKeys } from "@/fields/sort-keys";
import { FormulaEditor } from "@/formulas/formula-editor";
import { cx } from "@/lib/cx";
import { differences } from "@/lib/differences";
import { t } from "@/lib/i18n";
import { apiName } from "@/lib/text";
import { DisplayFields, WeightField } from "./display-fields";
import { ViewPreview } from "./view-preview";

type Draft = Omit<ListViewDef, "name">;

const DISPLAYS = [
  { id: "table", label: "Table" },
  { id: "board", label: "Board" },
  { id: "calendar", label: "Calendar" },
  { id: "timeline", label: "Timeline" },
];
const SCOPES = [
  { id: "all", label: "All that one may see" },
  { id: "team", label: "Of one's teams" },
  { id: "mine", label: "One's own" },
];
const spoken = <T extends { label: string }>(one: T): T => ({ ...one, label: t(one.label) });

export function ViewEditorPage() {
  const { object: objectName, view: slug } = useParams({ from: "/shell/setup/objects/$object/views/$view" });
  const catalog = useCatalog();
  const object = catalog.object(objectName);
  const view = catalog.viewsOf(objectName).find((v) => v.name === `${objectName}.${slug}`);
  if (!object || (!view && slug !== "new"))
    return <Empty title={t("There is no view {objectName}.{slug}", { objectName, slug })} />;
  return <ViewEditor key={slug} object={object} view={view} />;
}

function ViewEditor({ object, view }: { object: ObjectDef; view: ListViewDef | undefined }) {
  const catalog = useCatalog();
  const navigate = useNavigate();
  const reload = useReloadCatalog();
  const before: Draft | undefined = view && (({ name: _, ...rest }) => rest)(view);
  const start: Draft = before ?? {
    object: object.name,
    label: "",
    scope: "all",
    columns: defaultColumns(object),
    display: "table",
  };
  const [draft, setDraft] = useState(start);
  const [open, setOpen] = useState<"publish" | "delete" | null>(null);
  const set = (patch: Partial<Draft>) => setDraft((d) => ({ ...d, ...patch }));
  useTitle(draft.label || t("New view"), object.label, t("Setup"));

  const name = view?.name ?? `${object.name}.${apiName(draft.label)}`;
  const taken = !view && catalog.viewsOf(object.name).some((v) => v.name === name);
  const changed = differences(cleaned(start), cleaned(draft)).length > 0;
  const needsGroup = draft.display === "board" && !draft.group_by;
  const ready = draft.label.trim() !== "" && !taken && draft.columns.length > 0 && !needsGroup;
  const toTab = { to: "/setup/objects/$object", params: { object: object.name }, search: { tab: "views" } } as const;
  const definition = open === "delete" ? null : cleaned(draft);
  const changes = [{ kind: "list-views", name, definition }];

  return (
    <PageFrame
      above={
        <Link {...toTab} className={backLink}>
          <ArrowLeft size={13} />
          {t("Views of")} {object.plural_label}
        </Link>
      }
      title={draft.label || t("New view")}
      about={<span className="font-mono text-xs">{name}</span>}
      action={
        <>
          {view && (
            <IconButton label={t("Delete view")} className="size-8" onClick={() => setOpen("delete")}>
              <Trash2 size={15} />
            </IconButton>
          )}
          <Button look="solid" size="md" disabled={!ready || !changed} onClick={() => setOpen("publish")}>
            {t("Publish")}
          </Button>
        </>
      }
    >
      <div className="mb-8 grid gap-x-8 gap-y-5 wide:grid-cols-2">
        <div className="grid content-start gap-4 phone:grid-cols-2">
          <FieldFrame
            label={t("Label")}
            required
            error={taken ? t("There is already a view with this name.") : undefined}
          >
            {(ids) => (
              <TextInput
                id={ids.id}
                maxLength={80}
                aria-describedby={ids.describedBy}
                aria-invalid={ids.invalid || undefined}
                value={draft.label}
                onChange={(e) => set({ label: e.target.value })}
              />
            )}
          </FieldFrame>
          <FieldFrame label={t("Whose records")}>
            {(ids) => (
              <Select
                id={ids.id}
                label={t("Whose records")}
                choices={SCOPES.map(spoken)}
                value={[draft.scope ?? "all"]}
                onChange={(next) => set({ scope: next[0] as Draft["scope"] & string })}
              />
            )}
          </FieldFrame>
          <FieldFrame label={t("Displayed as")}>
            {(ids) => (
              <Select
                id={ids.id}
                label={t("Displayed as")}
                choices={DISPLAYS.map(spoken)}
                value={[draft.display ?? "table"]}
                onChange={(next) => setDraft((d) => displayed(object, d, next[0] as Draft["display"] & string))}
              />
            )}
          </FieldFrame>
          <DisplayFields
            object={object}
            view={draft}
            error={needsGroup ? t("A board needs a field for its columns.") : undefined}
            onChange={({ group_by, sort }) =>
              setDraft(({ group_by: _, ...d }) => ({ ...d, sort, ...(group_by ? { group_by } : {}) }))
            }
          />
          {draft.display === "board" && (
            <WeightField
              object={object}
              value={draft.weight_by}
              onChange={(next) =>
                setDraft(({ weight_by: _, ...d }) => ({ ...d, ...(next ? { weight_by: next } : {}) }))
              }
            />
          )}
          <div className="col-span-full">
            <h2 className="mb-1 font-medium text-text-2 text-xs">{t("Sorted by")}</h2>
            <SortKeys object={object} keys={draft.sort ?? []} onChange={(sort) => set({ sort })} />
          </div>
          <div className="col-span-full">
            <h2 className="mb-1 font-medium text-text-2 text-xs">{t("Records that it shows")}</h2>
            <FormulaEditor
              plain
              object={object}
              label={t("Records that it shows")}
              value={draft.where ?? ""}
              expects="boolean"
              lines={1}
              placeholder={t("all of them")}
              onChange={(where) => set({ where })}
            />
          </div>
          {draft.filter && (
            <FilterSummary object={object} filter={draft.filter} onClear={() => setDraft(({ filter: _, ...d }) => d)} />
          )}
        </div>
        <div>
          <h2 className="mb-1 font-medium text-text-2 text-xs">{t("Columns")}</h2>
          <OrderedFields
            object={object}
            label={t("Columns")}
            add={t("Add column")}
            paths={draft.columns}
            from={columnFields(object)}
            onChange={(columns) =>
              setDraft((d) => ({ ...d, columns, pinned: d.pinned?.filter((p) => columns.includes(p)) ?? [] }))
            }
            extra={(path) =>
              (draft.display ?? "table") === "table" && (
                <PinColumn object={object} draft={draft} path={path} onPin={set} />
              )
            }
          />
        </div>
      </div>
      <ViewPreview object={object} view={draft} me={catalog.me.user.id} />
      <Unsaved changed={changed} />
      {open && (
        <ReviewDialog
          title={
            open === "delete"
              ? t("Delete the view {label}?", { label: draft.label })
              : t("Publish the view {label}", { label: draft.label })
          }
          verb={open === "delete" ? t("Delete view") : t("Publish view")}
          danger={open === "delete"}
          word={name}
          planKey={changes}
          plan={(signal) => planChanges(changes, signal)}
          apply={({ message, allowDataLoss }) => applyChanges(changes, message, allowDataLoss)}
          parts={[{ kind: "list-views", name, before, after: definition }]}
          messageHint={t("Why it is changed; shown in the change history.")}
          onClose={() => setOpen(null)}
          onDone={async () => {
            const words =
              open === "delete"
                ? t("Deleted the view {label}", { label: draft.label })
                : t("Published the view {label}", { label: draft.label });
            setOpen(null);
            await reload();
            navigate({ ...toTab, ignoreBlocker: true });
            toast(words);
          }}
        />
      )}
    </PageFrame>
  );
}

interface PinColumnProps {
  object: ObjectDef;
  draft: Draft;
  path: string;
  onPin: (patch: Pick<Draft, "pinned">) => void;
}

/** Lets a column of a table stay in sight. The name, which comes first, does so anyhow. */
function PinColumn({ object, draft: { pinned = [] }, path, onPin }: PinColumnProps) {
  const field = fieldOf(object, path);
  if (field?.name === "name") return null;
  const on = pinned.includes(path);
  return (
    <IconButton
      label={t(on ? "Unpin {field}" : "Pin {field}", { field: field?.label ?? path })}
      className={cx("size-6", on ? "text-accent-text" : "text-text-3")}
      onClick={() => onPin({ pinned: on ? pinned.filter((other) => other !== path) : [...pinned, path] })}
    >
      <Pin size={12} className={on ? "fill-current" : ""} />
    </IconButton>
  );
}

/** The view displayed in another way; what that cannot be grouped by goes. */
function displayed(object: ObjectDef, { group_by, ...draft }: Draft, display: Draft["display"] & string): Draft {
  const fits = GROUPS[display](object).some((f) => f.name === group_by);
  return { ...draft, display, ...(fits && group_by ? { group_by } : {}) };
}

/** Empty settings stay out of the definition. */
function cleaned(draft: Draft): Record<string, unknown> {
  const kept = Object.entries({ ...draft, label: draft.label.trim() }).filter(
    ([, value]) =>
      (typeof value !== "string" || value.trim() !== "") &&
      value !== undefined &&
      !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(kept);
}

interface FilterSummaryProps {
  object: ObjectDef;
  filter: Record<string, unknown>;
  onClear: () => void;
}

/** A filter that was built elsewhere is kept as it is; it can be taken away here. */
function FilterSummary({ object, filter, onClear }: FilterSummaryProps) {
  return (
    <div className="col-span-full">
      <h2 className="mb-1 font-medium text-text-2 text-xs">{t("Filter")}</h2>
      <div className="flex items-start gap-2 rounded-control border border-line bg-sunken px-2.5 py-1.5">
        <ul className="min-w-0 flex-1 break-words text-xs">
          {filterWords(object, filter).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <Button className="h-6 px-2 text-xs" onClick={onClear}>
          {t("Clear")}
        </Button>
      </div>
    </div>
  );
}
