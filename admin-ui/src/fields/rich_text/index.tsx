// Text with headings, lists and links. Shown as the server sanitised it, never as it was typed.
import { Bold, Heading, Italic, Link, List, ListOrdered, Pilcrow, Quote } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import { inputLook } from "@/components/inputs";
import { cx } from "@/lib/cx";
import { harmlessHtml, htmlText, safeUrl } from "@/lib/html";
import { t } from "@/lib/i18n";
import { type DisplayProps, defineKind, type InputProps } from "../kind";
import { longTextOperators } from "../operators";
import { keepEnter } from "../plain";

function RichTextDisplay({ value, compact }: DisplayProps) {
  const html = useMemo(() => (typeof value === "string" && !compact ? harmlessHtml(value) : ""), [value, compact]);
  if (typeof value !== "string" || !value) return null;
  if (compact) return <span className="truncate">{htmlText(value)}</span>;
  return (
    // biome-ignore lint/security/noDangerouslySetInnerHtml: only tags of the allow list are left.
    <div className="prose-html max-w-[70ch] break-words text-base/[22px]" dangerouslySetInnerHTML={{ __html: html }} />
  );
}

function run(command: string, value?: string): void {
  document.execCommand(command, false, value);
}

function Tool({ label, onPress, children }: { label: string; onPress: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      tabIndex={-1}
      className="inline-flex size-6 items-center justify-center rounded-tag text-text-2 hover:bg-hover hover:text-text"
      onMouseDown={(event) => {
        event.preventDefault();
        onPress();
      }}
    >
      {children}
    </button>
  );
}

function addLink(): void {
  const words = getSelection()?.toString() ?? "";
  const url = safeUrl(words);
  if (url) run("createLink", url);
}

function RichTextInput({ field, value, onChange, id, describedBy, invalid, autoFocus }: InputProps) {
  const ref = useRef<HTMLDivElement>(null);
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
      <div className="flex flex-wrap gap-0.5 border-line border-b p-1">
        <Tool label={t("Bold")} onPress={() => run("bold")}>
          <Bold size={14} />
        </Tool>
        <Tool label={t("Italic")} onPress={() => run("italic")}>
          <Italic size={14} />
        </Tool>
        <Tool label={t("Heading")} onPress={() => run("formatBlock", "h3")}>
          <Heading size={14} />
        </Tool>
        <Tool label={t("List")} onPress={() => run("insertUnorderedList")}>
          <List size={14} />
        </Tool>
        <Tool label={t("Numbered list")} onPress={() => run("insertOrderedList")}>
          <ListOrdered size={14} />
        </Tool>
        <Tool label={t("Quote")} onPress={() => run("formatBlock", "blockquote")}>
          <Quote size={14} />
        </Tool>
        <Tool label={t("Make the selected address a link")} onPress={addLink}>
          <Link size={14} />
        </Tool>
      </div>
      <div
        ref={ref}
        id={id}
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
        onKeyDown={keepEnter}
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
