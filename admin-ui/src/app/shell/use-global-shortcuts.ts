// Keys that work on every page: the command menu, going to objects, help, undo, create.
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { mayCreate, useCatalog } from "@/catalog/catalog";
import { goLetters } from "@/catalog/navigation";
import { runLastUndo } from "@/components/toast";
import { commandMenuOpen, createIntent, helpOpen } from "@/lib/intents";
import { isTyping, type Shortcuts, useShortcuts } from "@/lib/shortcuts";
import { fold } from "./fold";

export function useGlobalShortcuts(): void {
  const catalog = useCatalog();
  const navigate = useNavigate();
  const shortcuts = useMemo(() => {
    const keys: Shortcuts = {
      "mod+k": () => commandMenuOpen.set(true),
      "?": () => helpOpen.set(true),
      "/": () => commandMenuOpen.set(true),
      "[": fold,
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
