// A record: its header, the fields in sections, related lists, history. Wide on a page, narrow in a panel.

import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useDeferredValue, useEffect, useMemo, useState } from "react";
import { NotLoaded } from "@/api/loaded";
import { Problem } from "@/api/problem";
import { useRecord } from "@/api/record-store";
import { maySeeSharing, useCatalog } from "@/catalog/catalog";
import { isOff } from "@/catalog/fields";
import { listable, lists, placement, type Section } from "@/catalog/placement";
import type { LayoutSection, ObjectDef } from "@/catalog/types";
import { Empty, Skeleton } from "@/components/bits";
import { Button } from "@/components/button";
import { late } from "@/components/late";
import { isShown, liveFields } from "@/fields/live";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { sawRecord } from "@/lib/recent";
import { inSentence } from "@/lib/text";
import { useAfterPaint } from "@/lib/use-after-paint";
import { useDevice } from "@/lib/use-media";
import { FieldRow } from "./field-row";
import { RecordHeader } from "./record-header";
import { recordQuery } from "./record-query";
import { RelatedLists } from "./related-list";

const History = late(() => import("./history"), "History", "page", "p-4");
const Twins = late(() => import("./twins"), "Twins", "line", "px-4");
const Sharing = late(() => import("./sharing/sharing"), "Sharing", "page", "p-4");

interface RecordViewProps {
  object: ObjectDef;
  id: string;
  narrow?: boolean;
  actions?: ReactNode;
  back?: ReactNode;
  onGone: () => void;
  onGo: (id: string) => void;
}

export function RecordView({ object, id, narrow, actions, back, onGone, onGo }: RecordViewProps) {
  const catalog = useCatalog();
  const known = useRecord(object.name, id);
  // The first drawing of a record is done in pieces, between which the browser answers to keys.
  const record = useDeferredValue(Boolean(known)) ? known : undefined;
  const painted = useAfterPaint();
  const layout = catalog.layout(object.name, useDevice(), record?.record_type);
  const placed = useMemo(() => placement(object, layout), [object, layout]);
  const [whole, setWhole] = useState(false);
  const live = useMemo(() => record && liveFields(catalog, object, record, record), [catalog, object, record]);
  const hides = (section: LayoutSection) =>
    isOff(section) || (Boolean(record) && !isShown(catalog.shownWhen(section), record ?? {}));
  const last: Section[] = [
    { label: "More", columns: 2, fields: placed.more },
    { label: "System", columns: 2, fields: placed.system },
    { label: "Not on the page", columns: 2, fields: whole ? placed.off : [] },
  ];
  const blocks = [...placed.sections, ...last]
    .filter(({ source }) => !source || !hides(source))
    .map((section) => ({
      ...section,
      heading: section.source ? section.label : t(section.label),
      fields: section.fields.filter((field) => live?.(field).shown ?? true),
    }))
    .filter((section) => section.fields.length > 0);
  const [tab, setTab] = useState<"overview" | "sharing" | "history">("overview");
  const sharing = maySeeSharing(catalog, object);
  const hasOff = placed.off.length > 0 || lists(listable(catalog, object), layout).off.length > 0;
  const query = useQuery(recordQuery(catalog, object, id));

  useEffect(() => {
    if (!narrow && record?.name) document.title = `${String(record.name)} · ${catalog.me.tenant.name}`;
  }, [narrow, record?.name, catalog]);

  const name = record?.name ? String(record.name) : undefined;
  useEffect(() => {
    if (name) sawRecord({ object: object.name, id, name });
  }, [object, id, name]);

  if (query.isError && (!known || (query.error instanceof Problem && query.error.status === 404))) {
    const gone = query.error instanceof Problem && query.error.status === 404;
    return (
      <div className="flex flex-1 flex-col">
        <div className="flex h-11 items-center gap-1 px-3">
          {back}
          <span className="flex-1" />
          {actions}
        </div>
        {gone ? (
          <Empty
            title={t("This {object} is not here", { object: inSentence(object.label) })}
            action={
              <Button look="outline" onClick={onGone}>
                {t("Back")}
              </Button>
            }
          >
            {t("It was deleted, or you may not see it.")}
          </Empty>
        ) : (
          <div className="p-4">
            <NotLoaded title={t("The record could not be loaded.")} error={query.error} again={() => query.refetch()} />
          </div>
        )}
      </div>
    );
  }

  const tabButton = (name: typeof tab, label: string) => (
    <button
      type="button"
      role="tab"
      aria-selected={tab === name}
      className={cx(
        "border-b-2 px-2 font-medium text-sm",
        tab === name ? "border-accent text-text" : "border-transparent text-text-2 hover:text-text",
      )}
      onClick={() => setTab(name)}
    >
      {label}
    </button>
  );

  return (
    <>
      <RecordHeader
        object={object}
        id={id}
        onGo={onGo}
        record={record}
        narrow={Boolean(narrow)}
        actions={actions}
        back={back}
        onGone={onGone}
      />
      <div
        role="tablist"
        aria-label={t("Parts of the record")}
        className="flex h-9 shrink-0 gap-0.5 border-line border-b px-2 phone:px-3"
      >
        {tabButton("overview", t("Overview"))}
        {sharing && tabButton("sharing", t("Sharing"))}
        {tabButton("history", t("History"))}
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {tab === "history" ? (
          <History object={object} id={id} />
        ) : tab === "sharing" ? (
          <Sharing object={object} id={id} record={record} narrow={Boolean(narrow)} />
        ) : (
          <div className={cx("min-h-full", !narrow && "wide:grid wide:grid-cols-[minmax(0,1fr)_360px]")}>
            <div className="min-w-0">
              {painted && record && !object.system && <Twins object={object} record={record} onGo={onGo} />}
              {blocks.map((section) => (
                <section
                  key={`${section.label}${section.source ? "" : "+"}`}
                  aria-label={section.heading}
                  className="border-line border-b px-4 py-4 last:border-b-0 phone:px-5"
                >
                  <h2 className="mb-2 font-semibold text-sm">{section.heading}</h2>
                  <dl className={cx("grid gap-x-8", !narrow && section.columns > 1 && "phone:grid-cols-2")}>
                    {section.fields.map((field) =>
                      record ? (
                        <FieldRow
                          key={field.name}
                          object={object}
                          record={record}
                          field={live?.(field).readOnly ? { ...field, read_only: true } : field}
                        />
                      ) : (
                        <div key={field.name} className="flex h-8 items-center gap-4">
                          <Skeleton className="w-24" />
                          <Skeleton className="w-36" />
                        </div>
                      ),
                    )}
                  </dl>
                </section>
              ))}
              {hasOff && <WholeSwitch whole={whole} onChange={setWhole} />}
            </div>
            <aside
              aria-label={t("Related records")}
              className={cx("min-w-0 border-line border-t", !narrow && "wide:border-s wide:border-t-0")}
            >
              {painted && (
                <RelatedLists
                  owner={{ object, id, name: String(record?.name ?? "") }}
                  layout={layout}
                  hides={hides}
                  whole={whole}
                />
              )}
            </aside>
          </div>
        )}
      </div>
    </>
  );
}

/** What the layout leaves out is a press away. */
function WholeSwitch({ whole, onChange }: { whole: boolean; onChange: (whole: boolean) => void }) {
  return (
    <p className="px-4 py-3 phone:px-5">
      <Button className="-ms-2" aria-expanded={whole} onClick={() => onChange(!whole)}>
        {whole ? t("Show what the layout shows") : t("Show all fields")}
      </Button>
    </p>
  );
}
