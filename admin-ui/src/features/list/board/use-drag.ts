// Dragging a card by mouse or finger. While it lasts React does nothing: a copy of the card follows the pointer, the
// column below it is marked, edges scroll. Keys and the card's menu do the same without dragging.
import { type PointerEvent as ReactPointerEvent, type RefObject, useCallback, useEffect, useRef } from "react";
import { spreadVeil } from "@/lib/veil";

export type Drop = (id: string, from: number, to: number) => void;

const START_PX = 5;
const HOLD_MS = 240;
const EDGE_PX = 56;

class Drag {
  readonly #root: HTMLElement;
  readonly #card: HTMLElement;
  readonly #drop: Drop;
  readonly #touch: boolean;
  readonly #from: { x: number; y: number };
  readonly #end = new AbortController();
  #at: { x: number; y: number };
  #ghost: HTMLElement | null = null;
  #unveil = (): void => {};
  #over: HTMLElement | null = null;
  #frame = 0;
  #hold: ReturnType<typeof setTimeout> | undefined;

  readonly #slack: number;

  constructor(root: HTMLElement, card: HTMLElement, event: PointerEvent, drop: Drop, slack: number) {
    this.#slack = slack;
    this.#root = root;
    this.#card = card;
    this.#drop = drop;
    this.#touch = event.pointerType !== "mouse";
    this.#from = { x: event.clientX, y: event.clientY };
    this.#at = this.#from;
    const signal = this.#end.signal;
    window.addEventListener("pointermove", this.#move, { signal });
    window.addEventListener("pointerup", this.#up, { signal });
    window.addEventListener("pointercancel", this.stop, { signal });
    window.addEventListener("keydown", this.#key, { signal, capture: true });
    window.addEventListener("touchmove", this.#still, { signal, passive: false });
    window.addEventListener("contextmenu", this.#quiet, { signal });
    window.addEventListener("selectstart", this.#unselected, { signal });
    if (this.#touch) this.#hold = setTimeout(() => this.#lift(), HOLD_MS);
  }

  stop = (): void => {
    clearTimeout(this.#hold);
    cancelAnimationFrame(this.#frame);
    this.#end.abort();
    this.#ghost?.remove();
    this.#unveil();
    this.#card.classList.remove("lifted");
    this.#over?.classList.remove("dropping");
  };

  #move = (event: PointerEvent): void => {
    this.#at = { x: event.clientX, y: event.clientY };
    if (this.#ghost) return;
    const far = Math.hypot(this.#at.x - this.#from.x, this.#at.y - this.#from.y) > START_PX;
    if (!far) return;
    if (this.#touch) this.stop();
    else this.#lift();
  };

  #lift(): void {
    const box = this.#card.getBoundingClientRect();
    const ghost = this.#card.cloneNode(true) as HTMLElement;
    ghost.removeAttribute("data-card");
    ghost.setAttribute("aria-hidden", "true");
    ghost.classList.add("ghost");
    ghost.style.width = `${box.width}px`;
    ghost.style.height = `${box.height}px`;
    ghost.style.left = `${box.left}px`;
    ghost.style.top = `${box.top}px`;
    this.#unveil = spreadVeil();
    document.body.append(ghost);
    this.#ghost = ghost;
    this.#card.classList.add("lifted");
    this.#frame = requestAnimationFrame(this.#follow);
  }

  #follow = (): void => {
    const { x, y } = this.#at;
    if (this.#ghost)
      this.#ghost.style.transform = `translate(${x - this.#from.x}px, ${y - this.#from.y}px) rotate(1.5deg)`;
    this.#scroll(x, y);
    const under = this.#columnAt(x, y);
    if (under !== this.#over) {
      this.#over?.classList.remove("dropping");
      under?.classList.add("dropping");
      this.#over = under;
    }
    this.#frame = requestAnimationFrame(this.#follow);
  };

  #columnAt(x: number, y: number): HTMLElement | null {
    for (const column of this.#root.querySelectorAll<HTMLElement>("[data-board-column]")) {
      const box = column.getBoundingClientRect();
      if (x >= box.left && x < box.right && y >= box.top - this.#slack && y < box.bottom + this.#slack) return column;
    }
    return null;
  }

  #scroll(x: number, y: number): void {
    const box = this.#root.getBoundingClientRect();
    if (x < box.left + EDGE_PX) this.#root.scrollLeft -= 14;
    else if (x > box.right - EDGE_PX) this.#root.scrollLeft += 14;
    const body = this.#over?.querySelector<HTMLElement>("[data-board-body]");
    if (!body) return;
    const inside = body.getBoundingClientRect();
    if (y < inside.top + EDGE_PX / 2) body.scrollTop -= 10;
    else if (y > inside.bottom - EDGE_PX / 2) body.scrollTop += 10;
  }

  #up = (): void => {
    const lifted = Boolean(this.#ghost);
    const to = this.#columnAt(this.#at.x, this.#at.y);
    this.stop();
    if (!lifted) return;
    // The click that ends a drag opens nothing.
    const swallow = (event: Event) => {
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 0);
    const id = this.#card.dataset.card;
    if (id && to) this.#drop(id, Number(this.#card.dataset.column), Number(to.dataset.boardColumn));
  };

  #key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !this.#ghost) return;
    event.preventDefault();
    event.stopPropagation();
    this.stop();
  };

  #unselected = (event: Event): void => {
    if (!this.#touch) event.preventDefault();
  };

  #still = (event: TouchEvent): void => {
    if (this.#ghost) event.preventDefault();
  };

  #quiet = (event: Event): void => {
    if (this.#touch) event.preventDefault();
  };
}

/** `slack`: how far above and below its edges a place still takes what is dropped. */
export function useDrag(root: RefObject<HTMLElement | null>, enabled: boolean, onDrop: Drop, slack = EDGE_PX) {
  const drop = useRef(onDrop);
  drop.current = onDrop;
  const running = useRef<Drag | null>(null);
  useEffect(() => () => running.current?.stop(), []);
  return useCallback(
    (event: ReactPointerEvent) => {
      const target = event.target as HTMLElement;
      const card = target.closest<HTMLElement>("[data-card]");
      if (!enabled || event.button !== 0 || !card || !root.current || target.closest("button, input, [popover]"))
        return;
      running.current?.stop();
      running.current = new Drag(root.current, card, event.nativeEvent, (...where) => drop.current(...where), slack);
    },
    [root, enabled, slack],
  );
}
