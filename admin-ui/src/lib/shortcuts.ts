// Keyboard shortcuts: single characters, sequences such as "g d", and ⌘ or Ctrl chords. Off while typing and under dialogs.
import { useEffect, useRef } from "react";
import { Cell } from "./cell";
import { recall, remember } from "./storage";

/** What each key does. Answering false leaves the key to others and to the browser. */
export type Shortcuts = Record<string, (event: KeyboardEvent) => unknown>;

const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** "mod+k" as this machine's people know it. */
export function shortcutLabel(keys: string): string[] {
  return keys.split(/[ +]/).map((key) => {
    if (key === "mod") return isMac ? "⌘" : "Ctrl";
    if (key === "shift") return "⇧";
    if (key === "enter") return "↵";
    if (key === "space") return "Space";
    if (key === "esc") return "Esc";
    return key.slice(0, 1).toUpperCase() + key.slice(1);
  });
}

export function isTyping(target: EventTarget | null): boolean {
  const el = target instanceof HTMLElement ? target : null;
  return Boolean(el?.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]"));
}

/**
 * The name of a pressed key as shortcuts are written: "k", "mod+k", "shift+x", "?", "esc". Many keyboards write "[" with AltGr
 * or Option alone, which are then part of the character.
 */
export function keyName(event: Pick<KeyboardEvent, "key" | "metaKey" | "ctrlKey" | "altKey" | "shiftKey">): string {
  const raw = event.key === " " ? "space" : event.key === "Escape" ? "esc" : event.key.toLowerCase();
  if (event.altKey && !event.metaKey && /^[^\p{L}\p{N}]$/u.test(raw)) return raw;
  const mod = event.metaKey || event.ctrlKey ? "mod+" : "";
  const alt = event.altKey ? "alt+" : "";
  const shift = event.shiftKey && raw.length > 1 ? "shift+" : "";
  return mod + alt + shift + raw;
}

/** Whether single characters are shortcuts. Who dictates turns them off, or every word would press some of them. */
export const singleKeys = new Cell(recall("single-keys") !== "off");

export function setSingleKeys(on: boolean): void {
  remember("single-keys", on ? "on" : "off");
  singleKeys.set(on);
}

const SEQUENCE_MS = 900;
const scopes: { current: Shortcuts; rank: number }[] = [];
let pending: { key: string; at: number } | null = null;

function run(name: string, event: KeyboardEvent): boolean {
  for (const scope of [...scopes].sort((a, b) => b.rank - a.rank)) {
    const action = scope.current[name];
    if (action && action(event) !== false) {
      event.preventDefault();
      return true;
    }
  }
  return false;
}

function onKey(event: KeyboardEvent): void {
  const name = keyName(event);
  if (event.defaultPrevented || document.querySelector("dialog:modal")) return;
  // An editor may live in a shadow root; the first of the path is where the key was really pressed.
  if (!name.startsWith("mod+") && isTyping(event.composedPath()[0] ?? event.target)) return;
  if (name.length === 1 && !singleKeys.get()) return;
  const now = Date.now();
  const before = pending && now - pending.at < SEQUENCE_MS ? pending.key : null;
  pending = null;
  if (before) run(`${before} ${name}`, event);
  else if (name === "g") pending = { key: name, at: now };
  else run(name, event);
}

/** Listens while mounted. Chords are heard while typing, plain keys are not; an open dialog silences all. The page goes before the shell. */
export function useShortcuts(shortcuts: Shortcuts, rank = 1): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const scope = {
      rank,
      get current() {
        return latest.current;
      },
    };
    if (scopes.length === 0) window.addEventListener("keydown", onKey);
    scopes.push(scope);
    return () => {
      scopes.splice(scopes.indexOf(scope), 1);
      if (scopes.length === 0) window.removeEventListener("keydown", onKey);
    };
  }, [rank]);
}
