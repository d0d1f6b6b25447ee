// The properties of what is chosen on the canvas, and every move that dragging can make, as a button.
import { ArrowDown, ArrowUp, Star, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { fieldOf, isOff } from "@/catalog/fields";
import type { LayoutItem } from "@/catalog/types";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { kindOf } from "@/fields/registry";
import { FormulaField } from "@/formulas/formula-field";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { Assignments } from "./assignments";
import { useEditing } from "./editing";
import { ItemMark, labelOf } from "./item-label";
import {
  type Draft,
  endOf,
  highlight,
  MAX_HIGHLIGHTS,
  moveItem,
  moveSection,
  nudge,
  patchSection,
  putOn,
  removeSection,
  type Spot,
  takeOff,
  unhighlight,
} from "./layout-draft";

export function Properties() {
  const { selected, draft } = useEditing();
  if (selected?.kind === "section" && draft.sections[selected.section])
    return <SectionProperties section={selected.section} />;
  if (selected?.kind === "item" && draft.sections[selected.spot.section]?.items[selected.spot.at])
    return <ItemProperties spot={selected.spot} />;
  if (selected?.kind === "loose") return <LooseProperties item={selected.item} />;
  return (
    <div className="flex flex-col gap-5">
      <Assignments />
      <p className="text-text-2 text-xs">
        {t(
          "Choose a section or a field to change it. With the keyboard, Alt and the arrows move what is chosen, Delete takes it off the page.",
        )}
      </p>
    </div>
  );
}

function Heading({ children }: { children: ReactNode }) {
  return <h2 className="flex items-center gap-2 font-semibold">{children}</h2>;
}

function SectionProperties({ section }: { section: number }) {
  const { object, draft, change } = useEditing();
  const { label, columns = 2, visible = "" } = draft.sections[section] ?? { label: "" };
  const last = section >= endOf(draft) - 1;
  const go = (by: -1 | 1) =>
    change(
      (d) => moveSection(d, section, by),
      by < 0 ? t("{label} moved up", { label }) : t("{label} moved down", { label }),
      {
        kind: "section",
        section: section + by,
      },
    );
  return (
    <div className="flex flex-col gap-3.5">
      <Heading>{t("Section")}</Heading>
      <FieldFrame label={t("Heading")}>
        {({ id }) => (
          <TextInput
            id={id}
            maxLength={80}
            value={label}
            onChange={(e) => change((d) => patchSection(d, section, { label: e.target.value }), "")}
          />
        )}
      </FieldFrame>
      <div>
        <span className="font-medium text-text-2 text-xs">{t("Columns")}</span>
        <div role="radiogroup" aria-label={t("Columns")} className="mt-1 flex gap-1">
          {[1, 2].map((n) => (
            <button
              key={n}
              type="button"
              role="radio"
              aria-checked={columns === n}
              className={cx(
                "h-8 flex-1 rounded-control border font-medium",
                columns === n ? "border-accent bg-accent-soft" : "border-line-2 hover:bg-hover",
              )}
              onClick={() => change((d) => patchSection(d, section, { columns: n }), t("{n} columns", { n }))}
            >
              {n}
            </button>
          ))}
        </div>
      </div>
      <FormulaField
        plain
        object={object}
        label={t("Shown when")}
        value={visible}
        expects="boolean"
        lines={2}
        placeholder={t("always")}
        onChange={(text) => change((d) => patchSection(d, section, { visible: text }), "")}
      />
      <div className="flex flex-wrap gap-1.5">
        <Button look="outline" icon={<ArrowUp size={13} />} disabled={section === 0} onClick={() => go(-1)}>
          {t("Up")}
        </Button>
        <Button look="outline" icon={<ArrowDown size={13} />} disabled={last} onClick={() => go(1)}>
          {t("Down")}
        </Button>
        <Button
          look="danger-ghost"
          icon={<Trash2 size={13} />}
          onClick={() => change((d) => removeSection(d, section), t("{label} removed", { label }), null)}
        >
          {t("Remove")}
        </Button>
      </div>
    </div>
  );
}

const sectionChoices = (draft: Draft) =>
  draft.sections
    .map((s, i) => ({ id: String(i), label: s.label || t("No heading"), off: isOff(s) }))
    .filter(({ off }) => !off);

/** What no section names: a section can be given to it, or it is taken off. */
function LooseProperties({ item }: { item: LayoutItem }) {
  const { object, draft, change } = useEditing();
  const label = labelOf(object, item);
  return (
    <div className="flex flex-col gap-3.5">
      <Heading>
        <ItemMark object={object} item={item} />
        <span className="truncate">{label}</span>
      </Heading>
      <p className="text-text-2 text-xs">
        {t("No section names it, so it stands at the end of the page. What is new stands there too.")}
      </p>
      <FieldFrame label={t("Section")}>
        {({ id }) => (
          <Select
            id={id}
            label={t("Section")}
            choices={sectionChoices(draft)}
            value={[]}
            onChange={([next]) => {
              const section = Number(next);
              const to = { section, at: draft.sections[section]?.items.length ?? 0 };
              const words = t("{label} moved to {section}", { label, section: draft.sections[section]?.label ?? "" });
              change((d) => putOn(d, item, to), words, { kind: "item", spot: to });
            }}
          />
        )}
      </FieldFrame>
      <Button
        look="danger-ghost"
        className="self-start"
        icon={<Trash2 size={13} />}
        onClick={() => change((d) => takeOff(d, [item]), t("{label} taken off the page", { label }), null)}
      >
        {t("Take off")}
      </Button>
    </div>
  );
}

function ItemProperties({ spot }: { spot: Spot }) {
  const { object, draft, change, step } = useEditing();
  const item = draft.sections[spot.section]?.items[spot.at] ?? {};
  const label = labelOf(object, item);
  const field = item.field ? fieldOf(object, item.field) : undefined;
  const highlighted = Boolean(item.field && draft.highlights?.includes(item.field));
  const full = (draft.highlights?.length ?? 0) >= MAX_HIGHLIGHTS;
  return (
    <div className="flex flex-col gap-3.5">
      <Heading>
        <ItemMark object={object} item={item} />
        <span className="truncate">{label}</span>
      </Heading>
      <p className="text-text-2 text-xs">
        <span className="font-mono">{Object.values(item)[0]}</span>
        {field && ` · ${t(kindOf(field).label)}`}
        {field?.help && <span className="mt-1 block">{field.help}</span>}
      </p>
      <FieldFrame label={t("Section")}>
        {({ id }) => (
          <Select
            id={id}
            label={t("Section")}
            choices={sectionChoices(draft)}
            value={[String(spot.section)]}
            onChange={(next) => {
              const section = Number(next[0]);
              const to = { section, at: draft.sections[section]?.items.length ?? 0 };
              if (section !== spot.section)
                change(
                  (d) => moveItem(d, spot, to),
                  t("{label} moved to {section}", { label, section: draft.sections[section]?.label ?? "" }),
                  {
                    kind: "item",
                    spot: to,
                  },
                );
            }}
          />
        )}
      </FieldFrame>
      <div className="flex flex-wrap gap-1.5">
        <Button
          look="outline"
          icon={<ArrowUp size={13} />}
          disabled={!nudge(draft, spot, -1)}
          onClick={() => step(spot, -1)}
        >
          {t("Up")}
        </Button>
        <Button
          look="outline"
          icon={<ArrowDown size={13} />}
          disabled={!nudge(draft, spot, 1)}
          onClick={() => step(spot, 1)}
        >
          {t("Down")}
        </Button>
        <Button
          look="danger-ghost"
          icon={<Trash2 size={13} />}
          onClick={() => change((d) => takeOff(d, [item]), t("{label} taken off the page", { label }), null)}
        >
          {t("Take off")}
        </Button>
      </div>
      {item.field && (
        <Button
          look="outline"
          className="self-start"
          icon={<Star size={13} className={highlighted ? "fill-current" : ""} />}
          disabled={!highlighted && full}
          onClick={() => {
            const name = item.field as string;
            if (highlighted) change((d) => unhighlight(d, name), t("{label} is no highlight any more", { label }));
            else change((d) => highlight(d, name), t("{label} is a highlight", { label }));
          }}
        >
          {highlighted ? t("No highlight") : t("Highlight")}
        </Button>
      )}
    </div>
  );
}
