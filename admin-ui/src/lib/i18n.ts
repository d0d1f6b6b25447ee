// The interface in the person's language. English stands in the code and is its own key; other languages are
// dictionaries that are fetched before the first paint. Labels of objects and fields are metadata: the server tells them in
// the language that is chosen, as far as packages and administrators have said them in it.
import { recall, remember } from "./storage";

export const LANGUAGES = [
  { id: "en", label: "English" },
  { id: "de", label: "Deutsch" },
] as const;
export type Language = (typeof LANGUAGES)[number]["id"];

type Words = Record<string, string>;
type Values = Record<string, string | number>;

const DICTIONARIES: Record<Exclude<Language, "en">, () => Promise<{ words: Words }>> = {
  de: async () => {
    const parts = await Promise.all([
      import("./words/de"),
      import("./words/de-setup"),
      import("./words/de-layers"),
      import("./words/de-builders"),
      import("./words/de-fields"),
      import("./words/de-becoming"),
      import("./words/de-apps"),
      import("./words/de-views"),
      import("./words/de-sign-in"),
      import("./words/de-system"),
      import("./words/de-changes"),
    ]);
    return { words: Object.assign({}, ...parts.map((part) => part.words)) as Words };
  },
};

const stored = recall("language");
export const language: Language = LANGUAGES.find((l) => l.id === stored)?.id ?? "en";

/** The language that somebody has chosen here; labels are asked for in it. `early.js` says the same. */
export const chosen: string | undefined = stored === language ? stored : undefined;

const spoken = typeof navigator === "undefined" ? ["en"] : navigator.languages;

/** What numbers and dates are written by: the chosen language, in the variant that this browser prefers. */
export const locale: string =
  stored === language ? (spoken.find((tag) => tag.split("-")[0] === language) ?? language) : (spoken[0] ?? "en");

let words: Words = {};

/** Fetches the dictionary. A language that cannot be fetched leaves the interface in English. */
export async function loadLanguage(): Promise<void> {
  if (language === "en") return;
  document.documentElement.lang = language;
  try {
    words = (await DICTIONARIES[language]()).words;
  } catch {
    words = {};
  }
}

/** Texts are read when they are drawn, so the page begins anew in the other language. */
export function setLanguage(next: Language): void {
  remember("language", next);
  location.reload();
}

/** A text with its places filled: `t("Deleted {name}", { name })`. A text without a translation stays English. */
export function t(text: string, values?: Values): string {
  const found = words[text] ?? text;
  return values ? found.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole)) : found;
}

/** For tests: speaks with these words. */
export function speak(given: Words): void {
  words = given;
}
