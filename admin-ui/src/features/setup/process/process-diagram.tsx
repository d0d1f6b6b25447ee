// The process as a picture that one works on: states in a row, ways forward above, ways back below. A way is chosen by its
// label or line, made by pulling from one state to another, and states change places; each of it by keys and menus too.
import { useState } from "react";
import type { Option } from "@/catalog/types";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { humanize, inSentence } from "@/lib/text";
import { addTransition, moveState, type Process } from "./process-draft";
import { BOX, labelPlace, leftOf, lineOf, pathsOf, pictureOf, placeAt, type Strand, stateAt } from "./process-picture";
import { ProcessState } from "./process-state";
import { type Pull, usePull } from "./use-pull";

export type Chosen = { kind: "state"; value: string } | { kind: "transition"; at: number } | null;

interface ProcessDiagramProps {
  draft: Process;
  options: Option[];
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
  onChange: (next: Process) => void;
}

export function ProcessDiagram({ draft, options, chosen, onChoose, onChange }: ProcessDiagramProps) {
  const [said, setSaid] = useState("");
  const picture = pictureOf(draft);
  const { strands, top, width, height } = picture;
  const { states } = draft;
  const labelOf = (value: string) => options.find((o) => o.value === value)?.label ?? humanize(value);
  const { surface, pull, begin, stop, handlers } = usePull(letGo);

  function connect(from: string, to: string) {
    const [a, b] = [labelOf(from), labelOf(to)];
    onChange(addTransition(draft, from, to, t("To {to}", { to: inSentence(b) })));
    onChoose({ kind: "transition", at: draft.transitions.length });
    setSaid(t("A way goes from {from} to {to}", { from: a, to: b }));
  }

  function move(from: number, to: number) {
    const value = states[from]?.value;
    if (!value || to === from || to < 0 || to >= states.length) return;
    onChange(moveState(draft, value, to));
    setSaid(t("{label} moved to place {n}", { label: labelOf(value), n: to + 1 }));
  }

  function letGo(done: Pull) {
    if (done.kind === "move") return move(done.state, placeOf(done));
    const [from, to] = [states[done.state], states[stateAt(states.length, top, done.now) ?? done.state]];
    if (from && to && from !== to) connect(from.value, to.value);
  }

  const placeOf = ({ state, start, now }: Pull) => placeAt(states.length, leftOf(state) + now.x - start.x);
  const moving = pull?.kind === "move" ? pull : null;
  const over = pull?.kind === "connect" ? stateAt(states.length, top, pull.now) : undefined;
  const isLit = (strand: Strand) =>
    chosen?.kind === "transition"
      ? chosen.at === strand.transition
      : chosen?.kind === "state" && [...strand.from, strand.to].some((p) => states[p.state]?.value === chosen.value);
  const choose = (at: number) =>
    onChoose(chosen?.kind === "transition" && chosen.at === at ? null : { kind: "transition", at });

  return (
    <div>
      <div
        role="group"
        aria-label={t("Picture of the process")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard.
        tabIndex={0}
        className="overflow-x-auto rounded-sheet border border-line bg-sunken p-3"
        onKeyDown={(event) => event.key === "Escape" && stop()}
      >
        <p role="status" className="sr-only">
          {said}
        </p>
        <div ref={surface} dir="ltr" className="relative" style={{ width, height }} {...handlers}>
          <svg aria-hidden="true" width={width} height={height} className="absolute inset-0">
            <defs>
              <marker
                id="way"
                viewBox="0 0 8 8"
                refX="6"
                refY="4"
                markerWidth="9"
                markerHeight="9"
                markerUnits="userSpaceOnUse"
                orient="auto"
              >
                <path d="M 0 0 L 8 4 L 0 8 z" fill="context-stroke" />
              </marker>
            </defs>
            {strands.map((strand) => (
              <Line
                key={`${strand.transition} ${strand.side}`}
                paths={pathsOf(strand, top)}
                look={isLit(strand) ? "stroke-accent" : chosen ? "stroke-line-2" : "stroke-text-3"}
                thick={isLit(strand)}
                onPress={() => choose(strand.transition)}
              />
            ))}
            {pull?.kind === "connect" && (
              <path
                d={`M ${leftOf(pull.state) + BOX.width} ${top + BOX.height / 2} L ${pull.now.x} ${pull.now.y}`}
                fill="none"
                markerEnd="url(#way)"
                strokeWidth={2}
                strokeDasharray="5 4"
                className="stroke-accent"
              />
            )}
            {moving && (
              <rect
                x={leftOf(placeOf(moving))}
                y={top}
                width={BOX.width}
                height={BOX.height}
                rx={6}
                strokeDasharray="5 4"
                className="fill-accent-soft stroke-accent"
              />
            )}
          </svg>
          {states.map((state, i) => (
            <ProcessState
              key={state.value}
              label={labelOf(state.value)}
              color={options.find((o) => o.value === state.value)?.color}
              mark={markOf(draft, state.value)}
              x={moving?.state === i ? leftOf(i) + moving.now.x - moving.start.x : leftOf(i)}
              y={top}
              chosen={chosen?.kind === "state" && chosen.value === state.value}
              target={over === i && over !== pull?.state}
              held={moving?.state === i}
              others={states.filter((one) => one !== state).map(({ value }) => ({ value, label: labelOf(value) }))}
              first={i === 0}
              last={i === states.length - 1}
              onChoose={() =>
                onChoose(
                  chosen?.kind === "state" && chosen.value === state.value
                    ? null
                    : { kind: "state", value: state.value },
                )
              }
              onConnect={(to) => connect(state.value, to)}
              onStep={(by) => move(i, i + by)}
              onGrip={begin("move", i)}
              onPull={begin("connect", i)}
            />
          ))}
          {strands.map((strand) => {
            const way = draft.transitions[strand.transition];
            const { x, width: room } = labelPlace(strand);
            const lit = chosen?.kind === "transition" && chosen.at === strand.transition;
            const from = strand.from.map(({ state }) => labelOf(states[state]?.value ?? "")).join(", ");
            if (!way) return null;
            const label = way.label || humanize(way.name);
            return (
              <button
                key={`${strand.transition} ${strand.side}`}
                type="button"
                aria-pressed={lit}
                aria-label={t("{way}: from {from} to {to}", { way: label, from, to: labelOf(way.to) })}
                title={label}
                style={{ left: x, top: lineOf(strand, top) - 12, maxWidth: room }}
                className={cx(
                  "absolute h-6 -translate-x-1/2 truncate rounded-tag border px-1.5 text-xs",
                  lit
                    ? "z-10 border-accent bg-accent-soft font-medium text-text"
                    : "border-line bg-surface text-text-2 hover:border-text-3 hover:text-text",
                )}
                onClick={() => choose(strand.transition)}
              >
                {label}
              </button>
            );
          })}
        </div>
      </div>
      <p className="mt-1.5 text-text-2 text-xs">
        {t(
          "Pull the ring at the side of a state to another state to make a way. Pull a state, or press Alt and an arrow, to move it in the picture.",
        )}
      </p>
    </div>
  );
}

function markOf({ initial, final }: Process, value: string): string {
  return initial?.includes(value) ? t("begins") : final?.includes(value) ? t("ends") : "";
}

interface LineProps {
  paths: string[];
  look: string;
  thick: boolean;
  onPress: () => void;
}

/** A way drawn: wide for the pointer, thin for the eye. */
function Line({ paths, look, thick, onPress }: LineProps) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the label on the line is the keyboard's.
    <g className="cursor-pointer" onClick={onPress}>
      {paths.map((d) => (
        <g key={d} fill="none">
          <path d={d} strokeWidth={12} className="stroke-transparent" />
          <path d={d} strokeWidth={thick ? 2 : 1.25} markerEnd="url(#way)" className={look} />
        </g>
      ))}
    </g>
  );
}
