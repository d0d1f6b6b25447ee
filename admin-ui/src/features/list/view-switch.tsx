// How the records of a list are shown: as a table, a board, a calendar or a timeline, and what they are grouped by.
import { CalendarDays, ChartGantt, ChevronDown, Columns3, type LucideIcon, Rows3, Ungroup } from "lucide-react";
import { type Display, GROUPS, groupFields } from "@/catalog/displays";
import type { ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { MenuButton, type MenuItem } from "@/components/menu";
import { kindOf } from "@/fields/registry";
import { t } from "@/lib/i18n";
import type { ListSearch } from "./list-search";
import type { ListState } from "./list-state";

const LOOKS: Record<Display, { icon: LucideIcon; label: string }> = {
  table: { icon: Rows3, label: "Table" },
  board: { icon: Columns3, label: "Board" },
  calendar: { icon: CalendarDays, label: "Calendar" },
  timeline: { icon: ChartGantt, label: "Timeline" },
};

interface ViewSwitchProps {
  object: ObjectDef;
  state: ListState;
  onSearch: (patch: Partial<ListSearch>) => void;
}

export function ViewSwitch({ object, state, onSearch }: ViewSwitchProps) {
  if (state.displays.length < 2 && groupFields(object).length === 0) return null;
  const own = state.view?.display ?? "table";
  const items: MenuItem[] = state.displays.map((display) => {
    const { icon: Icon, label } = LOOKS[display];
    return {
      label: t(label),
      icon: <Icon size={15} />,
      checked: display === state.display,
      onSelect: () => onSearch({ as: display === own ? undefined : display, group: undefined, peek: undefined }),
    };
  });
  const groups = GROUPS[state.display](object);
  const on = state.span?.end ?? state.group;
  if (groups.length) {
    if (state.display === "table")
      items.push({
        label: t("Not grouped"),
        icon: <Ungroup size={15} />,
        checked: !state.group,
        separate: true,
        onSelect: () => onSearch({ group: state.view?.group_by ? "none" : undefined }),
      });
    groups.forEach((field, i) => {
      const Icon = kindOf(field).icon;
      items.push({
        label: t("By {field}", { field: field.label }),
        icon: <Icon size={15} />,
        checked: field.name === on?.name,
        separate: i === 0 && state.display !== "table",
        onSelect: () => onSearch({ group: field.name }),
      });
    });
  }
  const { icon: Icon, label } = LOOKS[state.display];
  return (
    <MenuButton items={items} label={t("Show as")} align="end">
      {(button) => (
        <Button {...button} icon={<Icon size={14} />} aria-label={t("Show as: {display}", { display: t(label) })}>
          <span className="hidden phone:inline">{t(label)}</span>
          <ChevronDown size={12} className="text-text-3" />
        </Button>
      )}
    </MenuButton>
  );
}
