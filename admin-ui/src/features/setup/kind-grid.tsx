// Choosing what kind of field it is: every kind with its icon and one line.
import { type KeyboardEvent, useRef, useState } from "react";
import { TextInput } from "@/components/inputs";
import type { FieldKind, Group } from "@/fields/kind";
import { kinds } from "@/fields/registry";
import { t } from "@/lib/i18n";
import { KindSample } from "./kind-sample";

const GROUPS: Group[] = ["Text", "Numbers", "Choices", "Dates", "Relations", "Other"];

export function KindGrid({ onPick }: { onPick: (kind: FieldKind) => void }) {
  const [text, setText] = useState("");
  const grid = useRef<HTMLDivElement>(null);
  const shown = kinds.filter((k) =>
    `${t(k.label)} ${k.label} ${k.kind} ${t(k.about)}`.toLowerCase().includes(text.toLowerCase().trim()),
  );

  function onKeyDown(event: KeyboardEvent) {
    const steps: Record<string, number> = { ArrowDown: 2, ArrowUp: -2, ArrowRight: 1, ArrowLeft: -1 };
    const by = steps[event.key];
    const buttons = [...(grid.current?.querySelectorAll<HTMLButtonElement>("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (by === undefined || (at < 0 && event.key !== "ArrowDown")) return;
    event.preventDefault();
    buttons[Math.max(0, Math.min(buttons.length - 1, at < 0 ? 0 : at + by))]?.focus();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrows only move the focus between the buttons.
    <div className="flex flex-col gap-4" onKeyDown={onKeyDown}>
      <TextInput
        type="search"
        data-autofocus
        autoFocus
        placeholder={t("What do you want to keep?")}
        aria-label={t("Find a kind of field")}
        value={text}
        onChange={(e) => setText(e.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && shown[0]) {
            event.preventDefault();
            onPick(shown[0]);
          }
        }}
      />
      <div ref={grid} className="flex flex-col gap-4">
        {GROUPS.map((group) => {
          const list = shown.filter((k) => k.group === group);
          if (!list.length) return null;
          return (
            <section key={group} aria-label={t(group)}>
              <h3 className="mb-1 font-medium text-text-3 text-xs">{t(group)}</h3>
              <div className="grid gap-1 phone:grid-cols-2">
                {list.map((kind) => (
                  <KindButton key={kind.kind} kind={kind} onPick={onPick} />
                ))}
              </div>
            </section>
          );
        })}
        {shown.length === 0 && (
          <p className="py-6 text-center text-text-3">{t("No kind matches “{text}”.", { text })}</p>
        )}
      </div>
    </div>
  );
}

function KindButton({ kind, onPick }: { kind: FieldKind; onPick: (kind: FieldKind) => void }) {
  const Icon = kind.icon;
  return (
    <button
      type="button"
      className="flex items-start gap-2.5 rounded-control p-2 text-start hover:bg-hover focus-visible:bg-hover"
      onClick={() => onPick(kind)}
    >
      <span className="mt-0.5 inline-flex size-7 shrink-0 items-center justify-center rounded-control border border-line bg-sunken text-text-2">
        <Icon size={15} />
      </span>
      <span className="min-w-0">
        <span className="block font-medium">{t(kind.label)}</span>
        <span className="block text-text-2 text-xs">{t(kind.about)}</span>
        <span className="mt-1.5 flex h-5 text-xs empty:hidden">
          <KindSample kind={kind} />
        </span>
      </span>
    </button>
  );
}
