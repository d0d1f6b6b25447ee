// Above calendars and timelines: which time is shown, and the way to earlier and later.
import { ChevronLeft, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { Button, IconButton } from "@/components/button";
import { cx } from "@/lib/cx";
import { fromTheRight } from "@/lib/direction";
import { t } from "@/lib/i18n";
import { useShortcuts } from "@/lib/shortcuts";

interface DayBarProps {
  title: string;
  onStep: (by: 1 | -1) => void;
  onToday: () => void;
  children?: ReactNode;
}

export function DayBar({ title, onStep, onToday, children }: DayBarProps) {
  const forward = fromTheRight() ? -1 : 1;
  useShortcuts({
    arrowleft: () => onStep(-forward as 1 | -1),
    arrowright: () => onStep(forward),
    t: onToday,
  });
  return (
    <div className="flex min-h-10 shrink-0 flex-wrap items-center gap-1 border-line border-b px-3 py-1 phone:h-10 phone:flex-nowrap phone:px-4 phone:py-0">
      <h2 className="min-w-36 whitespace-nowrap font-semibold text-base" aria-live="polite">
        {title}
      </h2>
      <IconButton label={t("Earlier")} onClick={() => onStep(-1)}>
        <ChevronLeft size={16} className="rtl:-scale-x-100" />
      </IconButton>
      <IconButton label={t("Later")} onClick={() => onStep(1)}>
        <ChevronRight size={16} className="rtl:-scale-x-100" />
      </IconButton>
      <Button onClick={onToday}>{t("Today")}</Button>
      <span className="flex-1" />
      {children}
    </div>
  );
}

type Scale = "week" | "month" | "quarter" | "year";
const SCALES: Record<Scale, string> = { week: "Week", month: "Month", quarter: "Quarter", year: "Year" };

interface ScalesProps<S extends Scale> {
  scales: S[];
  scale: S;
  onScale: (scale: S) => void;
}

/** How much time is shown at once. */
export function Scales<S extends Scale>({ scales, scale, onScale }: ScalesProps<S>) {
  return (
    <div role="radiogroup" aria-label={t("How much time")} className="flex rounded-control bg-hover p-0.5">
      {scales.map((each) => (
        <button
          key={each}
          type="button"
          role="radio"
          aria-checked={scale === each}
          className={cx(
            "h-6 rounded-tag px-2 font-medium text-xs",
            scale === each ? "bg-surface text-text shadow-card" : "text-text-2 hover:text-text",
          )}
          onClick={() => onScale(each)}
        >
          {t(SCALES[each])}
        </button>
      ))}
    </div>
  );
}
