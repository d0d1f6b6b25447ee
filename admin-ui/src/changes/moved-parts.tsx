// What other packages bring more or less, because the one that they bring it beside comes or goes; and what of it does not come.
import { Minus, Plus } from "lucide-react";
import type { PartMoved, PassedOver, Plan } from "@/api/metadata";
import { Notice } from "@/components/bits";
import { t } from "@/lib/i18n";

interface MovedPartsProps {
  plan: Pick<Plan, "parts" | "passed_over">;
  /** What a package is called. */
  labelOf: (name: string) => string;
}

export function MovedParts({ plan: { parts = [], passed_over = [] }, labelOf }: MovedPartsProps) {
  return (
    <>
      {parts.length > 0 && (
        <section aria-label={t("Other packages")}>
          <h3 className="mb-1.5 font-medium text-text-2 text-xs">{t("Other packages")}</h3>
          <ul className="divide-y divide-line rounded-control border border-line">
            {parts.map((part) => (
              <li key={`${part.package} ${part.with}`} className="flex items-start gap-2 px-2.5 py-1.5">
                {part.comes ? (
                  <Plus size={14} aria-hidden="true" className="mt-0.5 text-green" />
                ) : (
                  <Minus size={14} aria-hidden="true" className="mt-0.5 text-amber" />
                )}
                <span className="min-w-0 break-words">{partWords(part, labelOf)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {passed_over.length > 0 && (
        <Notice tone="warning" title={t("Some of it does not come.")}>
          <ul className="flex flex-col gap-1">
            {passed_over.map((one) => (
              <li key={`${one.package} ${one.with}`}>{passedWords(one, labelOf)}</li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}

function partWords({ package: name, with: other, comes }: PartMoved, labelOf: MovedPartsProps["labelOf"]): string {
  const places = { item: labelOf(name), other: labelOf(other) };
  return comes
    ? t("{item} brings what it has beside {other}.", places)
    : t("What {item} brought beside {other} is archived, and comes back with it.", places);
}

function passedWords(one: PassedOver, labelOf: MovedPartsProps["labelOf"]): string {
  const { range, installed: version } = one;
  const places = { item: labelOf(one.package), other: labelOf(one.with) };
  if (one.reason === "publisher")
    return t("What {item} brings beside {other} stays away: who has signed it is not trusted any more.", places);
  if (!range || !version) return t("What {item} brings beside {other} stays away.", places);
  return t("What {item} brings beside {other} {range} stays away: {other} {version} is installed.", {
    ...places,
    range,
    version,
  });
}
