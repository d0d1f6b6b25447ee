// Dragging a bar of a timeline, or one of its ends, by mouse or finger: in whole days. Keys do the same without dragging.
import { type PointerEvent as ReactPointerEvent, useEffect, useRef, useState } from "react";
import type { Grip } from "../stretch";

const START_PX = 4;

export interface Held {
  grip: Grip;
  by: number;
}

/** The click that ends a drag opens nothing. */
function swallowClick(): void {
  const swallow = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 0);
}

/** `days`: how many the track beneath the bar is wide. */
export function useBarDrag(days: number, onDrop: (held: Held) => void) {
  const [held, setHeld] = useState<Held | null>(null);
  const drop = useRef(onDrop);
  drop.current = onDrop;
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  /** What takes hold when it is pressed. */
  const take = (grip: Grip) => (event: ReactPointerEvent<HTMLElement>) => {
    const track = event.currentTarget.closest<HTMLElement>("[data-track]");
    if (event.button !== 0 || !track) return;
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    const forward = document.documentElement.dir === "rtl" ? -1 : 1;
    const dayPx = (track.getBoundingClientRect().width / days) * forward;
    const from = event.clientX;
    let now: Held | null = null;
    running.current?.abort();
    const end = new AbortController();
    running.current = end;
    const stop = () => {
      end.abort();
      setHeld(null);
    };
    const move = (moved: PointerEvent) => {
      if (!now && Math.abs(moved.clientX - from) < START_PX) return;
      const by = Math.round((moved.clientX - from) / dayPx);
      if (now?.by === by) return;
      now = { grip, by };
      setHeld(now);
    };
    const up = () => {
      stop();
      if (!now) return;
      swallowClick();
      if (now.by) drop.current(now);
    };
    const key = (pressed: KeyboardEvent) => {
      if (pressed.key !== "Escape" || !now) return;
      pressed.preventDefault();
      pressed.stopPropagation();
      stop();
    };
    window.addEventListener("pointermove", move, { signal: end.signal });
    window.addEventListener("pointerup", up, { signal: end.signal });
    window.addEventListener("pointercancel", stop, { signal: end.signal });
    window.addEventListener("keydown", key, { signal: end.signal, capture: true });
  };
  return { held, take };
}
