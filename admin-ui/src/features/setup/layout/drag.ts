// Dragging in the layout editor with the browser's own drag and drop: what is held, and where it would land.
import { type DragEvent, useState } from "react";
import type { LayoutItem } from "@/catalog/types";
import { fromTheRight } from "@/lib/direction";
import type { Spot } from "./layout-draft";

export interface Held {
  item: LayoutItem;
  /** Where it was taken from; nothing when it comes from the palette. */
  from?: Spot | "highlights";
}

export type Over = Spot | { highlight: number } | null;

export interface Drag {
  held: Held | null;
  over: Over;
  start: (held: Held) => (event: DragEvent) => void;
  end: () => void;
  hover: (over: Over) => void;
}

export function useDrag(): Drag {
  const [held, setHeld] = useState<Held | null>(null);
  const [over, setOver] = useState<Over>(null);
  return {
    held,
    over,
    start: (next) => (event) => {
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", Object.values(next.item)[0] ?? "");
      setHeld(next);
    },
    end: () => {
      setHeld(null);
      setOver(null);
    },
    hover: (next) => setOver((old) => (JSON.stringify(old) === JSON.stringify(next) ? old : next)),
  };
}

/** Whether the pointer is in the second half of what it is over. */
export function isPastMiddle(event: DragEvent, axis: "x" | "y" = "y"): boolean {
  const box = event.currentTarget.getBoundingClientRect();
  if (axis === "y") return event.clientY > box.top + box.height / 2;
  const past = event.clientX > box.left + box.width / 2;
  return fromTheRight() ? !past : past;
}
