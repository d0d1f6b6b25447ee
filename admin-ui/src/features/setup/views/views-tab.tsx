// The list views of an object.
import { Link } from "@tanstack/react-router";
import { CalendarRange, ChartGantt, Plus, SquareKanban, Table2 } from "lucide-react";
import { useCatalog } from "@/catalog/catalog";
import { fieldOf } from "@/catalog/fields";
import type { ListViewDef, ObjectDef } from "@/catalog/types";
import { Empty } from "@/components/bits";
import { outlineLink } from "@/components/page-frame";
import { t } from "@/lib/i18n";

const ICONS = { table: Table2, board: SquareKanban, calendar: CalendarRange, timeline: ChartGantt };
const SCOPES: Record<string, string> = {
  mine: "one's own records",
  team: "records of one's teams",
  all: "all records",
};

function about(object: ObjectDef, view: ListViewDef): string {
  const group = view.group_by && fieldOf(object, view.group_by)?.label;
  const columns = view.columns.map((path) => fieldOf(object, path)?.label ?? path);
  return [t(SCOPES[view.scope ?? "all"] ?? ""), group ? t("by {group}", { group }) : "", columns.join(", ")]
    .filter(Boolean)
    .join(" · ");
}

export function ViewsTab({ object }: { object: ObjectDef }) {
  const views = useCatalog().viewsOf(object.name);
  const add = (
    <Link to="/setup/objects/$object/views/$view" params={{ object: object.name, view: "new" }} className={outlineLink}>
      <Plus size={14} />
      {t("New view")}
    </Link>
  );
  if (views.length === 0) {
    return (
      <Empty title={t("No views yet")} action={add}>
        {t("The list shows every record with its first fields. A view keeps columns, filters and order under a name.")}
      </Empty>
    );
  }
  return (
    <>
      <ul className="mb-4 divide-y divide-line border-line border-y">
        {views.map((view) => {
          const Icon = ICONS[view.display ?? "table"] ?? Table2;
          return (
            <li key={view.name}>
              <Link
                to="/setup/objects/$object/views/$view"
                params={{ object: object.name, view: view.name.split(".").slice(1).join(".") }}
                className="flex items-center gap-3 px-1.5 py-2.5 hover:bg-hover"
              >
                <Icon size={16} aria-hidden="true" className="shrink-0 text-text-3" />
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">{view.label}</span>
                  <span className="block truncate text-text-2 text-xs">{about(object, view)}</span>
                </span>
                <span className="hidden font-mono text-text-3 text-xs phone:block">{view.name}</span>
              </Link>
            </li>
          );
        })}
      </ul>
      {add}
    </>
  );
}
