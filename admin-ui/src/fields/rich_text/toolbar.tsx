// What a text is formatted with: a toolbar that Tab stops at once, in which arrows go from button to button. What a button
// does is done to the words that are selected in the text, wherever the focus is.
import { Bold, Heading, Italic, Link, List, ListOrdered, type LucideIcon, Quote } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import { cx } from "@/lib/cx";
import { safeUrl } from "@/lib/html";
import { t } from "@/lib/i18n";

export function run(command: string, value?: string): void {
  document.execCommand(command, false, value);
}

function addLink(): void {
  const words = getSelection()?.toString() ?? "";
  const url = safeUrl(words);
  if (url) run("createLink", url);
}

interface Tool {
  label: string;
  icon: LucideIcon;
  /** The command whose state it shows, where it is on or off. */
  state?: string;
  press: () => void;
}

const TOOLS: Tool[] = [
  { label: "Bold", icon: Bold, state: "bold", press: () => run("bold") },
  { label: "Italic", icon: Italic, state: "italic", press: () => run("italic") },
  { label: "Heading", icon: Heading, press: () => run("formatBlock", "h3") },
  { label: "List", icon: List, state: "insertUnorderedList", press: () => run("insertUnorderedList") },
  { label: "Numbered list", icon: ListOrdered, state: "insertOrderedList", press: () => run("insertOrderedList") },
  { label: "Quote", icon: Quote, press: () => run("formatBlock", "blockquote") },
  { label: "Make the selected address a link", icon: Link, press: addLink },
];

/** The words that are selected in the text, also while the focus is elsewhere; and which commands hold there. */
function useSelected(text: RefObject<HTMLElement | null>) {
  const range = useRef<Range | null>(null);
  const [on, setOn] = useState("");
  useEffect(() => {
    const look = () => {
      const selection = getSelection();
      const found = selection?.rangeCount ? selection.getRangeAt(0) : null;
      if (!found || !text.current?.contains(found.commonAncestorContainer)) return;
      range.current = found.cloneRange();
      setOn(TOOLS.flatMap(({ state }) => (state && document.queryCommandState(state) ? state : [])).join(" "));
    };
    document.addEventListener("selectionchange", look);
    return () => document.removeEventListener("selectionchange", look);
  }, [text]);

  /** Goes to the text and to what was selected there: at first to its end. */
  const restore = () => {
    const el = text.current;
    const selection = getSelection();
    if (!el || !selection) return;
    el.focus({ preventScroll: true });
    if (range.current) {
      selection.removeAllRanges();
      selection.addRange(range.current);
    } else {
      selection.selectAllChildren(el);
      selection.collapseToEnd();
    }
  };
  return { on: on.split(" "), restore };
}

/** Where an arrow goes among so many, round the ends. */
export function nextStop(key: string, at: number, many: number, rtl: boolean): number | undefined {
  const forward = rtl ? "ArrowLeft" : "ArrowRight";
  if (key === "Home") return 0;
  if (key === "End") return many - 1;
  if (key === "ArrowLeft" || key === "ArrowRight") return (at + (key === forward ? 1 : -1) + many) % many;
  return undefined;
}

interface ToolbarProps {
  text: RefObject<HTMLElement | null>;
  /** The id of the text. */
  controls: string;
}

export function Toolbar({ text, controls }: ToolbarProps) {
  const [at, setAt] = useState(0);
  const { on, restore } = useSelected(text);

  function press(tool: Tool) {
    const before = document.activeElement as HTMLElement | null;
    const away = before !== text.current;
    if (away) restore();
    tool.press();
    // Who came by keys goes on with the next button, or back by Tab.
    if (away && before?.closest("[role=toolbar]")) before.focus({ preventScroll: true });
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    const next = nextStop(event.key, at, TOOLS.length, document.documentElement.dir === "rtl");
    const acts = (event.key === "Enter" && !event.metaKey && !event.ctrlKey) || event.key === " ";
    // Whoever edits in place would save by these keys.
    if (next !== undefined || acts || (event.key === "Tab" && !event.shiftKey)) event.stopPropagation();
    if (next === undefined) return;
    event.preventDefault();
    setAt(next);
    event.currentTarget.querySelectorAll("button")[next]?.focus();
  }

  return (
    <div
      role="toolbar"
      tabIndex={-1}
      aria-label={t("Formatting")}
      aria-controls={controls}
      className="flex flex-wrap gap-0.5 border-line border-b p-1"
      onKeyDown={onKeyDown}
    >
      {TOOLS.map((tool, i) => (
        <button
          key={tool.label}
          type="button"
          aria-label={t(tool.label)}
          aria-pressed={tool.state ? on.includes(tool.state) : undefined}
          title={t(tool.label)}
          tabIndex={i === at ? 0 : -1}
          className={cx(
            "inline-flex size-6 items-center justify-center rounded-tag text-text-2 hover:bg-hover hover:text-text",
            tool.state && on.includes(tool.state) && "bg-press text-text",
          )}
          onFocus={() => setAt(i)}
          // A press of the mouse leaves the words selected.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => press(tool)}
        >
          <tool.icon size={14} />
        </button>
      ))}
    </div>
  );
}
