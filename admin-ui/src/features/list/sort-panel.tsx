// What a list is sorted by, without its headers: on every screen, and by keys alone.
import { type RefObject, useEffect, useRef } from "react";
import type { ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { Popover } from "@/components/popover";
import { SortKeys } from "@/fields/sort-keys";
import { t } from "@/lib/i18n";
import { type SortKey, sortKeys, sortText } from "./sorting";

interface SortPanelProps {
  object: ObjectDef;
  anchor: RefObject<HTMLElement | null>;
  sort: SortKey[];
  /** It differs from the view's. */
  changed: boolean;
  onChange: (sort: SortKey[]) => void;
  onReset: () => void;
  onClose: () => void;
}

export function SortPanel({ object, anchor, sort, changed, onChange, onReset, onClose }: SortPanelProps) {
  const box = useRef<HTMLDivElement>(null);
  // Who came by a key goes on by keys.
  useEffect(() => box.current?.querySelector<HTMLElement>("button:not(:disabled)")?.focus({ preventScroll: true }), []);
  return (
    <Popover
      open
      onClose={onClose}
      anchor={anchor}
      align="end"
      label={t("Sort")}
      className="w-88 max-w-[calc(100vw-16px)]"
    >
      <div ref={box} className="flex flex-col gap-1.5 p-2">
        <SortKeys object={object} keys={sortText(sort)} onChange={(keys) => onChange(sortKeys(object, keys))} />
        {changed && (
          <Button
            className="self-start"
            onClick={() => {
              box.current?.querySelector<HTMLElement>("[data-add]")?.focus();
              onReset();
            }}
          >
            {t("Reset to the view")}
          </Button>
        )}
      </div>
    </Popover>
  );
}
