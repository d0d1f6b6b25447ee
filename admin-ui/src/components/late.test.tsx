import { act, type ComponentType } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { late } from "./late";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

interface Module {
  Part: ComponentType<{ text: string; onClose?: () => void }>;
}
const module: Module = { Part: ({ text }) => <p>{text}</p> };

let place: HTMLElement;
let root: Root;
beforeEach(() => {
  vi.useFakeTimers();
  place = document.body.appendChild(document.createElement("div"));
  root = createRoot(place);
});
afterEach(async () => {
  await act(async () => root.unmount());
  place.remove();
  vi.useRealTimers();
});

const later = (ms: number) => act(async () => vi.advanceTimersByTime(ms));
const press = (text: string) =>
  act(async () => [...place.querySelectorAll("button")].find((one) => one.textContent === text)?.click());

it("says that it loads once that takes a while, and then is there", async () => {
  let arrive: (module: Module) => void = () => undefined;
  const Part = late(() => new Promise<Module>((done) => (arrive = done)), "Part");
  await act(async () => root.render(<Part text="here" />));
  await later(140);
  expect(place.querySelector("[role=status]")).toBeNull();
  expect(place.querySelector("[aria-busy=true]")).not.toBeNull();
  await later(20);
  expect(place.querySelector("[role=status]")?.getAttribute("aria-label")).toBe("Loading");
  await act(async () => arrive(module));
  await later(1000);
  expect(place.textContent).toBe("here");
});

it.each(["page", "line", "over"] as const)(
  "says in its place that it did not come, and comes on being asked again (%s)",
  async (look) => {
    const load = vi
      .fn<() => Promise<Module>>()
      .mockRejectedValueOnce(new TypeError("offline"))
      .mockResolvedValue(module);
    const Part = late(load, "Part", look);
    await act(async () =>
      root.render(
        <>
          <b>beside</b>
          <Part text="here" />
        </>,
      ),
    );
    await later(1000);
    expect(place.textContent).toContain("beside");
    expect(place.querySelector("[role=alert]")?.textContent).toContain("This part could not be loaded.");
    expect(place.textContent).not.toContain("Load again");
    await press("Try again");
    await later(1000);
    expect(place.textContent).toBe("besidehere");
    expect(load).toHaveBeenCalledTimes(2);
  },
);

it("offers to load the page again when it still does not come, and can be left", async () => {
  const Part = late(() => Promise.reject<Module>(new TypeError("offline")), "Part", "over");
  const onClose = vi.fn();
  await act(async () => root.render(<Part text="here" onClose={onClose} />));
  await later(1000);
  await press("Try again");
  await later(1000);
  expect(place.textContent).toContain("Load again");
  await press("Cancel");
  expect(onClose).toHaveBeenCalled();
});

it("is asked for anew where it is opened anew after it did not come", async () => {
  const load = vi.fn<() => Promise<Module>>().mockRejectedValueOnce(new TypeError("offline")).mockResolvedValue(module);
  const Part = late(load, "Part");
  await act(async () => root.render(<Part key="1" text="here" />));
  await later(1000);
  await act(async () => root.render(<Part key="2" text="here" />));
  await later(1000);
  expect(place.textContent).toBe("here");
});

it("is drawn at once where it has come before", async () => {
  const load = vi.fn(() => Promise.resolve(module));
  const Part = late(load, "Part");
  await act(async () => root.render(<Part key="1" text="here" />));
  await act(async () => root.render(<Part key="2" text="again" />));
  expect(place.textContent).toBe("again");
  expect(load).toHaveBeenCalledTimes(1);
});
