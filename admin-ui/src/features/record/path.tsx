// The steps that a record goes through, as one line of chevrons: where it is, what is behind it, a click moves it.
import { Check } from "lucide-react";
import { useEffect, useRef } from "react";
import type { RecordData } from "@/api/record-store";
import { mayEdit } from "@/catalog/catalog";
import { isWritable } from "@/catalog/fields";
import type { FieldDef, ObjectDef, Option } from "@/catalog/types";
import { setValue } from "@/fields/save";
import { cx } from "@/lib/cx";
import { tagStyle } from "@/lib/hues";
import { t } from "@/lib/i18n";

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

  // biome-ignore lint/correctness/useExhaustiveDependencies: another step is another place to see.
  useEffect(() => {
    const step = strip.current?.querySelector<HTMLElement>("[aria-current=step]");
    if (step && strip.current)
      strip.current.scrollLeft = step.offsetLeft - strip.current.clientWidth / 2 + step.clientWidth / 2;
  }, [at]);

  const go = (option: Option) =>
    setValue(object, record.id, field, option.value, (now) =>
      t("Moved {name} to {column}", { name: String(now.name ?? object.label), column: option.label }),
    );

  return (
    <ol
      ref={strip}
      aria-label={field.label}
      className="flex gap-px overflow-x-auto px-4 pb-3 [scrollbar-width:none] phone:px-5"
    >
      {options.map((option, i) => (
        <li key={option.value} className="min-w-fit flex-1" aria-current={i === at ? "step" : undefined}>
          <button
            type="button"
            disabled={!movable || i === at}
            title={movable && i !== at ? t("Move to {column}", { column: option.label }) : option.label}
            style={i === at ? tagStyle(option.color) : undefined}
            className={cx(
              "chevron flex h-7 w-full items-center justify-center gap-1.5 whitespace-nowrap font-medium text-xs transition-colors duration-100",
              narrow ? "px-4" : "px-5",
              i === at ? "chevron-here" : i < at ? "bg-accent-soft text-accent-text" : "bg-hover text-text-2",
              movable && i !== at && "hover:bg-press hover:text-text",
            )}
            onClick={() => void go(option)}
          >
            {i < at && <Check size={12} aria-hidden="true" />}
            {option.label}
          </button>
        </li>
      ))}
    </ol>
  );
}
