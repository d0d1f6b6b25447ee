// All keys on one sheet, and the switch that turns single ones off.

import { useCatalog } from "@/catalog/catalog";
import { goLetters } from "@/catalog/navigation";
import { Dialog } from "@/components/dialog";
import { Switch } from "@/components/inputs";
import { Kbd } from "@/components/kbd";
import { useCell } from "@/lib/cell";
import { t } from "@/lib/i18n";
import { setSingleKeys, shortcutLabel, singleKeys } from "@/lib/shortcuts";

interface Group {
  title: string;
  keys: [keys: string, what: string][];
}

const GROUPS: Group[] = [
  {
    title: "Everywhere",
    keys: [
      ["mod+k", "Search and commands"],
      ["/", "Search this list"],
      ["c", "Create a record"],
      ["mod+z", "Undo the last change"],
      ["[", "Fold the sidebar"],
      ["?", "This sheet"],
    ],
  },
  {
    title: "Lists",
    keys: [
      ["↑ ↓ ← →", "Move"],
      ["enter", "Open, or edit the cell"],
      ["f2", "Edit the cell"],
      ["mod+enter", "Open the record"],
      ["space", "Peek"],
      ["x", "Select"],
      ["shift+↓", "Select a range"],
      ["mod+a", "Select all that is loaded"],
      ["f", "Filter"],
      ["s", "Sort"],
      ["esc", "Close the peek, then clear the selection"],
    ],
  },
  {
    title: "Boards",
    keys: [
      ["↑ ↓ ← →", "Move between cards"],
      ["alt ← →", "Move the card to the next column"],
      ["m", "Choose where the card goes"],
      ["n", "Add a card to this column"],
      ["enter", "Open the record"],
      ["space", "Peek"],
    ],
  },
  {
    title: "Calendars and timelines",
    keys: [
      ["← →", "Earlier, later"],
      ["t", "Today"],
      ["tab ← →", "Move what is in focus by a day"],
      ["tab ↑ ↓", "In a calendar: by a week"],
      ["tab shift ← →", "In a timeline: end later, earlier"],
      ["tab alt shift ← →", "In a timeline: begin later, earlier"],
      ["m", "In a calendar: choose where it goes"],
      ["enter", "Open beside the list"],
    ],
  },
  {
    title: "Records",
    keys: [
      ["j", "Next in the list"],
      ["k", "Previous in the list"],
      ["esc", "Back to the list"],
    ],
  },
  {
    title: "Forms and values",
    keys: [
      ["enter", "Save the value"],
      ["mod+enter", "Save the form"],
      ["esc", "Leave without saving"],
    ],
  },
];

export function HelpSheet({ onClose }: { onClose: () => void }) {
  const catalog = useCatalog();
  const on = useCell(singleKeys);
  const places: [string, string][] = goLetters(catalog).map(({ letter, object }) => [
    `g ${letter}`,
    object.plural_label,
  ]);
  const groups = GROUPS.map(({ title, keys }) => ({
    title: t(title),
    keys: keys.map(([written, what]) => [written, t(what)] as const),
  }));
  const go = { title: t("Go to"), keys: [...places, ["g s", t("Setup")] as const] };
  return (
    <Dialog
      reading
      title={t("Keyboard shortcuts")}
      onClose={onClose}
      width="680px"
      footer={
        <label htmlFor="single-keys" className="flex min-w-0 flex-1 items-center gap-3">
          <Switch id="single-keys" checked={on} onChange={setSingleKeys} describedBy="single-keys-hint" />
          <span className="min-w-0">
            <span className="block font-medium">{t("Shortcuts of a single key")}</span>
            <span id="single-keys-hint" className="block text-text-3 text-xs">
              {t("Turn them off when you dictate, so that no word is taken for a shortcut.")}
            </span>
          </span>
        </label>
      }
    >
      <div className="gap-8 phone:columns-2">
        {[...groups.slice(0, 1), go, ...groups.slice(1)].map((group) => (
          <section key={group.title} aria-label={group.title} className="mb-5 break-inside-avoid">
            <h3 className="mb-1.5 font-semibold">{group.title}</h3>
            <dl>
              {group.keys.map(([keys, what]) => (
                <div key={keys} className="flex min-h-7 items-center justify-between gap-3 py-0.5">
                  <dt className="text-text-2">{what}</dt>
                  <dd>
                    <span className="sr-only">{keys}</span>
                    <Kbd keys={shortcutLabel(keys)} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
