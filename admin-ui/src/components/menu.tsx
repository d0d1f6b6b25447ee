// A menu of actions behind a button: arrows move, letters jump, Enter acts.
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { cx } from "@/lib/cx";
import { shortcutLabel } from "@/lib/shortcuts";
import { Kbd } from "./kbd";
import { Popover } from "./popover";

export interface MenuItem {
  label: string;
  icon?: ReactNode;
  onSelect: () => void;
  danger?: boolean;
  disabled?: boolean;
  shortcut?: string;
  /** Shows a tick; for choices such as the theme. */
  checked?: boolean;
  /** A line above this item. */
  separate?: boolean;
}

interface MenuButtonProps {
  /** A function where many menus stand in a page that are hardly ever opened: it is asked when one is. */
  items: MenuItem[] | (() => MenuItem[]);
  label: string;
  children: (props: {
    ref: React.RefObject<HTMLButtonElement | null>;
    onClick: () => void;
    "aria-haspopup": "menu";
    "aria-expanded": boolean;
  }) => ReactNode;
  align?: "start" | "end";
  side?: "bottom" | "top" | "end";
  header?: ReactNode;
}

export function MenuButton({ items, label, children, align, side, header }: MenuButtonProps) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  return (
    <>
      {children({ ref: anchor, onClick: () => setOpen(!open), "aria-haspopup": "menu", "aria-expanded": open })}
      <Popover open={open} onClose={() => setOpen(false)} anchor={anchor} align={align} side={side} role="presentation">
        {header}
        <MenuList
          items={items}
          label={label}
          onDone={() => {
            setOpen(false);
            anchor.current?.focus();
          }}
        />
      </Popover>
    </>
  );
}

function MenuList({
  items: given,
  label,
  onDone,
}: {
  items: MenuButtonProps["items"];
  label: string;
  onDone: () => void;
}) {
  const items = typeof given === "function" ? given() : given;
  const list = useRef<HTMLDivElement>(null);
  const buttons = () => [...(list.current?.querySelectorAll<HTMLButtonElement>("button:not(:disabled)") ?? [])];

  useEffect(() => {
    list.current?.querySelector<HTMLButtonElement>("button:not(:disabled)")?.focus({ preventScroll: true });
  }, []);

  function onKeyDown(event: KeyboardEvent) {
    const all = buttons();
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const go = (i: number) => all[(i + all.length) % all.length]?.focus();
    if (event.key === "ArrowDown") go(at + 1);
    else if (event.key === "ArrowUp") go(at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(all.length - 1);
    else if (event.key === "Tab") onDone();
    else if (event.key.length === 1 && event.key !== " ") {
      const letter = event.key.toLowerCase();
      const next = [...all.slice(at + 1), ...all.slice(0, at + 1)].find((b) =>
        b.textContent?.trim().toLowerCase().startsWith(letter),
      );
      next?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div ref={list} role="menu" aria-label={label} className="min-w-44 p-1" onKeyDown={onKeyDown}>
      {items.map((item) => (
        <div key={item.label} role="none">
          {item.separate && <div role="separator" className="-mx-1 my-1 h-px bg-line" />}
          {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: aria-checked is given with menuitemradio only. */}
          <button
            type="button"
            role={item.checked === undefined ? "menuitem" : "menuitemradio"}
            aria-checked={item.checked}
            tabIndex={-1}
            disabled={item.disabled}
            className={cx(
              "flex h-7 w-full items-center gap-2 rounded-control px-2 text-start outline-none disabled:opacity-45",
              "hover:bg-hover focus:bg-hover",
              item.danger ? "text-red focus:bg-red-soft hover:bg-red-soft" : "text-text",
            )}
            onClick={() => {
              onDone();
              item.onSelect();
            }}
          >
            {item.icon && <span className={cx("inline-flex", !item.danger && "text-text-2")}>{item.icon}</span>}
            <span className="flex-1 truncate">{item.label}</span>
            {item.checked && (
              <span aria-hidden="true" className="text-accent-text">
                ✓
              </span>
            )}
            {item.shortcut && <Kbd keys={shortcutLabel(item.shortcut)} />}
          </button>
        </div>
      ))}
    </div>
  );
}
