// Text with headings, lists and links. Shown as the server sanitised it, never as it was typed.
import { Pilcrow } from "lucide-react";
import { useEffect, useId, useMemo, useRef } from "react";
import { inputLook } from "@/components/inputs";
import { cx } from "@/lib/cx";
import { harmlessHtml, htmlText } from "@/lib/html";
import { type DisplayProps, defineKind, type InputProps } from "../kind";
import { longTextOperators } from "../operators";
import { keepEnter } from "../plain";
import { run, Toolbar } from "./toolbar";

function RichTextDisplay({ value, compact }: DisplayProps) {
  const html = useMemo(() => (typeof value === "string" && !compact ? harmlessHtml(value) : ""), [value, compact]);
  if (typeof value !== "string" || !value) return null;
  if (compact) return <span className="truncate">{htmlText(value)}</span>;
  return (
    // biome-ignore lint/security/noDangerouslySetInnerHtml: only tags of the allow list are left.
    <div className="prose-html max-w-[70ch] break-words text-base/[22px]" dangerouslySetInnerHTML={{ __html: html }} />
  );
}

function RichTextInput({ field, value, onChange, id, describedBy, invalid, autoFocus }: InputProps) {
  const ref = useRef<HTMLDivElement>(null);
  const ownId = useId();
  const textId = id ?? ownId;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the browser owns the text while it is edited.
  useEffect(() => {
    if (!ref.current) return;
    ref.current.innerHTML = typeof value === "string" ? harmlessHtml(value) : "";
    if (autoFocus) ref.current.focus();
  }, []);
  return (
    <div
      className={cx(
        inputLook,
        "overflow-hidden focus-within:border-accent focus-within:ring-2 focus-within:ring-accent-soft",
      )}
    >
      <Toolbar text={ref} controls={textId} />
      <div
        ref={ref}
        id={textId}
        role="textbox"
        tabIndex={0}
        contentEditable
        suppressContentEditableWarning
        aria-multiline="true"
        aria-label={field.label}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        data-autofocus={autoFocus || undefined}
        className="prose-html max-h-80 min-h-24 overflow-y-auto px-2.5 py-1.5 outline-none"
        onInput={(event) => {
          const html = event.currentTarget.innerHTML;
          onChange(htmlText(html) ? html : null);
        }}
        onKeyDown={(event) => {
          keepEnter(event);
          // The way back goes to the toolbar, and not out of a text that is edited in place.
          if (event.key === "Tab" && event.shiftKey) event.stopPropagation();
        }}
        onPaste={(event) => {
          event.preventDefault();
          const html = event.clipboardData.getData("text/html");
          if (html) run("insertHTML", harmlessHtml(html));
          else run("insertText", event.clipboardData.getData("text/plain"));
        }}
      />
    </div>
  );
}

export const richText = defineKind({
  kind: "rich_text",
  label: "Rich text",
  about: "Formatted text with headings, lists and links.",
  group: "Text",
  icon: Pilcrow,
  width: 260,
  wide: true,
  sortPath: () => null,
  shown: () => ({}),
  text: (value) => (typeof value === "string" ? htmlText(value) : ""),
  display: RichTextDisplay,
  input: RichTextInput,
  operators: longTextOperators,
  common: { required: true, unique: false, default: false },
});
