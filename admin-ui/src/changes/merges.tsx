// Where a new version of a package and what was made of it here are not of one mind, and what shall hold.
import type { Merge } from "@/api/metadata";
import { Checkbox } from "@/components/inputs";
import { brief } from "@/lib/differences";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";

/** What somebody has chosen: places at which the package's value holds, and components to be archived. */
export interface Choices {
  take: string[];
  archive: string[];
}

export const NO_CHOICES: Choices = { take: [], archive: [] };

interface MergesProps {
  merges: Merge[];
  choices: Choices;
  onChange: (choices: Choices) => void;
}

/** The name of an object or field that the new version is without: those may be archived. */
export function archivable({ path, outcome }: Merge): string | null {
  if (outcome !== "adopted" && outcome !== "archived") return null;
  const [, object, field] = /^objects\.(\w+)(?:\.fields\.(\w+))?$/.exec(path) ?? [];
  return object ? (field ? `${object}.${field}` : object) : null;
}

/** Whether a person should look at it, or has done so and chosen. */
export function isOpen(merge: Merge, { take, archive }: Choices): boolean {
  if (merge.outcome === "conflict" || merge.outcome === "dropped" || merge.outcome === "adopted") return true;
  if (merge.outcome === "taken") return take.includes(merge.path);
  return merge.outcome === "archived" && archive.includes(archivable(merge) ?? "");
}

export function Merges({ merges, choices, onChange }: MergesProps) {
  const open = merges.filter((merge) => isOpen(merge, choices));
  const rest = merges.filter((merge) => !isOpen(merge, choices));
  return (
    <>
      {open.length > 0 && (
        <section aria-label={t("To be looked at")}>
          <h3 className="mb-1.5 font-medium text-text-2 text-xs">
            {t("You and the new version changed the same, or it gives something up")}
          </h3>
          <ul className="divide-y divide-line rounded-control border border-line">
            {open.map((merge) => (
              <li key={merge.path} className="flex flex-col gap-1.5 px-2.5 py-2">
                <span className="break-words font-mono text-xs">{merge.path}</span>
                <Choice merge={merge} choices={choices} onChange={onChange} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {rest.length > 0 && (
        <details className="rounded-control border border-line">
          <summary className="min-h-9 px-2.5 py-2 hover:bg-hover">
            {t("{what} settled by themselves", { what: count(rest.length, t("difference"), t("differences")) })}
          </summary>
          <ul className="divide-y divide-line border-line border-t">
            {rest.map((merge) => (
              <li key={merge.path} className="px-2.5 py-1.5 text-xs">
                <span className="break-words font-mono">{merge.path}</span>{" "}
                <span className="text-text-2">{t(SETTLED[merge.outcome] ?? merge.outcome)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

const SETTLED: Record<string, string> = {
  kept: "Yours stays.",
  taken: "The package's holds.",
  removed: "The new version is without it.",
  archived: "It is archived with its data.",
};

const toggled = (all: string[], one: string): string[] =>
  all.includes(one) ? all.filter((other) => other !== one) : [...all, one].sort();

function Choice({ merge, choices, onChange }: { merge: Merge } & Omit<MergesProps, "merges">) {
  const { path, outcome } = merge;
  if (outcome === "dropped")
    return (
      <>
        <Values merge={merge} />
        <p className="text-text-2 text-xs">{t("Yours does not fit any more: the package's holds.")}</p>
      </>
    );
  const name = archivable(merge);
  if (outcome === "adopted" || outcome === "archived")
    return (
      <>
        <p className="text-text-2 text-xs">{t("The new version is without it. It stays, as your own.")}</p>
        {name && (
          <label className="flex items-center gap-2">
            <Checkbox
              aria-label={t("Archive it with its data: {name}", { name })}
              checked={choices.archive.includes(name)}
              onChange={() => onChange({ ...choices, archive: toggled(choices.archive, name) })}
            />
            {t("Archive it with its data")}
          </label>
        )}
      </>
    );
  return (
    <>
      <Values merge={merge} />
      <label className="flex items-center gap-2">
        <Checkbox
          aria-label={t("Take the package's value: {name}", { name: path })}
          checked={choices.take.includes(path)}
          onChange={() => onChange({ ...choices, take: toggled(choices.take, path) })}
        />
        {t("Take the package's value")}
      </label>
    </>
  );
}

function Values({ merge }: { merge: Merge }) {
  return (
    <dl className="grid grid-cols-[max-content_1fr] gap-x-3 gap-y-0.5 text-xs">
      <dt className="text-text-2">{t("Yours")}</dt>
      <dd className="min-w-0 break-words">{merge.tenant === undefined ? t("Empty") : brief(merge.tenant)}</dd>
      <dt className="text-text-2">{t("The package's")}</dt>
      <dd className="min-w-0 break-words">{merge.package === undefined ? t("Empty") : brief(merge.package)}</dd>
    </dl>
  );
}
