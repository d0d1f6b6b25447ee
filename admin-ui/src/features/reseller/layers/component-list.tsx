// The components of a package to choose from: what is said of each, and where something is wrong.
import { CircleAlert, Search } from "lucide-react";
import { useState } from "react";
import type { Component, LayerDocument } from "@/api/layers";
import { Tag } from "@/components/bits";
import { TextInput } from "@/components/inputs";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { count, counted, humanize } from "@/lib/text";
import { keyOf, type Placed, type Shown, saidOf } from "./draft";
import { KINDS, manyOf } from "./properties";

const TOLD = ["label", "message"];

/** What people call it. */
export function labelOf({ name, definition }: Component): string {
  const told = TOLD.map((key) => definition[key]).find((text) => typeof text === "string" && text);
  return typeof told === "string" ? told : humanize(name.split(".").pop() ?? name);
}

/** Headings with what stands under them: fields by their object, all else by its kind. */
export function groupsOf(components: Shown[]): { title: string; members: Shown[] }[] {
  const groups = new Map<string, Shown[]>();
  const order = [...Object.keys(KINDS), ""];
  const rank = ({ kind }: Shown) => (order.indexOf(kind) + order.length) % order.length;
  for (const one of components.toSorted((a, b) => rank(a) - rank(b))) {
    const [object = ""] = one.name.split(".");
    const known = components.find(({ kind, name }) => kind === "objects" && name === object);
    const title =
      one.kind === "fields"
        ? t("Fields of {object}", { object: known ? labelOf(known) : humanize(object) })
        : manyOf(one.kind);
    groups.set(title, [...(groups.get(title) ?? []), one]);
  }
  return [...groups].map(([title, members]) => ({ title, members }));
}

interface ComponentListProps {
  components: Shown[];
  draft: LayerDocument;
  problems: Placed[];
  chosen: string | undefined;
  onChoose: (key: string) => void;
}

export function ComponentList({ components, draft, problems, chosen, onChoose }: ComponentListProps) {
  const [text, setText] = useState("");
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = components.filter((one) => {
    const all = `${labelOf(one)} ${one.name} ${one.kind}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  return (
    <div className="flex min-h-0 flex-col gap-2">
      <div className="relative">
        <Search size={14} aria-hidden="true" className="absolute start-2.5 top-2.25 text-text-3" />
        <TextInput
          type="search"
          aria-label={t("Find a part of the package")}
          placeholder={t("Find a part of the package")}
          className="ps-8"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </div>
      <nav aria-label={t("Parts of the package")} className="min-h-0 flex-1 overflow-y-auto">
        {shown.length === 0 && <p className="px-2 py-4 text-text-3">{t("Nothing matches")}</p>}
        {groupsOf(shown).map(({ title, members }) => (
          <section key={title} aria-label={title}>
            <h3 className="px-2 pt-3 pb-1 font-medium text-text-2 text-xs">{title}</h3>
            <ul>
              {members.map((one) => (
                <li key={keyOf(one)}>
                  <Line
                    component={one}
                    said={Object.keys(saidOf(draft, one)).length}
                    wrong={problems.filter(({ component }) => component && keyOf(component) === keyOf(one)).length}
                    here={keyOf(one) === chosen}
                    onChoose={() => onChoose(keyOf(one))}
                  />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </nav>
    </div>
  );
}

interface LineProps {
  component: Shown;
  /** How many of its properties are otherwise. */
  said: number;
  wrong: number;
  here: boolean;
  onChoose: () => void;
}

function Line({ component, said, wrong, here, onChoose }: LineProps) {
  return (
    <button
      type="button"
      data-part={keyOf(component)}
      aria-current={here || undefined}
      title={component.name}
      className={cx(
        "flex min-h-8 w-full items-center gap-2 rounded-control px-2 py-1 text-start outline-offset-[-2px]",
        here ? "bg-press" : "hover:bg-hover",
      )}
      onClick={onChoose}
    >
      <span className="min-w-0 flex-1 truncate">
        {labelOf(component)}
        {component.kind !== "fields" && component.name.includes(".") && (
          <span className="text-text-2 text-xs"> · {humanize(component.name.split(".")[0] ?? "")}</span>
        )}
      </span>
      {(wrong > 0 || component.gone) && (
        <CircleAlert
          size={14}
          role="img"
          aria-label={component.gone ? t("Not in this version") : count(wrong, t("problem"), t("problems"))}
          className="shrink-0 text-red"
        />
      )}
      {said > 0 && (
        <Tag color="blue">
          <span aria-hidden="true">{counted(said)}</span>
          <span className="sr-only">{t("{n} changed", { n: counted(said) })}</span>
        </Tag>
      )}
    </button>
  );
}
