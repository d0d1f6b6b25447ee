// Buttons: one solid per screen, outline for the second choice, ghost for everything else.
import { type ButtonHTMLAttributes, forwardRef, type ReactNode } from "react";
import { cx } from "@/lib/cx";

type Look = "solid" | "outline" | "ghost" | "danger" | "danger-ghost";

const LOOKS: Record<Look, string> = {
  solid: "bg-accent text-white hover:bg-accent-press disabled:hover:bg-accent",
  outline: "border border-line-2 bg-surface text-text hover:bg-hover",
  ghost: "text-text-2 hover:bg-hover hover:text-text",
  danger: "bg-[oklch(0.53_0.19_27)] text-white hover:bg-[oklch(0.48_0.18_27)]",
  "danger-ghost": "text-red hover:bg-red-soft",
};

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  size?: "sm" | "md" | "lg";
  icon?: ReactNode;
  busy?: boolean;
}

export const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button(
  { look = "ghost", size = "sm", icon, busy, className, children, disabled, type, ...rest },
  ref,
) {
  return (
    <button
      ref={ref}
      type={type ?? "button"}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cx(
        "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-control font-medium transition-colors duration-100 disabled:opacity-50",
        size === "sm" ? "h-7 px-2.5 text-sm" : size === "md" ? "h-8 px-3 text-sm" : "h-9 px-4 text-base",
        LOOKS[look],
        className,
      )}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
});

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  active?: boolean;
}

/** A square button that shows only an icon; the label is read aloud and shown on hover. */
export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton(
  { label, active, className, children, type, ...rest },
  ref,
) {
  return (
    <button
      ref={ref}
      type={type ?? "button"}
      aria-label={label}
      title={label}
      className={cx(
        "inline-flex size-7 shrink-0 items-center justify-center rounded-control transition-colors duration-100 hover:bg-hover disabled:opacity-40",
        active ? "bg-press text-text" : "text-text-2 hover:text-text",
        className,
      )}
      {...rest}
    >
      {children}
    </button>
  );
});
