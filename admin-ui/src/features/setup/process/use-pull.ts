// Pulling in the picture of a process: a line from one state to another, or a state to another place. A press that goes
// nowhere stays a click.
import { type PointerEvent, useRef, useState } from "react";

export interface Point {
  x: number;
  y: number;
}

export interface Pull {
  kind: "connect" | "move";
  /** The state that it began at, by its place in the row. */
  state: number;
  start: Point;
  now: Point;
}

/** So many pixels make a press a pull. */
const FAR = 5;

/** `pull` is there from the moment that it goes anywhere; `onEnd` hears of it when it is let go. */
export function usePull(onEnd: (pull: Pull) => void) {
  const surface = useRef<HTMLDivElement>(null);
  const begun = useRef<Omit<Pull, "now"> | null>(null);
  // What is drawn may lag behind the pointer; what is let go is where the pointer is.
  const held = useRef<Pull | null>(null);
  const [pull, setPull] = useState<Pull | null>(null);

  const pointOf = (event: PointerEvent): Point => {
    const box = surface.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };

  function stop() {
    begun.current = null;
    held.current = null;
    setPull(null);
  }

  return {
    surface,
    pull,
    stop,
    begin: (kind: Pull["kind"], state: number) => (event: PointerEvent) => {
      // A finger on a state scrolls the picture; its menu moves it.
      if (event.button !== 0 || (kind === "move" && event.pointerType === "touch")) return;
      begun.current = { kind, state, start: pointOf(event) };
    },
    handlers: {
      onPointerMove: (event: PointerEvent) => {
        const from = begun.current;
        if (!from) return;
        // Let go where nobody heard of it.
        if (event.buttons === 0) return stop();
        const now = pointOf(event);
        if (!held.current && Math.hypot(now.x - from.start.x, now.y - from.start.y) < FAR) return;
        if (!held.current) surface.current?.setPointerCapture(event.pointerId);
        held.current = { ...from, now };
        setPull(held.current);
      },
      onPointerUp: () => {
        const done = held.current;
        stop();
        if (done) onEnd(done);
      },
      onPointerCancel: stop,
    },
  };
}
