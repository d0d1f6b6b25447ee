// The button above a list that opens what it is sorted by.

import { ArrowDownUp } from "lucide-react";
import { useRef } from "react";
import type { ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { late } from "@/components/late";
import { t } from "@/lib/i18n";
import type { ListSearch } from "./list-search";
import type { ListState } from "./list-state";
import { sortSearch } from "./sorting";

const SortPanel = late(() => import("./sort-panel"), "SortPanel", "over");

interface SortButtonProps {
  object: ObjectDef;
  state: ListState;
  changed: boolean;
  open: boolean;
  setOpen: (open: boolean) => void;
  onSearch: (patch: Partial<ListSearch>) => void;
}

export function SortButton({ object, state, changed, open, setOpen, onSearch }: SortButtonProps) {
  const anchor = useRef<HTMLButtonElement>(null);
  return (
    <>
      <Button
        ref={anchor}
        icon={<ArrowDownUp size={14} />}
        aria-label={t("Sort")}
        aria-haspopup="dialog"
        aria-expanded={open}
        className={changed ? "text-accent-text" : ""}
        onClick={() => setOpen(!open)}
      >
        <span className="hidden phone:inline">{t("Sort")}</span>
      </Button>
      {open && (
        <SortPanel
          object={object}
          anchor={anchor}
          sort={state.sort}
          changed={changed}
          onChange={(sort) => onSearch({ sort: sortSearch(sort, state.ownSort) })}
          onReset={() => onSearch({ sort: undefined })}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
