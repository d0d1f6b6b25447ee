import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, it } from "vitest";
import { speak } from "@/lib/i18n";
import { words as builders } from "@/lib/words/de-builders";
import { words as changes } from "@/lib/words/de-changes";
import { MovedParts } from "./moved-parts";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
afterEach(() => speak({}));

const LABELS: Record<string, string> = { fleet: "Fleet", yards: "Yards" };
const labelOf = (name: string) => LABELS[name] ?? name;

async function told(plan: Parameters<typeof MovedParts>[0]["plan"]): Promise<(string | null)[]> {
  const place = document.createElement("div");
  const root = createRoot(place);
  await act(async () => root.render(<MovedParts plan={plan} labelOf={labelOf} />));
  const found = [...place.querySelectorAll("li")].map((li) => li.textContent);
  await act(async () => root.unmount());
  return found;
}

const passed = { package: "fleet", with: "yards", reason: "version", range: "^1.0", installed: "2.1.0" } as const;

it("says what comes and goes with another package, and nothing where nothing does", async () => {
  const plan = {
    parts: [
      { package: "fleet", with: "yards", comes: true },
      { package: "tasks", with: "yards", comes: false },
    ],
    passed_over: [passed],
  };
  expect(await told(plan)).toEqual([
    "Fleet brings what it has beside Yards.",
    "What tasks brought beside Yards is archived, and comes back with it.",
    "What Fleet brings beside Yards ^1.0 stays away: Yards 2.1.0 is installed.",
  ]);
  expect(await told({})).toEqual([]);
});

it("says why a part stays away in the language of the page", async () => {
  speak({ ...builders, ...changes });
  const distrusted = { package: "fleet", with: "tasks", reason: "publisher" } as const;
  expect(await told({ passed_over: [passed, distrusted] })).toEqual([
    "Was Fleet neben Yards ^1.0 mitbringt, kommt nicht: installiert ist Yards 2.1.0.",
    "Was Fleet neben tasks mitbringt, kommt nicht: Wer es signiert hat, gilt nicht mehr als vertrauenswürdig.",
  ]);
});
