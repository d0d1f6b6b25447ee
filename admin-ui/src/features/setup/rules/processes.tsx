// The processes of an object: the ways that its records go from state to state.
import { Link } from "@tanstack/react-router";
import { Plus, Workflow } from "lucide-react";
import { Loaded } from "@/api/loaded";
import { fieldOf } from "@/catalog/fields";
import type { ObjectDef } from "@/catalog/types";
import { useComponents } from "@/changes/use-components";
import { Tag } from "@/components/bits";
import { outlineLink } from "@/components/page-frame";
import { t } from "@/lib/i18n";
import { count, humanize } from "@/lib/text";
import type { RawProcess } from "../process/process-draft";

export function Processes({ object }: { object: ObjectDef }) {
  const query = useComponents<RawProcess>("processes");
  return (
    <section aria-label={t("Processes")} className="mb-8">
      <h2 className="mb-1 font-semibold text-base">{t("Processes")}</h2>
      <Loaded query={query} what={t("The processes")} lines={[45]}>
        {(all) => {
          const list = all.filter((p) => p.object === object.name);
          return (
            <>
              {list.length === 0 && (
                <p className="mb-3 text-text-2">
                  {t("The states of a choice field and the ways from one to the next.")}
                </p>
              )}
              {list.length > 0 && (
                <ul className="mb-3 divide-y divide-line border-line border-y">
                  {list.map((process) => (
                    <li key={process.name}>
                      <Link
                        to="/setup/objects/$object/processes/$process"
                        params={{ object: object.name, process: process.name.split(".").slice(1).join(".") }}
                        className="flex items-center gap-3 px-1.5 py-2.5 hover:bg-hover"
                      >
                        <Workflow size={16} aria-hidden="true" className="shrink-0 text-text-3" />
                        <span className="min-w-0 flex-1">
                          <span className="flex items-center gap-2 font-medium">
                            {process.label || humanize(process.name.split(".").pop() ?? "")}
                            <Tag color={process.mode === "enforce" ? "orange" : "blue"}>
                              {process.mode === "enforce" ? t("Rules") : t("Guides")}
                            </Tag>
                            {process.active === false && <Tag>{t("Off")}</Tag>}
                          </span>
                          <span className="block truncate text-text-2 text-xs">
                            {fieldOf(object, process.field)?.label ?? process.field} ·{" "}
                            {count(process.states.length, t("state"), t("states"))} ·{" "}
                            {count(process.transitions.length, t("way"), t("ways"))}
                          </span>
                        </span>
                      </Link>
                    </li>
                  ))}
                </ul>
              )}
              <Link
                to="/setup/objects/$object/processes/$process"
                params={{ object: object.name, process: "new" }}
                className={outlineLink}
              >
                <Plus size={14} />
                {t("New process")}
              </Link>
            </>
          );
        }}
      </Loaded>
    </section>
  );
}
