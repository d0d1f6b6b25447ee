// A state in the picture of a process: a press chooses it, a pull moves it, and a way is pulled from the ring at its side.
import { ArrowLeft, ArrowRight, Plus, Spline } from "lucide-react";
import type { KeyboardEvent, PointerEvent } from "react";
import { Tag } from "@/components/bits";
import { MenuButton, type MenuItem } from "@/components/menu";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { BOX } from "./process-picture";

export interface Neighbour {
  value: string;
  label: string;
}

interface ProcessStateProps {
  label: string;
  color: string | undefined;
  /** "begins", "ends". */
  mark: string;
  x: number;
  y: number;
  chosen: boolean;
  /** A way is held over it. */
  target: boolean;
  held: boolean;
  others: Neighbour[];
  first: boolean;
  last: boolean;
  onChoose: () => void;
  onConnect: (to: string) => void;
  onStep: (by: -1 | 1) => void;
  onGrip: (event: PointerEvent) => void;
  onPull: (event: PointerEvent) => void;
}

export function ProcessState(props: ProcessStateProps) {
  const { label, mark, chosen, target, held, others, onConnect, onStep } = props;
  const items = (): MenuItem[] => [
    ...others.map((other) => ({
      label: t("Connect to {state}", { state: other.label }),
      icon: <Spline size={14} />,
      onSelect: () => onConnect(other.value),
    })),
    {
      ...{ label: t("Move to the left"), icon: <ArrowLeft size={14} /> },
      ...{ separate: true, disabled: props.first, onSelect: () => onStep(-1) },
    },
    {
      ...{ label: t("Move to the right"), icon: <ArrowRight size={14} /> },
      ...{ disabled: props.last, onSelect: () => onStep(1) },
    },
  ];

  function onKeyDown(event: KeyboardEvent) {
    if (!event.altKey || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
    event.preventDefault();
    onStep(event.key === "ArrowLeft" ? -1 : 1);
  }

  return (
    <div
      className={cx("group absolute select-none", held && "z-10 opacity-80")}
      style={{ left: props.x, top: props.y, width: BOX.width, height: BOX.height }}
    >
      <button
        type="button"
        aria-pressed={chosen}
        aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight"
        className={cx(
          "flex size-full cursor-grab flex-col items-center justify-center rounded-control border bg-surface px-2 shadow-card active:cursor-grabbing",
          chosen || target ? "border-accent ring-2 ring-accent-soft" : "border-line-2 hover:border-text-3",
        )}
        onClick={props.onChoose}
        onKeyDown={onKeyDown}
        onPointerDown={props.onGrip}
      >
        <Tag color={props.color}>{label}</Tag>
        {mark && <span className="text-2xs text-text-2">{mark}</span>}
      </button>
      <MenuButton label={t("Connect {state}", { state: label })} items={items}>
        {(menu) => (
          <button
            type="button"
            {...menu}
            aria-label={t("Connect {state} to…", { state: label })}
            title={t("Pull to another state, or press")}
            className={cx(
              "absolute inset-y-0 -end-3 my-auto inline-flex size-6 cursor-crosshair touch-none items-center justify-center rounded-full border border-line-2 bg-surface text-text-2 shadow-card hover:border-accent hover:text-accent-text focus-visible:opacity-100 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100",
              !chosen && "opacity-0",
            )}
            onPointerDown={props.onPull}
          >
            <Plus size={13} aria-hidden="true" />
          </button>
        )}
      </MenuButton>
    </div>
  );
}
