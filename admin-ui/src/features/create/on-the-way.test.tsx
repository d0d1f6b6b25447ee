import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { asks, type Way } from "@/api/transitions";
import { nothingSaid, OnTheWay, saidPatch, unsaid } from "./on-the-way";

const way: Way = {
  name: "win",
  label: "Win",
  process: "thing.main",
  field: "stage",
  from: "new",
  to: "won",
  fields: [],
  missing: [],
  ready: true,
  message: null,
  checklist: ["Budget", "Contract"],
  note: "required",
};

it("asks where something is to be said, and only then", () => {
  expect(asks(way)).toBe(true);
  expect(asks({ ...way, checklist: [], note: "optional" })).toBe(false);
  expect(asks({ ...way, checklist: [], note: null, missing: ["amount"] })).toBe(true);
});

it("sends what was said, and knows what was not", () => {
  expect(unsaid(way, nothingSaid)).toEqual({ _checklist: expect.any(String), _note: expect.any(String) });
  const said = { confirmed: ["Contract", "Budget"], note: "They agreed" };
  expect(unsaid(way, said)).toEqual({});
  expect(saidPatch(way, said)).toEqual({ _checklist: ["Budget", "Contract"], _note: "They agreed" });
  expect(saidPatch({ ...way, checklist: [], note: null }, said)).toEqual({});
});

it("shows each point and the note with its problem", () => {
  const said = { confirmed: ["Contract"], note: "" };
  const html = renderToStaticMarkup(
    <OnTheWay way={way} said={said} errors={{ _note: "Say why." }} onChange={() => undefined} />,
  );
  expect(html.match(/type="checkbox"/g)).toHaveLength(2);
  expect(html.match(/checked=""/g)).toHaveLength(1);
  expect(html).toContain('aria-invalid="true"');
  expect(html).toContain("Say why.");
  expect(
    renderToStaticMarkup(
      <OnTheWay way={{ ...way, checklist: [], note: null }} said={said} errors={{}} onChange={() => undefined} />,
    ),
  ).toBe("");
});
