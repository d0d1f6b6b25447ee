// The colour of an option: a dot that opens the colours to choose from.
import { useRef, useState } from "react";
import { cx } from "@/lib/cx";
import { COLORS } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { Dot } from "./bits";
import { Popover } from "./popover";

export function ColourButton({
  color,
  label,
  onChange,
}: {
  color: string | undefined;
  label: string;
  onChange: (color: string) => void;
}) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={anchor}
        type="button"
        aria-label={t("Colour of {label}: {color}", { label: label || t("option"), color: t(color ?? "gray") })}
        aria-haspopup="dialog"
        aria-expanded={open}
        className="inline-flex size-8 shrink-0 items-center justify-center rounded-control border border-line-2 hover:bg-hover"
        onClick={() => setOpen(!open)}
      >
        <Dot color={color} />
      </button>
      <Popover
        open={open}
        onClose={() => setOpen(false)}
        anchor={anchor}
        label={t("Colour")}
        className="grid grid-cols-5 gap-1 p-2"
      >
        {COLORS.map((name) => (
          <button
            key={name}
            type="button"
            aria-label={t(name)}
            title={t(name)}
            aria-pressed={color === name}
            className={cx(
              "inline-flex size-7 items-center justify-center rounded-control hover:bg-hover",
              color === name && "ring-2 ring-accent ring-inset",
            )}
            onClick={() => {
              onChange(name);
              setOpen(false);
              anchor.current?.focus();
            }}
          >
            <Dot color={name} />
          </button>
        ))}
      </Popover>
    </>
  );
}
