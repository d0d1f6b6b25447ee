// The process as a picture: states in a row, ways forward as arcs above, ways back below. What is chosen is lit.
import type { Option } from "@/catalog/types";
import { Tag } from "@/components/bits";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { arcsOf, type Process } from "./process-draft";

export type Chosen = { kind: "state"; value: string } | { kind: "transition"; at: number } | null;

interface ProcessDiagramProps {
  draft: Process;
  options: Option[];
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
}

const BOX = { width: 128, height: 40, gap: 44 };
const LIFT = 26;

export function ProcessDiagram({ draft, options, chosen, onChoose }: ProcessDiagramProps) {
  const place = new Map(draft.states.map((s, i) => [s.value, i]));
  const arcs = arcsOf(draft).map((arc) => {
    const [a, b] = [place.get(arc.from) ?? 0, place.get(arc.to) ?? 0];
    return { ...arc, a, b, span: Math.abs(b - a) };
  });
  const high = Math.max(1, ...arcs.filter((x) => x.b > x.a).map((x) => x.span));
  const low = Math.max(0, ...arcs.filter((x) => x.b <= x.a).map((x) => Math.max(1, x.span)));
  const top = 14 + high * LIFT;
  const width = draft.states.length * (BOX.width + BOX.gap) - BOX.gap + 16;
  const height = top + BOX.height + low * LIFT + 18;
  const x = (i: number) => 8 + i * (BOX.width + BOX.gap);
  return (
    <div
      role="group"
      aria-label={t("Picture of the process")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard.
      tabIndex={0}
      className="overflow-x-auto rounded-sheet border border-line bg-sunken p-3"
    >
      <div className="relative" style={{ width, height }}>
        <svg aria-hidden="true" width={width} height={height} className="absolute inset-0">
          <defs>
            <marker id="way" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M 0 0 L 8 4 L 0 8 z" fill="context-stroke" />
            </marker>
          </defs>
          {arcs.map((arc) => {
            const lit =
              (chosen?.kind === "transition" && chosen.at === arc.transition) ||
              (chosen?.kind === "state" && (arc.from === chosen.value || arc.to === chosen.value));
            const forward = arc.b > arc.a;
            const [x1, x2] = [
              x(arc.a) + BOX.width * (forward ? 0.72 : 0.28),
              x(arc.b) + BOX.width * (forward ? 0.28 : 0.72),
            ];
            const y = forward ? top : top + BOX.height;
            const bend = (forward ? -1 : 1) * Math.max(1, arc.span) * LIFT * 1.3;
            return (
              <path
                key={`${arc.transition}/${arc.from}`}
                d={`M ${x1} ${y} C ${x1} ${y + bend}, ${x2} ${y + bend}, ${x2} ${y}`}
                fill="none"
                markerEnd="url(#way)"
                strokeWidth={lit ? 2 : 1.25}
                className={lit ? "stroke-accent" : chosen ? "stroke-line-2" : "stroke-text-3"}
              />
            );
          })}
        </svg>
        {draft.states.map((state, i) => {
          const option = options.find((o) => o.value === state.value);
          const lit = chosen?.kind === "state" && chosen.value === state.value;
          const mark = draft.initial?.includes(state.value)
            ? t("begins")
            : draft.final?.includes(state.value)
              ? t("ends")
              : "";
          return (
            <button
              key={state.value}
              type="button"
              aria-pressed={lit}
              style={{ left: x(i), top, width: BOX.width, height: BOX.height }}
              className={cx(
                "absolute flex flex-col items-center justify-center rounded-control border bg-surface px-2 shadow-card",
                lit ? "border-accent ring-2 ring-accent-soft" : "border-line-2 hover:border-text-3",
              )}
              onClick={() => onChoose(lit ? null : { kind: "state", value: state.value })}
            >
              <Tag color={option?.color}>{option?.label ?? state.value}</Tag>
              {mark && <span className="text-2xs text-text-3">{mark}</span>}
            </button>
          );
        })}
      </div>
    </div>
  );
}
