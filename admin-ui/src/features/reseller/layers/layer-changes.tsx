// What a layer comes to on its package: each component with the values that are otherwise.
import type { Component, LayerChange } from "@/api/layers";
import { Tag } from "@/components/bits";
import { brief } from "@/lib/differences";
import { t } from "@/lib/i18n";
import { labelOf } from "./component-list";
import { keyOf, valueAt } from "./draft";
import { oneOf } from "./properties";

interface LayerChangesProps {
  changes: LayerChange[];
  components: Component[];
}

export function LayerChanges({ changes, components }: LayerChangesProps) {
  const known = new Map(components.map((one) => [keyOf(one), one]));
  return (
    <ul aria-label={t("What is otherwise")} className="divide-y divide-line border-line border-y">
      {changes.map((change) => {
        const component = known.get(keyOf(change)) ?? { ...change, definition: {} };
        return (
          <li key={keyOf(change)} className="py-2.5">
            <h3 className="mb-1 flex flex-wrap items-center gap-x-2 gap-y-1">
              <span className="font-medium">{labelOf(component)}</span>
              <Tag>{oneOf(change.kind)}</Tag>
              <span className="min-w-0 break-all font-mono font-normal text-text-2 text-xs">{change.name}</span>
            </h3>
            {change.changes.length === 0 && (
              <p className="text-text-2 text-xs">{t("As the package has it: nothing of it is otherwise.")}</p>
            )}
            <dl className="flex flex-col gap-1 text-xs">
              {change.changes.map(({ path, value, base = valueAt(component.definition, path.split(".")) }) => (
                <div key={path} className="flex flex-wrap items-baseline gap-x-2">
                  <dt className="font-mono text-text-2">{path}</dt>
                  <dd className="min-w-0 break-words">
                    {base !== undefined && <del className="text-text-2">{told(base)}</del>}{" "}
                    {base !== undefined && value !== undefined && <span className="text-text-3">→ </span>}
                    {value !== undefined && <ins className="font-medium no-underline">{told(value)}</ins>}
                  </dd>
                </div>
              ))}
            </dl>
          </li>
        );
      })}
    </ul>
  );
}

const told = (value: unknown): string => (typeof value === "boolean" ? t(value ? "Yes" : "No") : brief(value));
