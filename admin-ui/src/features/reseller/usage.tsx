// What a tenant uses: how much of its plan is taken now, and its requests of each day as bars.
import type { Usage, UsageDay } from "@/api/resellers";
import { formatDate } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { formatBytes, formatNumber } from "@/lib/numbers";

export function UsageView({ usage }: { usage: Usage }) {
  const { limits, now, days } = usage;
  const today = days.find((day) => day.day === usage.to);
  return (
    <section aria-label={t("What it uses")} className="flex flex-col gap-4">
      <h3 className="font-semibold">{t("What it uses")}</h3>
      <Taken label={t("Records")} used={now.records} most={limits?.records} />
      <Taken label={t("Active people")} used={now.users} most={limits?.users} />
      <Taken label={t("Storage")} used={now.bytes} most={limits?.storage_bytes} shown={formatBytes} />
      <Taken label={t("Requests today")} used={today?.requests ?? 0} most={limits?.requests_per_day} />
      <Days usage={usage} days={days} />
    </section>
  );
}

interface TakenProps {
  label: string;
  used: number;
  most: number | null | undefined;
  shown?: (value: number) => string;
}

function Taken({ label, used, most, shown = formatNumber }: TakenProps) {
  const full = most ? used / most : 0;
  return (
    <div>
      <p className="mb-1 flex justify-between gap-3 text-xs">
        <span className="font-medium text-text-2">{label}</span>
        <span className={full >= 0.9 ? "num font-medium text-amber" : "num text-text-2"}>
          {most
            ? t("{used} of {most}", { used: shown(used), most: shown(most) })
            : t("{used}, no limit", { used: shown(used) })}
        </span>
      </p>
      {most ? <progress className="meter block h-1.5 w-full" aria-label={label} value={used} max={most} /> : null}
    </div>
  );
}

const WIDE = 480;
const HIGH = 72;

/** Every day from the first to the last, those without a request too. */
export function everyDay(from: string, to: string, days: UsageDay[]): { day: string; requests: number }[] {
  const known = new Map(days.map((day) => [day.day, day.requests]));
  const all: { day: string; requests: number }[] = [];
  for (let at = Date.parse(`${from}T00:00:00Z`); at <= Date.parse(`${to}T00:00:00Z`); at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    all.push({ day, requests: known.get(day) ?? 0 });
  }
  return all;
}

function Days({ usage, days }: { usage: Usage; days: UsageDay[] }) {
  const all = everyDay(usage.from, usage.to, days);
  const most = Math.max(1, ...all.map((day) => day.requests));
  const step = WIDE / Math.max(1, all.length);
  const sum = all.reduce((total, day) => total + day.requests, 0);
  const between = { from: formatDate(usage.from), to: formatDate(usage.to) };
  return (
    <figure>
      <figcaption className="mb-1.5 flex justify-between gap-3 text-xs">
        <span className="font-medium text-text-2">{t("Requests of each day")}</span>
        <span className="num text-text-2">{t("{n} in all", { n: formatNumber(sum) })}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDE} ${HIGH}`}
        role="img"
        aria-label={t("{n} requests from {from} to {to}, at most {most} a day", {
          ...between,
          n: formatNumber(sum),
          most: formatNumber(Math.max(...all.map((day) => day.requests), 0)),
        })}
        preserveAspectRatio="none"
        className="h-18 w-full border-line border-b"
      >
        {all.map(({ day, requests }, i) => {
          const height = requests ? Math.max(2, (requests / most) * HIGH) : 0;
          return (
            <rect
              key={day}
              x={i * step + 1}
              y={HIGH - height}
              width={Math.max(1, step - 2)}
              height={height}
              rx={1}
              className="fill-accent"
            >
              <title>{`${formatDate(day)}: ${formatNumber(requests)}`}</title>
            </rect>
          );
        })}
      </svg>
      <p className="num mt-1 flex justify-between text-text-3 text-xs" aria-hidden="true">
        <span>{between.from}</span>
        <span>{between.to}</span>
      </p>
    </figure>
  );
}
