import { act, type ReactNode, useState } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Catalog, CatalogContext } from "@/catalog/catalog";
import { ColourSwatches } from "@/components/colour-swatches";
import { AppItems, type ItemDraft } from "./apps/app-items";
import type { Transition } from "./process/process-draft";
import { Beginning } from "./process/transition-form";
import { halfWritten } from "./rules/options-when";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let place: HTMLElement;
let root: Root;
const show = (node: ReactNode) => act(async () => root.render(node));
const all = (query: string) => [...place.querySelectorAll<HTMLElement>(query)];
const button = (label: string) => all("button").find((one) => one.getAttribute("aria-label") === label);

beforeEach(() => {
  place = document.body.appendChild(document.createElement("div"));
  root = createRoot(place);
});
afterEach(async () => {
  await act(async () => root.unmount());
  place.remove();
});

it("has one stop for the keyboard among the colours, arrows between them, and their names", async () => {
  const onChange = vi.fn();
  await show(<ColourSwatches value="#2563EB" onChange={onChange} />);
  const radios = all("[role=radio]");
  expect(radios.map((one) => one.tabIndex)).toEqual([-1, 0, -1, -1, -1, -1, -1, -1, -1]);
  expect(radios[1]?.getAttribute("aria-label")).toBe("Blue");
  for (const key of ["ArrowLeft", "ArrowRight"])
    await act(async () => radios[1]?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));
  expect(onChange.mock.calls).toEqual([["#4f46e5"], ["#0f766e"]]);
  expect(document.activeElement).toBe(radios[2]);
  await show(<ColourSwatches value="#123456" onChange={onChange} />);
  expect(all("[role=radio]").map((one) => one.tabIndex)).toEqual([0, ...Array(8).fill(-1)]);
});

it("keeps the keyboard in a line of an app that opens another view, or stands elsewhere", async () => {
  const object = { name: "thing", label: "Thing", plural_label: "Things", system: false };
  const catalog = { object: () => undefined, viewsOf: () => [], objects: [object] } as unknown as Catalog;
  let set: (items: ItemDraft[]) => void = () => {};
  function Drawer() {
    const [items, setItems] = useState<ItemDraft[]>([{ object: "thing" }, { object: "part" }]);
    set = setItems;
    return <AppItems items={items} error={undefined} onChange={setItems} />;
  }
  await show(
    <CatalogContext value={catalog}>
      <Drawer />
    </CatalogContext>,
  );
  const line = all("li")[0];
  await act(async () => set([{ object: "thing", view: "mine" }, { object: "part" }]));
  expect(all("li")[0]).toBe(line);
  await act(async () => button("Move thing down")?.click());
  expect(all("li")[1]).toBe(line);
  await act(async () => button("Remove part")?.click());
  expect(all("li")).toEqual([line]);
});

it("says that hours cannot be read, and forgets those before", async () => {
  let way: Transition = { name: "go", to: "done", trigger: { automatic: { after_hours: 24 } } };
  const draw = () => show(<Beginning transition={way} onChange={(patch) => (way = { ...way, ...patch })} />);
  const type = async (text: string) => {
    const input = all("input")[0] as HTMLInputElement;
    const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set;
    set?.call(input, text);
    await act(async () => input.dispatchEvent(new Event("input", { bubbles: true })));
    await draw();
    return [input.value, way.trigger, all("[role=alert]").length];
  };
  await draw();
  expect(all("[role=alert]")).toEqual([]);
  expect(await type("two days")).toEqual(["two days", { automatic: { after_hours: Number.NaN } }, 1]);
  expect(await type("")).toEqual(["", { automatic: { after_hours: Number.NaN } }, 1]);
  expect(await type("0,25")).toEqual(["0,25", { automatic: { after_hours: 0.25 } }, 0]);
});

it("knows options that are limited without saying when", () => {
  expect(halfWritten(undefined)).toBe(false);
  expect(halfWritten([{ when: "TRUE", allow: [] }])).toBe(false);
  expect(
    halfWritten([
      { when: "TRUE", allow: [] },
      { when: " ", allow: ["a"] },
    ]),
  ).toBe(true);
});
