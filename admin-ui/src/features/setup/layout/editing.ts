// What the parts of the layout editor share: the draft, what is selected, and the ways to change both.
import { createContext, useContext } from "react";
import type { RecordData } from "@/api/record-store";
import type { LayoutItem, ObjectDef } from "@/catalog/types";
import type { Drag } from "./drag";
import type { Draft, Spot } from "./layout-draft";
import type { Eyes } from "./preview-as";

export type Selected =
  | { kind: "item"; spot: Spot }
  | { kind: "section"; section: number }
  /** What no section names. */
  | { kind: "loose"; item: LayoutItem }
  | null;

export interface Editing {
  object: ObjectDef;
  draft: Draft;
  record: RecordData | undefined;
  selected: Selected;
  drag: Drag;
  /** Whose eyes it is looked at with. */
  eyes: Eyes;
  select: (selected: Selected) => void;
  change: (next: (draft: Draft) => Draft, said: string, select?: Selected) => void;
  /** Puts an item at the end of the section that is selected, or of the first. */
  place: (item: LayoutItem) => void;
  drop: () => void;
  step: (spot: Spot, by: -1 | 1) => void;
}

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error("no layout is being edited here");
  return editing;
}
