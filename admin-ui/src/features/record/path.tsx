// The steps that a record goes through, as one line of chevrons: where it is, what is behind it, a click moves it. Where
// a process governs them, what it advises here and the transitions that go on stand below.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Check, MoveRight } from "lucide-react";
import { useEffect, useRef } from "react";
import type { RecordData } from "@/api/record-store";
import { loadWays, type Way, type Ways } from "@/api/transitions";
import { isGoverned, mayEdit } from "@/catalog/catalog";
import { isWritable } from "@/catalog/fields";
import type { FieldDef, ObjectDef, Option } from "@/catalog/types";
import { Skeleton } from "@/components/bits";
import { Button } from "@/components/button";
import { moveTo } from "@/fields/save";
import { cx } from "@/lib/cx";
import { tagStyle } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { usePageActions } from "@/lib/page-actions";

interface PathProps {
  object: ObjectDef;
  record: RecordData;
  field: FieldDef;
  narrow: boolean;
}

export function Path({ object, record, field, narrow }: PathProps) {
  const strip = useRef<HTMLOListElement>(null);
  const options = (field.options ?? []).filter((o) => o.active !== false || o.value === record[field.name]);
  const at = options.findIndex((o) => o.value === record[field.name]);
  const movable = mayEdit(object) && isWritable(object, field);

  // Places are asked for once the browser has made the layout anyhow, so that it makes it once.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another step is another place to see.
  useEffect(() => {
    const list = strip.current;
    if (!list) return;
    const observer = new ResizeObserver(() => {
      const step = list.querySelector<HTMLElement>("[aria-current=step]");
      if (step) list.scrollLeft = step.offsetLeft - list.clientWidth / 2 + step.clientWidth / 2;
    });
    observer.observe(list);
    return () => observer.disconnect();
  }, [at]);

  const ways = useWays(object, record, field);
  const following = ways?.processes.find((one) => one.field === field.name);
  const open = ways?.data.filter((way) => way.field === field.name) ?? [];
  const reachable = (option: Option) => following?.mode !== "enforce" || open.some((way) => way.to === option.value);

  const go = (value: string, label: string, way?: string) =>
    moveTo(object, record.id, { field, value, ...(way ? { way } : {}) }, (now) =>
      t("Moved {name} to {column}", { name: String(now.name ?? object.label), column: label }),
    );
  const ahead = movable ? options.filter((option, i) => i !== at && reachable(option)) : [];
  usePageActions(
    String(record.name || object.label),
    ahead.map((option) => ({
      label: t("Move to {column}", { column: option.label }),
      icon: <MoveRight size={15} className="rtl:-scale-x-100" />,
      quiet: true,
      onSelect: () => void go(option.value, option.label),
    })),
  );
  const labelOf = (value: string) => options.find((o) => o.value === value)?.label ?? value;

  const titleOf = (option: Option, here: boolean) =>
    !movable || here
      ? option.label
      : reachable(option)
        ? t("Move to {column}", { column: option.label })
        : t("No transition goes to {column} from here", { column: option.label });

  const steps = (
    <ol
      ref={strip}
      aria-label={field.label}
      className="flex gap-px overflow-x-auto px-4 pb-3 [scrollbar-width:none] phone:px-5"
    >
      {options.map((option, i) => (
        <li key={option.value} className="min-w-fit flex-1" aria-current={i === at ? "step" : undefined}>
          <button
            type="button"
            disabled={!movable || i === at || !reachable(option)}
            title={titleOf(option, i === at)}
            style={i === at ? tagStyle(option.color) : undefined}
            className={cx(
              "chevron flex h-7 w-full items-center justify-center gap-1.5 whitespace-nowrap font-medium text-xs transition-colors duration-100",
              narrow ? "px-4" : "px-5",
              i === at ? "chevron-here" : i < at ? "bg-accent-soft text-accent-text" : "bg-hover text-text-2",
              movable && i !== at && reachable(option) && "hover:bg-press hover:text-text",
            )}
            onClick={() => void go(option.value, option.label)}
          >
            {i < at && <Check size={12} aria-hidden="true" />}
            {option.label}
          </button>
        </li>
      ))}
    </ol>
  );
  if (!ways && isGoverned(object, field))
    return (
      <>
        {steps}
        <GuidanceRoom narrow={narrow} />
      </>
    );
  if (!following || (!following.guidance && !open.length)) return steps;
  return (
    <>
      {steps}
      <div className="-mt-1 flex flex-wrap items-center gap-x-3 gap-y-1.5 px-4 pb-3 phone:px-5">
        {following.guidance && (
          <p className="min-w-0 text-text-2 phone:flex-1">
            <span className="font-medium text-text">{t("Next")}:</span> {following.guidance}
          </p>
        )}
        {movable && open.length > 0 && (
          <div className="flex flex-wrap gap-1.5">
            {open.map((way) => (
              <Button
                key={way.name}
                look="outline"
                disabled={!way.ready}
                title={
                  way.message ??
                  (way.missing.length
                    ? t("Needs {fields}", { fields: missingLabels(way) })
                    : t("Move to {column}", { column: labelOf(way.to) }))
                }
                onClick={() => void go(way.to, labelOf(way.to), way.name)}
              >
                {way.label}
              </Button>
            ))}
          </div>
        )}
      </div>
    </>
  );
}

/** The room of what the process says is kept while it is asked for, so that nothing below jumps. */
function GuidanceRoom({ narrow }: { narrow: boolean }) {
  return <div className={cx("-mt-1", narrow ? "h-16.5" : "h-16.5 phone:h-10")} />;
}

/** The room of the path of a record that is not here yet. */
export function PathSkeleton({ object, field, narrow }: Omit<PathProps, "record">) {
  return (
    <>
      <div className="px-4 pb-3 phone:px-5">
        <Skeleton className="h-7 w-full" />
      </div>
      {isGoverned(object, field) && <GuidanceRoom narrow={narrow} />}
    </>
  );
}

const missingLabels = (way: Way): string =>
  way.fields
    .filter((one) => one.missing)
    .map((one) => one.label)
    .join(", ");

/** The ways that are open to the record as it is; nothing where no process has a word. */
function useWays(object: ObjectDef, record: RecordData, field: FieldDef): Ways | undefined {
  return useQuery({
    queryKey: ["ways", object.name, record.id, record.version],
    enabled: isGoverned(object, field) && record.version !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: ({ signal }) => loadWays(object, record.id, signal),
  }).data;
}
