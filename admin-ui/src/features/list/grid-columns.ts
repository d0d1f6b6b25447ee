// Columns of the grid: how wide they are, and the cells of those that stay in sight while the others go below them.
import type { CSSProperties } from "react";
import type { FieldDef } from "@/catalog/types";
import { kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";

/** The first column has the names. */
const FIRST = 264;

/** As wide as somebody has set it, else as its kind has it. */
export const widthOf = (field: FieldDef, col: number, set: Record<string, number>): number =>
  set[field.name] ?? (col === 0 ? FIRST : kindOf(field).width);

/** Where each column that is held stands from the start of the line, as variables that the cells name. */
export function heldPlaces(widths: number[], held: number, before: number): Record<string, string> {
  const places: Record<string, string> = {};
  let at = before;
  for (const [col, width] of widths.slice(0, held).entries()) {
    places[`--held-${col}`] = `${at}px`;
    at += width;
  }
  return places;
}

/** What makes a cell one of those, and draws a line beside the last of them. */
export const heldLook = (col: number, held: number): string =>
  cx(col < held && "frozen", col === held - 1 && "border-line border-e");

const styles: CSSProperties[] = [];

/** The same object each time, so that nothing is drawn again for it. */
export function heldStyle(col: number, held: number): CSSProperties | undefined {
  if (col >= held) return undefined;
  styles[col] ??= { insetInlineStart: `var(--held-${col})` };
  return styles[col];
}
