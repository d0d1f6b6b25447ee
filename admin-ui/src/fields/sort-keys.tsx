// What records are sorted by: fields, each of them up or down, the first one first.
import { ArrowDownUp } from "lucide-react";
import { columnFields, fieldOf } from "@/catalog/fields";
import type { ObjectDef } from "@/catalog/types";
import { t } from "@/lib/i18n";
import { OrderedFields } from "./ordered-fields";
import { kindOf } from "./registry";

/** The server takes no more. */
const MOST = 10;

interface SortKeysProps {
  object: ObjectDef;
  /** "-due" is down. */
  keys: string[];
  onChange: (keys: string[]) => void;
}

export function SortKeys({ object, keys, onChange }: SortKeysProps) {
  const plain = (key: string) => key.replace(/^-/, "");
  const downs = new Set(keys.filter((k) => k.startsWith("-")).map(plain));
  const write = (paths: string[], down = downs) => onChange(paths.map((p) => (down.has(p) ? `-${p}` : p)));
  const sortable = columnFields(object).filter((f) => kindOf(f).sortPath(f) !== null);
  return (
    <OrderedFields
      object={object}
      label={t("Sorted by")}
      add={t("Add sort key")}
      paths={keys.map(plain)}
      from={keys.length < MOST ? sortable : []}
      onChange={write}
      extra={(path) => {
        const down = downs.has(path);
        const field = fieldOf(object, path)?.label ?? path;
        return (
          <button
            type="button"
            aria-label={down ? t("{field}: descending", { field }) : t("{field}: ascending", { field })}
            className="inline-flex h-7 items-center gap-1 rounded-control px-1.5 text-text-2 text-xs hover:bg-hover"
            onClick={() => {
              const next = new Set(downs);
              if (down) next.delete(path);
              else next.add(path);
              write(keys.map(plain), next);
            }}
          >
            <ArrowDownUp size={12} />
            {down ? t("Descending") : t("Ascending")}
          </button>
        );
      }}
    />
  );
}
