// Keys that work on every page: the command menu, going to objects, help, undo, create.
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { type Catalog, mayCreate, useCatalog } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { runLastUndo } from "@/components/toast";
import { commandMenuOpen, createIntent, helpOpen } from "@/lib/intents";
import { isTyping, type Shortcuts, useShortcuts } from "@/lib/shortcuts";

/** A letter for each object: the first of its name that is still free. "s" is setup. */
export function goLetters(catalog: Catalog): { letter: string; object: ObjectDef }[] {
  const taken = new Set(["s", "g"]);
  const found: { letter: string; object: ObjectDef }[] = [];
  for (const object of catalog.navigation) {
    const letter = [...object.plural_label.toLowerCase()].find((c) => /[a-z]/.test(c) && !taken.has(c));
    if (!letter) continue;
    taken.add(letter);
    found.push({ letter, object });
  }
  return found;
}

export function useGlobalShortcuts(): void {
  const catalog = useCatalog();
  const navigate = useNavigate();
  const shortcuts = useMemo(() => {
    const keys: Shortcuts = {
      "mod+k": () => commandMenuOpen.set(true),
      "?": () => helpOpen.set(true),
      "/": () => commandMenuOpen.set(true),
      "g s": () => navigate({ to: "/setup/objects" }),
      "mod+z": (event) => !isTyping(event.target) && runLastUndo(),
      c: () => {
        const first = catalog.navigation.find(mayCreate);
        if (first) createIntent.set({ object: first.name });
      },
    };
    for (const { letter, object } of goLetters(catalog)) {
      keys[`g ${letter}`] = () => navigate({ to: "/o/$plural", params: { plural: object.plural } });
    }
    return keys;
  }, [catalog, navigate]);
  useShortcuts(shortcuts, 0);
}
