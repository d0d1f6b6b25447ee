// Whether the sidebar is folded to its icons; this browser remembers it.
import { Cell } from "@/lib/cell";
import { recall, remember } from "@/lib/storage";

export const folded = new Cell(recall("sidebar") === "folded");

export function fold(): void {
  folded.set(!folded.get());
  remember("sidebar", folded.get() ? "folded" : "open");
}
