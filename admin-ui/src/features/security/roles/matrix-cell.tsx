// One right in the matrix: what is given and where from. Opens its choices; keys set it at once.
import { type KeyboardEvent, type RefObject, useRef, useState } from "react";
import { type Action, type Effective, FLAGS, nextReach, type Reach } from "@/catalog/role-rights";
import { Popover } from "@/components/popover";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";

interface MatrixCellProps {
  action: Action;
  object: string;
  value: Effective;
  /** The role says something of this itself, so that it can be taken back. */
  own: boolean;
  changed: boolean;
  disabled: boolean;
  onChange: (reach: Reach | undefined) => void;
}

const WORDS: Record<Reach, string> = { none: "–", own: "Own", team: "Team", all: "All" };
const LONG: Record<Reach, string> = {
  none: "Nothing",
  own: "Records one owns",
  team: "Records of one's teams",
  all: "Every record",
};
const LOOK: Record<Reach, string> = {
  none: "text-text-3",
  own: "bg-[var(--reach-1)] text-text",
  team: "bg-[var(--reach-2)] text-text",
  all: "bg-[var(--reach-3)] text-text font-medium",
};
const KEYS: Record<string, Reach> = { n: "none", "0": "none", o: "own", t: "team", a: "all", y: "all" };

const reachesOf = (action: Action): Reach[] => (FLAGS.has(action) ? ["none", "all"] : ["none", "own", "team", "all"]);

export const wordOf = (action: Action, reach: Reach): string =>
  FLAGS.has(action) ? (reach === "none" ? "–" : t("Yes")) : t(WORDS[reach]);

function sourceOf({ from }: Effective): string {
  if (from === "self") return t("said by this role");
  if (from === "every") return t("as every other object");
  return from === "nobody" ? t("given by nobody") : t("inherited from {role}", { role: humanize(from.role) });
}

export function MatrixCell({ action, object, value, own, changed, disabled, onChange }: MatrixCellProps) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const word = wordOf(action, value.reach);

  function onKeyDown(event: KeyboardEvent) {
    if (disabled || event.metaKey || event.ctrlKey || event.altKey) return;
    const key = event.key.toLowerCase();
    const reach = KEYS[key];
    if (reach && reachesOf(action).includes(reach)) onChange(reach);
    else if (key === "delete" || key === "backspace") onChange(undefined);
    else if (key === " ") onChange(nextReach(action, value.reach));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function pick(reach: Reach | undefined) {
    setOpen(false);
    onChange(reach);
    anchor.current?.focus();
  }

  return (
    <>
      <button
        ref={anchor}
        type="button"
        data-cell
        disabled={disabled}
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-label={`${word} ${t(humanize(action))} ${object}, ${sourceOf(value)}`}
        title={sourceOf(value)}
        className={cx(
          "inline-flex h-7 w-14 items-center justify-center rounded-tag border text-xs disabled:cursor-default",
          LOOK[value.reach],
          own ? "border-transparent" : "border-line border-dashed",
          value.from === "nobody" && "border-transparent",
          changed && "ring-2 ring-accent",
          !disabled && "hover:border-text-3",
        )}
        onClick={() => setOpen(!open)}
        onKeyDown={onKeyDown}
      >
        {word}
      </button>
      {open && (
        <Reaches
          action={action}
          object={object}
          anchor={anchor}
          chosen={own ? value.reach : undefined}
          onPick={pick}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

interface ReachesProps {
  action: Action;
  object: string;
  anchor: RefObject<HTMLButtonElement | null>;
  /** What the role itself says; nothing where it is inherited. */
  chosen: Reach | undefined;
  onPick: (reach: Reach | undefined) => void;
  onClose: () => void;
}

/** The choices of one cell. A matrix has hundreds of cells: only the one that is open makes them. */
function Reaches({ action, object, anchor, chosen, onPick, onClose }: ReachesProps) {
  return (
    <Popover open onClose={onClose} anchor={anchor} role="presentation">
      <div role="listbox" aria-label={`${t(humanize(action))} ${object}`} className="min-w-48 p-1">
        {reachesOf(action).map((reach, i) => (
          <button
            key={reach}
            type="button"
            role="option"
            aria-selected={chosen === reach}
            data-autofocus={i === 0 || undefined}
            className="flex h-7.5 w-full items-center gap-2 rounded-control px-2 text-start hover:bg-hover focus:bg-hover"
            onClick={() => onPick(reach)}
          >
            <span className={cx("inline-flex h-5 w-11 items-center justify-center rounded-tag text-xs", LOOK[reach])}>
              {wordOf(action, reach)}
            </span>
            {FLAGS.has(action) ? (reach === "none" ? t("Not given") : t("Given")) : t(LONG[reach])}
          </button>
        ))}
        <div role="presentation" className="-mx-1 my-1 h-px bg-line" />
        <button
          type="button"
          role="option"
          aria-selected={chosen === undefined}
          className="flex h-7.5 w-full items-center rounded-control px-2 text-start text-text-2 hover:bg-hover focus:bg-hover"
          onClick={() => onPick(undefined)}
        >
          {t("As inherited")}
        </button>
      </div>
    </Popover>
  );
}
