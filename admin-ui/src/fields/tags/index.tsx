// Free words, as many as one likes.
import { Tags, X } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { Tag } from "@/components/bits";
import { inputLook } from "@/components/inputs";
import { cx } from "@/lib/cx";
import { COLORS } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { hash } from "@/lib/text";
import { type DisplayProps, defineKind, type InputProps } from "../kind";
import { wordsOperators } from "../operators";

const asWords = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const colorOf = (word: string) => COLORS[1 + (hash(word) % (COLORS.length - 1))];

function TagsDisplay({ value, compact }: DisplayProps) {
  const words = asWords(value);
  if (!words.length) return null;
  return (
    <span className={compact ? "flex min-w-0 gap-1 overflow-hidden" : "flex flex-wrap gap-1"}>
      {words.map((word) => (
        <Tag key={word} color={colorOf(word)}>
          {word}
        </Tag>
      ))}
    </span>
  );
}

function TagsInput({ field, value, onChange, id, describedBy, invalid, autoFocus }: InputProps) {
  const [typed, setTyped] = useState("");
  const words = asWords(value);

  function add(text: string) {
    const fresh = text
      .split(",")
      .map((w) => w.trim())
      .filter((w) => w && !words.includes(w));
    if (fresh.length) onChange([...words, ...new Set(fresh)]);
    setTyped("");
  }

  function onKeyDown(event: KeyboardEvent) {
    if ((event.key === "Enter" || event.key === ",") && typed.trim() && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      event.stopPropagation();
      add(typed);
    } else if (event.key === "Backspace" && !typed && words.length) onChange(words.slice(0, -1));
  }

  return (
    <span
      className={cx(
        inputLook,
        "flex min-h-8 flex-wrap items-center gap-1 px-1.5 py-1 focus-within:border-accent focus-within:ring-2 focus-within:ring-accent-soft",
      )}
    >
      {words.map((word) => (
        <Tag key={word} color={colorOf(word)}>
          {word}
          <button
            type="button"
            aria-label={t("Remove {word}", { word })}
            className="-me-1 ms-0.5 inline-flex size-4 items-center justify-center rounded-tag align-[-3px] hover:bg-hover"
            onClick={() => onChange(words.filter((w) => w !== word))}
          >
            <X size={11} />
          </button>
        </Tag>
      ))}
      <input
        id={id}
        aria-label={id ? undefined : field.label}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        autoFocus={autoFocus}
        data-autofocus={autoFocus || undefined}
        autoComplete="off"
        placeholder={words.length ? "" : t("Type and press Enter")}
        className="h-6 min-w-24 flex-1 bg-transparent px-1 text-sm outline-none"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => typed.trim() && add(typed)}
      />
    </span>
  );
}

export const tags = defineKind({
  kind: "tags",
  label: "Tags",
  about: "Free words to group records by.",
  group: "Choices",
  icon: Tags,
  width: 200,
  sortPath: () => null,
  patch: (value, field) => ({ [field.name]: value ?? [] }),
  shown: (value, field) => ({ [field.name]: value ?? [] }),
  text: (value) => asWords(value).join(", "),
  display: TagsDisplay,
  input: TagsInput,
  operators: wordsOperators,
});
