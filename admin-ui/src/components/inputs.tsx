// Plain controls with one look: text, area, checkbox, switch.
import { Check } from "lucide-react";
import { forwardRef, type InputHTMLAttributes, type TextareaHTMLAttributes, useLayoutEffect, useRef } from "react";
import { cx } from "@/lib/cx";

export const inputLook =
  "w-full rounded-control border border-line-2 bg-surface text-text outline-none transition-[border-color,box-shadow] duration-100 hover:border-text-3 focus:border-accent focus:ring-2 focus:ring-accent-soft aria-invalid:border-red aria-invalid:focus:ring-red-soft disabled:bg-sunken disabled:text-text-3";

export const TextInput = forwardRef<HTMLInputElement, InputHTMLAttributes<HTMLInputElement>>(function TextInput(
  { className, ...rest },
  ref,
) {
  return <input ref={ref} autoComplete="off" className={cx(inputLook, "h-8 px-2.5 text-sm", className)} {...rest} />;
});

/** Grows with its text, between its rows and a limit. */
export function TextArea({ className, rows = 3, ...rest }: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const ref = useRef<HTMLTextAreaElement>(null);
  const { value } = rest;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text.
  useLayoutEffect(() => {
    const el = ref.current;
    if (!el) return;
    el.style.height = "auto";
    el.style.height = `${Math.min(el.scrollHeight + 2, 360)}px`;
  }, [value]);
  return (
    <textarea
      ref={ref}
      rows={rows}
      className={cx(inputLook, "block resize-none px-2.5 py-1.5 text-sm", className)}
      {...rest}
    />
  );
}

interface CheckboxProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "type" | "size"> {
  mixed?: boolean;
}

export const Checkbox = forwardRef<HTMLInputElement, CheckboxProps>(function Checkbox(
  { className, mixed, ...rest },
  ref,
) {
  return (
    <span className={cx("relative inline-flex size-4 shrink-0", className)}>
      <input
        ref={(el) => {
          if (el) el.indeterminate = Boolean(mixed);
          if (typeof ref === "function") ref(el);
          else if (ref) ref.current = el;
        }}
        type="checkbox"
        className="peer size-4 appearance-none rounded-tag border border-line-2 bg-surface transition-colors hover:border-text-3 checked:border-accent checked:bg-accent indeterminate:border-accent indeterminate:bg-accent disabled:opacity-50"
        {...rest}
      />
      {mixed ? (
        <span aria-hidden="true" className="pointer-events-none absolute inset-x-1 top-[7px] h-0.5 rounded bg-white" />
      ) : (
        <Check
          aria-hidden="true"
          size={12}
          strokeWidth={3}
          className="pointer-events-none absolute inset-0.5 hidden text-white peer-checked:block"
        />
      )}
    </span>
  );
});

interface SwitchProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  id?: string;
  label?: string;
  describedBy?: string;
  disabled?: boolean;
  autoFocus?: boolean;
}

export function Switch({ checked, onChange, id, label, describedBy, disabled, autoFocus }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      id={id}
      aria-checked={checked}
      aria-label={label}
      aria-describedby={describedBy}
      disabled={disabled}
      autoFocus={autoFocus}
      onClick={() => onChange(!checked)}
      className={cx(
        "inline-flex h-5 w-8.5 shrink-0 items-center rounded-full border transition-colors duration-100 disabled:opacity-50",
        checked ? "border-accent bg-accent" : "border-text-3 bg-surface hover:bg-hover",
      )}
    >
      <span
        className={cx(
          "block size-3.5 rounded-full transition-transform duration-100",
          checked ? "translate-x-4 bg-white rtl:-translate-x-4" : "translate-x-0.5 bg-text-3 rtl:-translate-x-0.5",
        )}
      />
    </button>
  );
}
