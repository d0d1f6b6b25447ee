// Parts of a page as links, so that each has an address. The line under them scrolls sideways on a phone.
import { type ReactNode, useEffect, useRef } from "react";
import { cx } from "@/lib/cx";

export interface LinkTab {
  id: string;
  label: string;
  count?: number | undefined;
}

interface LinkTabsProps {
  label: string;
  tabs: LinkTab[];
  current: string;
  /** What stands around them has a line already. */
  bare?: boolean;
  link: (
    tab: LinkTab,
    props: { className: string; "aria-current": "page" | undefined; children: ReactNode },
  ) => ReactNode;
}

export function LinkTabs({ label, tabs, current, bare, link }: LinkTabsProps) {
  const nav = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another part may stand past the edge.
  useEffect(() => {
    nav.current?.querySelector("[aria-current=page]")?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  }, [current]);
  return (
    <nav
      ref={nav}
      aria-label={label}
      className={cx(
        "flex h-9 gap-1 overflow-x-auto [scrollbar-width:none]",
        bare ? "pb-px" : "mb-5 border-line border-b",
      )}
    >
      {tabs.map((tab) => {
        const here = tab.id === current;
        return link(tab, {
          "aria-current": here ? "page" : undefined,
          className: cx(
            "-mb-px flex shrink-0 items-center gap-1.5 border-b-2 px-2 font-medium outline-offset-[-2px]",
            here ? "border-accent text-text" : "border-transparent text-text-2 hover:text-text",
          ),
          children: (
            <>
              {tab.label}
              {tab.count !== undefined && <span className="num font-normal text-text-3 text-xs">{tab.count}</span>}
            </>
          ),
        });
      })}
    </nav>
  );
}
