// A label, a control, a hint or an error, tied together for screen readers.
import { type ReactNode, useId } from "react";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";

export interface ControlIds {
  id: string;
  describedBy: string | undefined;
  invalid: boolean;
}

interface FieldFrameProps {
  label: ReactNode;
  required?: boolean;
  hint?: ReactNode;
  error?: string | undefined;
  className?: string;
  icon?: ReactNode;
  children: (ids: ControlIds) => ReactNode;
}

export function FieldFrame({ label, required, hint, error, className, icon, children }: FieldFrameProps) {
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const describedBy = [error && errorId, hint && hintId].filter(Boolean).join(" ") || undefined;
  return (
    <div className={cx("flex min-w-0 flex-col gap-1", className)}>
      <label htmlFor={id} className="flex items-center gap-1.5 font-medium text-text-2 text-xs">
        {icon && (
          <span aria-hidden="true" className="text-text-3">
            {icon}
          </span>
        )}
        {label}
        {required && (
          <span className="text-red" title={t("Required")}>
            <span aria-hidden="true">*</span>
            <span className="sr-only">{t("required")}</span>
          </span>
        )}
      </label>
      {children({ id, describedBy, invalid: Boolean(error) })}
      {error && (
        <p id={errorId} role="alert" className="text-red text-xs">
          {error}
        </p>
      )}
      {hint && (
        <p id={hintId} className="text-text-3 text-xs">
          {hint}
        </p>
      )}
    </div>
  );
}
