// The frame of pages that are about one thing: title, one action, content. And the look of their tables.
import { type ReactNode, useEffect } from "react";
import { cx } from "@/lib/cx";

interface PageFrameProps {
  title: ReactNode;
  above?: ReactNode;
  about?: ReactNode;
  action?: ReactNode;
  /** Tabs or filters under the title, as wide as the page. */
  below?: ReactNode;
  /** Lets the content take the whole width. */
  wide?: boolean;
  children: ReactNode;
}

export function PageFrame({ title, above, about, action, below, wide, children }: PageFrameProps) {
  return (
    <section className="min-w-0 flex-1 overflow-y-auto">
      <div className={cx("mx-auto px-4 pt-5 pb-16 phone:px-8 phone:pt-7", !wide && "max-w-5xl")}>
        {above}
        <header className={cx("flex flex-wrap items-start gap-x-4 gap-y-3", below ? "mb-3" : "mb-5")}>
          <div className="min-w-0 basis-full phone:flex-1 phone:basis-0">
            <h1 className="font-semibold text-lg tracking-tight">{title}</h1>
            {about && <div className="mt-0.5 max-w-[70ch] text-text-2">{about}</div>}
          </div>
          {action && <div className="flex shrink-0 flex-wrap gap-2">{action}</div>}
        </header>
        {below}
        {children}
      </div>
    </section>
  );
}

/** Names the window after the page. */
export function useTitle(...parts: string[]): void {
  const title = parts.join(" · ");
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** The line above a page's title to the one above. */
export const backLink =
  "-ms-1.5 mb-3 inline-flex h-7 items-center gap-1.5 rounded-control px-1.5 font-medium text-text-2 text-xs hover:bg-hover hover:text-text";

/** A link that looks like an outline button. */
export const outlineLink =
  "inline-flex h-8 items-center gap-1.5 rounded-control border border-line-2 bg-surface px-3 font-medium hover:bg-hover";

const head = "h-8 border-line border-b pe-3 font-medium text-text-2 text-xs";
export const tableHead = `${head} text-start`;
/** Over numbers. */
export const tableHeadEnd = `${head} text-end`;
export const tableCell = "h-10 border-line border-b py-1.5 pe-3 align-middle";
