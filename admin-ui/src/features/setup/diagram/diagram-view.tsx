// The picture of the schema: boxes over lines, moved by dragging and the wheel, by keys and by buttons.
import { Link } from "@tanstack/react-router";
import { Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useRef, useState } from "react";
import { ownFields } from "@/catalog/fields";
import { objectIcon } from "@/catalog/icons";
import type { ObjectDef } from "@/catalog/types";
import { Glyph } from "@/components/bits";
import { IconButton } from "@/components/button";
import { cx } from "@/lib/cx";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { BOX, type Diagram, type Edge, pathOf } from "./diagram-layout";

interface View {
  x: number;
  y: number;
  scale: number;
}

const [NEAR, FAR] = [1.6, 0.42];
const clamp = (scale: number) => Math.min(NEAR, Math.max(FAR, scale));

export function DiagramView({ objects, diagram }: { objects: ObjectDef[]; diagram: Diagram }) {
  const frame = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 });
  const [near, setNear] = useState<string | null>(null);
  const grip = useRef<{ x: number; y: number } | null>(null);

  const showAll = useCallback(() => {
    const box = frame.current?.getBoundingClientRect();
    if (!box) return;
    const scale = clamp(Math.min((box.width - 48) / diagram.width, (box.height - 48) / diagram.height, 1));
    setView({
      scale,
      x: Math.max(24, (box.width - diagram.width * scale) / 2),
      y: Math.max(24, (box.height - diagram.height * scale) / 2),
    });
  }, [diagram]);

  useEffect(showAll, [showAll]);

  /** Nearer or farther, with the point under the pointer (or the middle) staying where it is. */
  const zoom = useCallback((by: number, at?: { x: number; y: number }) => {
    const box = frame.current?.getBoundingClientRect();
    if (!box) return;
    const [px, py] = at ? [at.x - box.left, at.y - box.top] : [box.width / 2, box.height / 2];
    setView((v) => {
      const scale = clamp(v.scale * by);
      const k = scale / v.scale;
      return { scale, x: px - (px - v.x) * k, y: py - (py - v.y) * k };
    });
  }, []);

  useEffect(() => {
    const box = frame.current;
    if (!box) return;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY / 300), { x: event.clientX, y: event.clientY });
      else setView((v) => ({ ...v, x: v.x - event.deltaX, y: v.y - event.deltaY }));
    };
    box.addEventListener("wheel", onWheel, { passive: false });
    return () => box.removeEventListener("wheel", onWheel);
  }, [zoom]);

  function onKeyDown(event: KeyboardEvent) {
    const step = 60;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [step, 0],
      ArrowRight: [-step, 0],
      ArrowUp: [0, step],
      ArrowDown: [0, -step],
    };
    const move = moves[event.key];
    if (move) setView((v) => ({ ...v, x: v.x + move[0], y: v.y + move[1] }));
    else if (event.key === "+" || event.key === "=") zoom(1.2);
    else if (event.key === "-") zoom(1 / 1.2);
    else if (event.key === "0") showAll();
    else return;
    event.preventDefault();
  }

  function onPointerMove(event: PointerEvent) {
    const from = grip.current;
    if (!from) return;
    grip.current = { x: event.clientX, y: event.clientY };
    setView((v) => ({ ...v, x: v.x + event.clientX - from.x, y: v.y + event.clientY - from.y }));
  }

  return (
    <div className="relative h-[calc(100dvh-260px)] min-h-90 overflow-hidden rounded-sheet border border-line bg-sunken">
      <div
        ref={frame}
        role="group"
        aria-label={t("Picture of the schema. Arrows move it, plus and minus zoom, 0 shows all of it.")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is moved by keys.
        tabIndex={0}
        className="absolute inset-0 cursor-grab touch-none outline-offset-[-2px] active:cursor-grabbing"
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if ((event.target as HTMLElement).closest("a")) return;
          grip.current = { x: event.clientX, y: event.clientY };
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          grip.current = null;
        }}
      >
        <div
          className="absolute origin-top-left"
          style={{
            transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
            width: diagram.width,
            height: diagram.height,
          }}
        >
          <Lines diagram={diagram} near={near} />
          {objects.map((object) => (
            <ObjectBox key={object.name} object={object} diagram={diagram} near={near} onNear={setNear} />
          ))}
        </div>
      </div>
      <div className="absolute end-2 bottom-2 flex gap-0.5 rounded-control border border-line bg-surface p-0.5 shadow-card">
        <IconButton label={t("Farther")} onClick={() => zoom(1 / 1.2)}>
          <ZoomOut size={15} />
        </IconButton>
        <IconButton label={t("Nearer")} onClick={() => zoom(1.2)}>
          <ZoomIn size={15} />
        </IconButton>
        <IconButton label={t("Show all")} onClick={showAll}>
          <Maximize size={15} />
        </IconButton>
      </div>
    </div>
  );
}

const touches = (edge: Edge, name: string | null) => name !== null && (edge.from === name || edge.to === name);

function Lines({ diagram, near }: { diagram: Diagram; near: string | null }) {
  const seen = new Map<string, number>();
  return (
    <svg aria-hidden="true" className="absolute inset-0 overflow-visible" width={diagram.width} height={diagram.height}>
      <defs>
        <marker
          id="arrow"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto-start-reverse"
        >
          <path d="M 0 0 L 8 4 L 0 8 z" fill="context-stroke" />
        </marker>
      </defs>
      {diagram.edges.map((edge) => {
        const [from, to] = [diagram.boxes.get(edge.from), diagram.boxes.get(edge.to)];
        if (!from || !to) return null;
        const pair = `${edge.from}/${edge.to}`;
        const nth = seen.get(pair) ?? 0;
        seen.set(pair, nth + 1);
        const lit = touches(edge, near);
        return (
          <path
            key={`${pair}/${edge.field}`}
            d={pathOf(from, to, nth)}
            fill="none"
            markerEnd="url(#arrow)"
            strokeWidth={lit ? 2 : 1.25}
            strokeDasharray={edge.kind === "many_to_many" ? "5 4" : undefined}
            className={cx(lit ? "stroke-accent" : near ? "stroke-line-2" : "stroke-text-3")}
          >
            <title>{edge.label}</title>
          </path>
        );
      })}
    </svg>
  );
}

interface ObjectBoxProps {
  object: ObjectDef;
  diagram: Diagram;
  near: string | null;
  onNear: (name: string | null) => void;
}

function ObjectBox({ object, diagram, near, onNear }: ObjectBoxProps) {
  const box = diagram.boxes.get(object.name);
  if (!box) return null;
  const joined = near === object.name || diagram.edges.some((e) => touches(e, near) && touches(e, object.name));
  return (
    <Link
      to="/setup/objects/$object"
      params={{ object: object.name }}
      draggable={false}
      style={{ left: box.x, top: box.y, width: BOX.width, height: BOX.height }}
      className={cx(
        "absolute flex items-center gap-2.5 rounded-control border bg-surface px-3 shadow-card transition-opacity duration-100",
        near === object.name ? "border-accent" : "border-line-2 hover:border-text-3",
        near && !joined && "opacity-40",
      )}
      onMouseEnter={() => onNear(object.name)}
      onMouseLeave={() => onNear(null)}
      onFocus={() => onNear(object.name)}
      onBlur={() => onNear(null)}
    >
      <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={28} />
      <span className="min-w-0">
        <span className="block truncate font-semibold">{object.label}</span>
        <span className="block truncate text-text-2 text-xs">
          {count(ownFields(object).length, t("field"), t("fields"))}
        </span>
      </span>
    </Link>
  );
}
