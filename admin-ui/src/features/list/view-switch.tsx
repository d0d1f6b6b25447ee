// How the records of a list are shown: as a table, a board, a calendar or a timeline, and by which fields.
import { CalendarDays, ChartGantt, ChevronDown, Columns3, type LucideIcon, Rows3, Scale, Ungroup } from "lucide-react";
import { type Display, dayFields, GROUPS, groupFields, sumField, weightField, weightFields } from "@/catalog/displays";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { MenuButton, type MenuItem } from "@/components/menu";
import { kindOf } from "@/fields/registry";
import { arrange } from "@/lib/arrangement";
import { t } from "@/lib/i18n";
import type { ListSearch } from "./list-search";
import { arrangementKey, type ListState } from "./list-state";

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

const icon = (field: FieldDef) => {
  const Icon = kindOf(field).icon;
  return <Icon size={15} />;
};

/** Where the bars of a timeline begin and end. Both are said at once, so that neither is guessed any more. */
function barItems(object: ObjectDef, { span }: ListState, onSearch: ViewSwitchProps["onSearch"]): MenuItem[] {
  if (!span) return [];
  const days = dayFields(object);
  const begins = (start: FieldDef | undefined) => onSearch({ group: span.end.name, start: start?.name ?? "none" });
  const ends = (end: FieldDef) => {
    const start = span.start && span.start !== end ? span.start.name : "none";
    onSearch({ group: end.name, start });
  };
  return [
    {
      label: t("Begins and ends on one day"),
      icon: <CalendarDays size={15} />,
      checked: !span.start,
      separate: true,
      onSelect: () => begins(undefined),
    },
    ...days
      .filter((field) => field !== span.end)
      .map((field) => ({
        label: t("Begins with {field}", { field: field.label }),
        icon: icon(field),
        checked: field === span.start,
        onSelect: () => begins(field),
      })),
    ...days.map((field, i) => ({
      label: t("Ends with {field}", { field: field.label }),
      icon: icon(field),
      checked: field === span.end,
      separate: i === 0,
      onSelect: () => ends(field),
    })),
  ];
}

/** What the amounts of a board are weighted by: percentages, and whatever number the view names. */
function weightItems(object: ObjectDef, { view, columns, weight }: ListState): MenuItem[] {
  if (!sumField(columns)) return [];
  const own = weightField(object, view?.weight_by);
  const named = [own, weight].filter((field) => field !== undefined);
  const fields = [...new Set([...weightFields(object), ...named])];
  const weigh = (by: FieldDef | undefined) =>
    arrange(arrangementKey(object, view), { weight: by === own ? undefined : (by?.name ?? "none") });
  const none = {
    label: t("Not weighted"),
    icon: <Scale size={15} />,
    checked: !weight,
    separate: true,
    onSelect: () => weigh(undefined),
  };
  const by = fields.map((field) => ({
    label: t("Weighted by {field}", { field: field.label }),
    icon: icon(field),
    checked: field === weight,
    onSelect: () => weigh(field),
  }));
  return fields.length ? [none, ...by] : [];
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
      onSelect: () =>
        onSearch({ as: display === own ? undefined : display, group: undefined, start: undefined, peek: undefined }),
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
      items.push({
        label: t("By {field}", { field: field.label }),
        icon: icon(field),
        checked: field.name === on?.name,
        separate: i === 0 && state.display !== "table",
        onSelect: () => onSearch({ group: field.name }),
      });
    });
  }
  if (state.display === "timeline") items.push(...barItems(object, state, onSearch));
  if (state.display === "board") items.push(...weightItems(object, state));
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
