// A select: a button that shows the choice and opens the list.
import { ChevronDown, X } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { inputLook } from "./inputs";
import { type Choice, PickerList } from "./picker";
import { Popover } from "./popover";

interface SelectProps {
  choices: Choice[];
  value: string[];
  onChange: (value: string[]) => void;
  label: string;
  multiple?: boolean;
  placeholder?: string;
  id?: string | undefined;
  describedBy?: string | undefined;
  invalid?: boolean | undefined;
  clearable?: boolean;
  disabled?: boolean;
  /** Opens at once, for edits in place. */
  startOpen?: boolean;
  onClosed?: () => void;
  render?: (chosen: Choice[]) => ReactNode;
  onSearch?: (text: string) => void;
  busy?: boolean;
  empty?: ReactNode;
  searchable?: boolean;
  className?: string;
  footer?: ReactNode;
  /** What is chosen, when it may not be among the choices (search results). */
  chosen?: Choice[];
}

export function Select(props: SelectProps) {
  const {
    choices,
    value,
    onChange,
    label,
    multiple,
    clearable,
    startOpen,
    onClosed,
    placeholder = t("Choose"),
  } = props;
  const [open, setOpen] = useState(Boolean(startOpen));
  const anchor = useRef<HTMLButtonElement>(null);
  const chosen = props.chosen ?? choices.filter((c) => value.includes(c.id));

  function close() {
    setOpen(false);
    props.onSearch?.("");
    onClosed?.();
  }

  function pick(choice: Choice) {
    if (multiple) {
      onChange(value.includes(choice.id) ? value.filter((v) => v !== choice.id) : [...value, choice.id]);
      return;
    }
    onChange([choice.id]);
    close();
    anchor.current?.focus();
  }

  return (
    <div className={cx("relative min-w-0", props.className)}>
      <button
        ref={anchor}
        type="button"
        id={props.id}
        aria-label={`${label}: ${chosen.length ? chosen.map((c) => c.label).join(" ") : placeholder}`}
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-invalid={props.invalid || undefined}
        aria-describedby={props.describedBy}
        disabled={props.disabled}
        className={cx(
          inputLook,
          "flex min-h-8 items-center gap-1.5 px-2.5 py-1 text-start text-sm",
          clearable && chosen.length > 0 ? "pe-12" : "pe-7",
        )}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            setOpen(true);
          }
        }}
      >
        {chosen.length ? (
          (props.render?.(chosen) ?? <Chosen chosen={chosen} />)
        ) : (
          <span className="truncate text-text-3">{placeholder}</span>
        )}
      </button>
      <ChevronDown aria-hidden="true" size={14} className="pointer-events-none absolute end-2 top-2 text-text-3" />
      {clearable && chosen.length > 0 && !props.disabled && (
        <button
          type="button"
          aria-label={t("Clear {field}", { field: label })}
          className="absolute end-6 top-1 inline-flex size-6 items-center justify-center rounded-tag text-text-3 hover:bg-hover hover:text-text"
          onClick={() => onChange([])}
        >
          <X size={13} />
        </button>
      )}
      <Popover
        open={open}
        onClose={close}
        anchor={anchor}
        matchWidth
        className="flex max-w-96 flex-col"
        label={label}
        role="presentation"
      >
        <PickerList
          choices={choices}
          label={label}
          selected={value}
          onPick={pick}
          searchable={props.searchable ?? (Boolean(props.onSearch) || choices.length > 7)}
          {...(props.onSearch ? { onSearch: props.onSearch } : {})}
          {...(props.busy ? { busy: true } : {})}
          empty={props.empty}
          footer={props.footer}
        />
      </Popover>
    </div>
  );
}

function Chosen({ chosen }: { chosen: Choice[] }) {
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-1">
      {chosen.map((c) => (
        <span key={c.id} className="flex min-w-0 items-center gap-1.5">
          {c.icon}
          <span className="truncate">{c.label}</span>{" "}
        </span>
      ))}
    </span>
  );
}
