// Components of metadata before and after a change: one block each, one line for each value that differs.
import { ChevronRight } from "lucide-react";
import type { Use } from "@/api/metadata";
import { Tag } from "@/components/bits";
import { brief, differences } from "@/lib/differences";
import { t } from "@/lib/i18n";
import { count, humanize } from "@/lib/text";

export interface Part {
  kind: string;
  name: string;
  before: unknown;
  after: unknown;
}

type Doing = "create" | "change" | "delete";

const WORDS: Record<Doing, { label: string; color: string }> = {
  create: { label: "New", color: "green" },
  change: { label: "Changed", color: "blue" },
  delete: { label: "Removed", color: "red" },
};

function doing({ before, after }: Part): Doing {
  if (before === undefined || before === null) return "create";
  return after === undefined || after === null ? "delete" : "change";
}

const ONE: Record<Use["kind"], string> = {
  objects: "object",
  fields: "field",
  "option-sets": "option set",
  "list-views": "list view",
  layouts: "layout",
  roles: "role",
  "permission-sets": "permission set",
  "sharing-rules": "sharing rule",
  "restriction-rules": "restriction rule",
  "validation-rules": "validation rule",
  "field-conditions": "field condition",
  "record-types": "record type",
  processes: "process",
  conversions: "conversion",
  recurrences: "recurrence",
  apps: "app",
  translations: "translation",
  settings: "setting",
};

/** "list-views" → "list view", within a sentence. */
export const kindWord = (kind: string): string => t(ONE[kind as Use["kind"]] ?? kind.replace(/-/g, " "));

/** "list-views" → "List view". */
export const kindLabel = (kind: string): string => humanize(kindWord(kind));

/** A few blocks are open at once; long lists begin closed. */
export function DefinitionDiff({ parts }: { parts: Part[] }) {
  return (
    <ul className="flex max-h-80 flex-col divide-y divide-line overflow-y-auto rounded-control border border-line">
      {parts.map((part) => (
        <li key={`${part.kind}/${part.name}`}>
          <PartBlock part={part} open={parts.length <= 4} />
        </li>
      ))}
    </ul>
  );
}

function PartBlock({ part, open }: { part: Part; open: boolean }) {
  const what = doing(part);
  const lines = what === "delete" ? [] : differences(part.before, part.after);
  const word = WORDS[what];
  return (
    <details open={open && what === "change"} className="group">
      <summary className="flex min-h-9 list-none items-center gap-2 px-2.5 py-1 hover:bg-hover [&::-webkit-details-marker]:hidden">
        <ChevronRight
          size={12}
          aria-hidden="true"
          className="shrink-0 text-text-3 transition-transform group-open:rotate-90"
        />
        <span className="text-text-2 text-xs">{kindLabel(part.kind)}</span>
        <span className="min-w-0 flex-1 truncate font-mono text-xs">{part.name}</span>
        {lines.length > 0 && (
          <span className="num hidden text-text-3 text-xs phone:inline">
            {count(lines.length, t("value"), t("values"))}
          </span>
        )}
        <Tag color={word.color}>{t(word.label)}</Tag>
      </summary>
      {what === "delete" ? (
        <p className="px-7 pb-2.5 text-text-2 text-xs">
          {t("It is retired: hidden at once, its data kept for 30 days.")}
        </p>
      ) : (
        <dl className="flex flex-col gap-1 px-7 pb-2.5 text-xs">
          {lines.map((line) => (
            <div key={line.path} className="flex flex-wrap items-baseline gap-x-2">
              <dt className="font-mono text-text-2">{line.path}</dt>
              <dd className="min-w-0 break-words">
                {line.before !== undefined && (
                  <>
                    <del className="text-text-3">{brief(line.before)}</del>{" "}
                    {line.after !== undefined && <span className="text-text-3">→ </span>}
                  </>
                )}
                {line.after !== undefined && <ins className="no-underline">{brief(line.after)}</ins>}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </details>
  );
}
