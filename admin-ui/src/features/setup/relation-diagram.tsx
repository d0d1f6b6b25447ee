// What a relation joins, drawn: how many of which on each side, and what each side calls the other.
import { ArrowRight } from "lucide-react";
import { useCatalog } from "@/catalog/catalog";
import { iconByName, objectIcon } from "@/catalog/icons";
import type { ObjectDef } from "@/catalog/types";
import { Glyph } from "@/components/bits";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { inSentence } from "@/lib/text";

interface RelationDiagramProps {
  object: ObjectDef;
  definition: Record<string, unknown>;
}

const MANY = new Set(["many_to_many"]);

export function RelationDiagram({ object, definition }: RelationDiagramProps) {
  const catalog = useCatalog();
  const { to, kind } = definition;
  const single = typeof to === "string" ? catalog.object(to) : undefined;
  const several = Array.isArray(to) ? (to as string[]) : [];
  if (!single && several.length === 0) return null;
  const many = MANY.has(String(kind));
  const field = String(definition.label || definition.name || t("this field"));
  const inverse = typeof definition.inverse === "string" ? definition.inverse : "";
  const other = single?.label ?? (several.includes("*") ? t("Any object") : t("{n} objects", { n: several.length }));
  return (
    <figure className="col-span-full rounded-control border border-line bg-sunken px-4 py-3.5">
      <div className="flex items-center gap-2 phone:gap-3">
        <Side object={object} label={object.label} amount={t("many")} />
        <div className="flex min-w-0 flex-1 flex-col items-stretch gap-1 text-xs">
          <span className="truncate text-center font-medium">{field}</span>
          <span aria-hidden="true" className="flex items-center text-text-3">
            <span className="h-px flex-1 bg-text-3" />
            <ArrowRight size={14} className="-ms-1 rtl:rotate-180" />
          </span>
          <span className="truncate text-center font-mono text-text-2">{inverse || t("one way")}</span>
        </div>
        <Side object={single} label={other} amount={many ? t("many") : t("one")} />
      </div>
      <figcaption className="mt-2.5 text-center text-text-2 text-xs">
        {sentence(object, other, { many, part: kind === "master_detail" })}
      </figcaption>
    </figure>
  );
}

function Side({ object, label, amount }: { object: ObjectDef | undefined; label: string; amount: string }) {
  return (
    <div className="flex w-28 shrink-0 flex-col items-center gap-1 rounded-control border border-line bg-surface px-2 py-2 shadow-card phone:w-36">
      <Glyph
        icon={object ? objectIcon(object) : iconByName("link")}
        hue={objectHue(object?.name ?? "link")}
        size={24}
      />
      <span className="max-w-full truncate font-medium">{label}</span>
      <span className="text-text-3 text-xs">{amount}</span>
    </div>
  );
}

function sentence(object: ObjectDef, other: string, { many, part }: { many: boolean; part: boolean }): string {
  const [mine, theirs] = [inSentence(object.label), inSentence(other)];
  // Where labels have a gender that nobody knows here, the sentence speaks of records.
  const places = { mine, theirs, a: capital(article(mine)), one: article(theirs) };
  if (many) return t("{a} {mine} has any number of {theirs}, and the other way round.", places);
  if (part)
    return t("{a} {mine} is part of one {theirs}: it goes when that goes, and is seen by whoever sees that.", places);
  const sentence = "{a} {mine} points to one {theirs}; {one} {theirs} may have many {plural_label}.";
  return t(sentence, { ...places, plural_label: inSentence(object.plural_label) });
}

const article = (word: string): string => (/^[aeiou]/i.test(word) ? t("an") : t("a"));
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
