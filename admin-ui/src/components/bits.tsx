// Small marks: tags, avatars, object glyphs, skeleton bars, empty states, inline notices.
import type { LucideIcon } from "lucide-react";
import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import { tagStyle } from "@/lib/hues";
import { hash, initials } from "@/lib/text";

export function Tag({ color, children }: { color?: string | undefined; children: ReactNode }) {
  return (
    <span
      style={tagStyle(color)}
      className="tag inline-flex h-5 max-w-full items-center truncate rounded-tag px-1.5 font-medium text-xs"
    >
      <span className="truncate">{children}</span>
    </span>
  );
}

export function Dot({ color }: { color?: string | undefined }) {
  return <span aria-hidden="true" style={tagStyle(color)} className="dot inline-block size-2 shrink-0 rounded-full" />;
}

/** Initials are drawn by CSS: they are a picture of the name, not text of their own. */
export function Avatar({ name, size = 20 }: { name: string; size?: number }) {
  const style = {
    "--h": hash(name) % 360,
    width: size,
    height: size,
    fontSize: Math.round(size * 0.42),
  } as React.CSSProperties;
  return (
    <span
      aria-hidden="true"
      style={style}
      data-initials={initials(name)}
      className="tag inline-flex shrink-0 select-none items-center justify-center rounded-full font-semibold leading-none before:content-[attr(data-initials)]"
    />
  );
}

/** An object's icon on a tile of its own hue. */
export function Glyph({ icon: Icon, hue, size = 20 }: { icon: LucideIcon; hue: number; size?: number }) {
  const style = { "--h": hue, width: size, height: size } as React.CSSProperties;
  return (
    <span
      aria-hidden="true"
      style={style}
      className={cx(
        "glyph inline-flex shrink-0 items-center justify-center",
        size > 24 ? "rounded-control" : "rounded-tag",
      )}
    >
      <Icon size={Math.round(size * 0.64)} />
    </span>
  );
}

export function Skeleton({ className, style }: { className?: string; style?: React.CSSProperties }) {
  return <span aria-hidden="true" style={style} className={cx("skeleton block h-3", className)} />;
}

export function Empty({
  glyph,
  title,
  children,
  action,
}: {
  glyph?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center justify-center gap-3 px-6 py-16 text-center">
      {glyph}
      <div className="flex max-w-sm flex-col gap-1">
        <h2 className="font-semibold text-md">{title}</h2>
        {children && <p className="text-text-2">{children}</p>}
      </div>
      {action && <div className="mt-1 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** Something failed or needs attention, said where it happened. */
export function Notice({
  tone = "error",
  title,
  children,
  action,
}: {
  tone?: "error" | "warning";
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div
      role="alert"
      className={cx(
        "flex items-start gap-2 rounded-control px-3 py-2 text-sm",
        tone === "error" ? "bg-red-soft" : "bg-amber-soft",
      )}
    >
      <CircleAlert size={16} className={cx("mt-0.5", tone === "error" ? "text-red" : "text-amber")} />
      <div className="min-w-0 flex-1">
        <p className="break-words font-medium">{title}</p>
        {children && <div className="break-words text-text-2">{children}</div>}
      </div>
      {action}
    </div>
  );
}
