import { act } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, expect, it } from "vitest";
import { speak } from "@/lib/i18n";
import { words } from "@/lib/words/de-builders";
import { MovedParts, noteWords } from "./moved-parts";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
afterEach(() => speak({}));

const LABELS: Record<string, string> = { fleet: "Fleet", yards: "Yards" };
const labelOf = (name: string) => LABELS[name] ?? name;

it("says what comes and goes with another package, and nothing where nothing does", async () => {
  const place = document.createElement("div");
  const root = createRoot(place);
  const plan = {
    parts: [
      { package: "fleet", with: "yards", comes: true },
      { package: "tasks", with: "yards", comes: false },
    ],
    notes: ["what `fleet` brings with `yards` >=1, <3 does not come: installed is 3.0.0"],
  };
  await act(async () => root.render(<MovedParts plan={plan} labelOf={labelOf} />));
  expect([...place.querySelectorAll("li")].map((li) => li.textContent)).toEqual([
    "Fleet brings what it has beside Yards.",
    "What tasks brought beside Yards is archived, and comes back with it.",
    "What Fleet brings beside Yards >=1, <3 stays away: Yards 3.0.0 is installed.",
  ]);
  await act(async () => root.render(<MovedParts plan={{}} labelOf={labelOf} />));
  expect(place.textContent).toBe("");
  await act(async () => root.unmount());
});

it("says a note in the language of the page, and one that it does not know as it is", () => {
  speak(words);
  const note = "what `fleet` brings with `yards` ^1.0 does not come: installed is 2.1.0";
  expect(noteWords(note, labelOf)).toBe(
    "Was Fleet neben Yards ^1.0 mitbringt, kommt nicht: installiert ist Yards 2.1.0.",
  );
  expect(noteWords("something else", labelOf)).toBe("something else");
});
