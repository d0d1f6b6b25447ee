// The page as it will be, with a real record in it. Everything on it can be picked up, by pointer or by keyboard.
import { Plus } from "lucide-react";
import { isOff } from "@/catalog/fields";
import { Button } from "@/components/button";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { CanvasItem } from "./canvas-item";
import { useEditing } from "./editing";
import { HighlightBar } from "./highlight-bar";
import { addSection, endOf } from "./layout-draft";
import { Loose } from "./loose";

export function Canvas() {
  const { draft, selected, change, eyes } = useEditing();
  // One that is being edited stays while its condition is typed.
  const isChosen = (at: number) => selected?.kind === "section" && selected.section === at;
  return (
    <div className={cx("mt-3 flex min-w-0 flex-col gap-3", eyes.device === "phone" && "mx-auto max-w-97")}>
      <HighlightBar />
      {draft.sections.map((one, section) =>
        isOff(one) && !isChosen(section) ? null : <CanvasSection key={section} section={section} />,
      )}
      <Button
        look="outline"
        size="md"
        className="self-start"
        icon={<Plus size={14} />}
        onClick={() => change((d) => addSection(d), t("Section added"), { kind: "section", section: endOf(draft) })}
      >
        {t("Add section")}
      </Button>
      <Loose />
    </div>
  );
}

function CanvasSection({ section }: { section: number }) {
  const { draft, selected, select, drag, drop, eyes } = useEditing();
  const { label, columns = 2, visible, items } = draft.sections[section] ?? { label: "", items: [] };
  const chosen = selected?.kind === "section" && selected.section === section;
  const over = drag.over && "section" in drag.over && drag.over.section === section ? drag.over.at : -1;
  return (
    <section
      aria-label={label || t("Section without a heading")}
      className={cx(
        "rounded-control border bg-surface p-3",
        chosen ? "border-accent ring-2 ring-accent-soft" : "border-line",
      )}
      onDragOver={(event) => {
        if (!drag.held) return;
        event.preventDefault();
        if (event.target === event.currentTarget) drag.hover({ section, at: items.length });
      }}
      onDrop={(event) => {
        event.preventDefault();
        drop();
      }}
    >
      <h2 className="mb-2 flex min-w-0 items-baseline gap-2">
        <button
          type="button"
          aria-pressed={chosen}
          className="rounded-tag px-1 font-semibold hover:bg-hover"
          onClick={() => select(chosen ? null : { kind: "section", section })}
        >
          {label || <span className="text-text-3">{t("No heading")}</span>}
        </button>
        {visible && <span className="truncate font-mono font-normal text-text-3 text-xs">{visible}</span>}
      </h2>
      <ul className={cx("grid gap-x-4 gap-y-1", columns > 1 && eyes.device !== "phone" && "phone:grid-cols-2")}>
        {items.map((item, at) => (
          <CanvasItem key={`${at}${JSON.stringify(item)}`} item={item} spot={{ section, at }} line={over === at} />
        ))}
        {(items.length === 0 || over === items.length) && (
          <li
            className={cx(
              "col-span-full rounded-control border border-dashed px-3 text-text-3 text-xs",
              items.length === 0 ? "py-4 text-center" : "h-1 border-accent bg-accent-soft py-0",
              over === items.length ? "border-accent bg-accent-soft" : "border-line-2",
            )}
            onDragOver={(event) => {
              event.preventDefault();
              drag.hover({ section, at: items.length });
            }}
          >
            {items.length === 0 && t("Drag a field here, or choose this section and press a field")}
          </li>
        )}
      </ul>
    </section>
  );
}
