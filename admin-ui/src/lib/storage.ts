// What this browser remembers. Storage may be forbidden or full: then nothing is remembered and nothing breaks.
export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(`trellis.${key}`, typeof value === "string" ? value : JSON.stringify(value));
  } catch {
    // Without storage the choice lasts until the page is closed.
  }
}

/** Forgets what is kept under names that begin like this, but for some. */
export function forgetOthers(beginning: string, but: string[]): void {
  try {
    const kept = new Set(but.map((name) => `trellis.${beginning}${name}`));
    for (const key of Object.keys(localStorage))
      if (key.startsWith(`trellis.${beginning}`) && !kept.has(key)) localStorage.removeItem(key);
  } catch {
    // What may not be read is not there to be forgotten.
  }
}

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`trellis.${key}`);
  } catch {
    return null;
  }
}

export function recallJson<T>(key: string, otherwise: T): T {
  const text = recall(key);
  if (!text) return otherwise;
  try {
    return JSON.parse(text) as T;
  } catch {
    return otherwise;
  }
}
