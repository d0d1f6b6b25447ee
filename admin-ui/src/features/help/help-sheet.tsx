// All keys on one sheet.
import { Dialog } from "@/components/dialog";
import { Kbd } from "@/components/kbd";
import { t } from "@/lib/i18n";
import { shortcutLabel } from "@/lib/shortcuts";

const GROUPS: { title: string; keys: [string, string][] }[] = [
  {
    title: "Everywhere",
    keys: [
      ["mod+k", "Search and commands"],
      ["/", "Search this list"],
      ["c", "Create a record"],
      ["g s", "Go to setup"],
      ["g d", "Go to an object by its first letter"],
      ["mod+z", "Undo the last change"],
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
  return (
    <Dialog reading title={t("Keyboard shortcuts")} onClose={onClose} width="640px">
      <div className="grid gap-6 phone:grid-cols-2">
        {GROUPS.map((group) => (
          <section key={group.title} aria-label={t(group.title)}>
            <h3 className="mb-1.5 font-semibold">{t(group.title)}</h3>
            <dl>
              {group.keys.map(([keys, what]) => (
                <div key={keys} className="flex h-7 items-center justify-between gap-3">
                  <dt className="text-text-2">{t(what)}</dt>
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
