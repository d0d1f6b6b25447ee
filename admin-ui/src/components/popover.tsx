// A popover beside its trigger, in the browser's top layer: Esc, outside clicks and focus return are the browser's own.
import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { cx } from "@/lib/cx";
import { fromTheRight } from "@/lib/direction";

interface PopoverProps {
  open: boolean;
  onClose: () => void;
  anchor: RefObject<HTMLElement | null>;
  children: ReactNode;
  align?: "start" | "end";
  side?: "bottom" | "end" | "top";
  className?: string;
  label?: string;
  role?: "dialog" | "menu" | "presentation";
  /** At least as wide as the trigger. */
  matchWidth?: boolean;
}

const GAP = 4;
const EDGE = 8;

function place(
  pop: HTMLElement,
  anchor: HTMLElement,
  props: Pick<PopoverProps, "align" | "side" | "matchWidth">,
): void {
  const a = anchor.getBoundingClientRect();
  if (props.matchWidth) pop.style.minWidth = `${a.width}px`;
  pop.style.maxHeight = `${window.innerHeight - 2 * EDGE}px`;
  const p = pop.getBoundingClientRect();
  const rtl = fromTheRight();
  let top = a.bottom + GAP;
  let left = (props.align === "end") !== rtl ? a.right - p.width : a.left;
  if (props.side === "end") {
    top = a.top;
    left = rtl ? a.left - p.width - GAP : a.right + GAP;
  } else if (
    props.side === "top" ||
    (top + p.height > window.innerHeight - EDGE && a.top > window.innerHeight - a.bottom)
  ) {
    top = a.top - p.height - GAP;
  }
  pop.style.left = `${Math.max(EDGE, Math.min(left, window.innerWidth - p.width - EDGE))}px`;
  pop.style.top = `${Math.max(EDGE, Math.min(top, window.innerHeight - p.height - EDGE))}px`;
}

export function Popover({
  open,
  onClose,
  anchor,
  children,
  className,
  label,
  role = "dialog",
  ...placing
}: PopoverProps) {
  const ref = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  const { align, side, matchWidth } = placing;

  useLayoutEffect(() => {
    const pop = ref.current;
    const from = anchor.current ?? pop?.parentElement;
    if (!open || !pop || !from) return;
    pop.showPopover();
    pop.querySelector<HTMLElement>("[data-autofocus]")?.focus({ preventScroll: true });
    const again = () => place(pop, from, { align, side, matchWidth });
    again();
    const sizes = new ResizeObserver(again);
    sizes.observe(pop);
    window.addEventListener("resize", again);
    window.addEventListener("scroll", again, true);
    return () => {
      sizes.disconnect();
      window.removeEventListener("resize", again);
      window.removeEventListener("scroll", again, true);
      if (pop.matches(":popover-open")) pop.hidePopover();
    };
  }, [open, anchor, align, side, matchWidth]);

  useEffect(() => {
    const pop = ref.current;
    if (!open || !pop) return;
    const onToggle = (event: Event) => {
      if ((event as ToggleEvent).newState === "closed") close.current();
    };
    pop.addEventListener("toggle", onToggle);
    return () => pop.removeEventListener("toggle", onToggle);
  }, [open]);

  if (!open) return null;
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is always given.
    <div
      ref={ref}
      popover="auto"
      role={role}
      aria-label={label}
      className={cx("appear fixed overflow-auto rounded-sheet bg-surface text-sm text-text shadow-pop", className)}
    >
      {children}
    </div>
  );
}
