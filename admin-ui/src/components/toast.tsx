// Short notes at the foot of the screen, with an undo where there is one. They stay while pointed at.
import { X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Cell, useCell } from "@/lib/cell";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";

interface Toast {
  id: number;
  text: string;
  tone: "plain" | "error";
  action?: { label: string; run: () => unknown; undo?: boolean };
  /** A note replaces the one of the same key. */
  key?: string | undefined;
}

const toasts = new Cell<Toast[]>([]);
let nextId = 1;

function drop(id: number): void {
  toasts.set(toasts.get().filter((item) => item.id !== id));
}

export function toast(text: string, options: Pick<Partial<Toast>, "tone" | "action" | "key"> = {}): void {
  const made: Toast = { id: nextId++, text, tone: options.tone ?? "plain", action: options.action, key: options.key };
  const others = toasts.get().filter((item) => !made.key || item.key !== made.key);
  toasts.set([...others.slice(-2), made]);
}

export function toastError(text: string): void {
  toast(text, { tone: "error" });
}

/** Runs the newest undo, for ⌘Z. Answers whether there was one. */
export function runLastUndo(): boolean {
  const last = [...toasts.get()].reverse().find((item) => item.action?.undo);
  if (!last?.action) return false;
  drop(last.id);
  last.action.run();
  return true;
}

export function Toasts() {
  const list = useCell(toasts);
  return (
    <section
      aria-label={t("Notifications")}
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-16 z-50 flex flex-col items-center gap-2 px-3 phone:bottom-5 phone:[body:has([data-bulk])_&]:bottom-24"
    >
      {list.map((item) => (
        <ToastRow key={item.id} item={item} />
      ))}
    </section>
  );
}

function ToastRow({ item }: { item: Toast }) {
  const [held, setHeld] = useState(false);
  const left = useRef(item.action || item.tone === "error" ? 10_000 : 4_000);
  useEffect(() => {
    if (held) return;
    const started = Date.now();
    const timer = setTimeout(() => drop(item.id), left.current);
    return () => {
      clearTimeout(timer);
      left.current = Math.max(1500, left.current - (Date.now() - started));
    };
  }, [held, item.id]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only holds the note back from leaving.
    <div
      className="appear pointer-events-auto flex min-h-9 max-w-lg items-center gap-3 rounded-sheet bg-surface py-1.5 ps-3.5 pe-1.5 text-sm shadow-pop"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {item.tone === "error" && <span aria-hidden="true" className="size-1.5 shrink-0 rounded-full bg-red" />}
      <span className={cx("min-w-0 break-words", item.tone === "error" && "text-text")}>{item.text}</span>
      <span className="ms-auto flex shrink-0 items-center gap-0.5">
        {item.action && (
          <button
            type="button"
            className="h-6 rounded-tag px-2 font-medium text-accent-text hover:bg-hover"
            onClick={() => {
              drop(item.id);
              item.action?.run();
            }}
          >
            {item.action.label}
          </button>
        )}
        <button
          type="button"
          aria-label={t("Dismiss")}
          className="inline-flex size-6 items-center justify-center rounded-tag text-text-3 hover:bg-hover"
          onClick={() => drop(item.id)}
        >
          <X size={14} />
        </button>
      </span>
    </div>
  );
}
