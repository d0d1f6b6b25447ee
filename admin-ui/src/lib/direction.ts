// Which way lines run, and which way the keys that go along them mean.

/** Whether lines run from the right. */
export const fromTheRight = (): boolean => document.documentElement.dir === "rtl";

/** A key as it is meant along the line: where lines run from the right, the arrows to the sides change places. */
export function alongTheLine(key: string, mirrored: boolean = fromTheRight()): string {
  if (!mirrored) return key;
  return key === "arrowleft" ? "arrowright" : key === "arrowright" ? "arrowleft" : key;
}
