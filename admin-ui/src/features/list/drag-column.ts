// Dragging in the header: an edge changes the width of its column, the label moves the column to another place.
import type { PointerEvent } from "react";
import { withinWidths } from "@/lib/arrangement";
import { fromTheRight } from "@/lib/direction";
import { spreadVeil } from "@/lib/veil";

const START_PX = 6;

interface EdgeDrag {
  move: (width: number) => void;
  end: (width: number) => void;
}

export function dragEdge(event: PointerEvent, width: number, { move, end }: EdgeDrag): void {
  if (event.button !== 0) return;
  event.preventDefault();
  const from = event.clientX;
  const sign = fromTheRight() ? -1 : 1;
  let now = width;
  const stop = new AbortController();
  const { signal } = stop;
  window.addEventListener(
    "pointermove",
    (e) => {
      now = withinWidths(width + (e.clientX - from) * sign);
      move(now);
    },
    { signal },
  );
  const finish = () => {
    stop.abort();
    if (now !== width) end(now);
  };
  window.addEventListener("pointerup", finish, { signal });
  window.addEventListener("pointercancel", finish, { signal });
}

/** Calls back with the place where the label was let go, among the columns from one to another that it may stand between. */
export function dragColumn(
  event: PointerEvent,
  zone: { from: number; end: number },
  moved: (to: number) => void,
): void {
  if (event.button !== 0) return;
  const own = event.currentTarget as HTMLElement;
  const cells = [...(own.parentElement?.querySelectorAll<HTMLElement>("[data-column-header]") ?? [])];
  const at = cells.indexOf(own);
  const from = event.clientX;
  let to = at;
  let lifted = false;
  let unveil: (() => void) | undefined;
  const stop = new AbortController();
  const { signal } = stop;
  const mark = (cell: HTMLElement | undefined) => {
    for (const c of cells) c.classList.remove("drop-before", "drop-after");
    cell?.classList.add(to > at ? "drop-after" : "drop-before");
  };
  window.addEventListener(
    "pointermove",
    (e) => {
      if (!lifted && Math.abs(e.clientX - from) < START_PX) return;
      lifted = true;
      unveil ??= spreadVeil();
      own.classList.add("lifted");
      const under = cells.findIndex((c) => {
        const box = c.getBoundingClientRect();
        return e.clientX >= box.left && e.clientX < box.right;
      });
      to = under < 0 ? at : Math.max(zone.from, Math.min(zone.end - 1, under));
      mark(to === at ? undefined : cells[to]);
    },
    { signal },
  );
  const finish = (e: Event) => {
    stop.abort();
    mark(undefined);
    own.classList.remove("lifted");
    unveil?.();
    if (!lifted) return;
    window.addEventListener("click", (click) => click.stopPropagation(), { capture: true, once: true });
    if (e.type === "pointerup" && to !== at) moved(to);
  };
  window.addEventListener("pointerup", finish, { signal });
  window.addEventListener("pointercancel", finish, { signal });
}
