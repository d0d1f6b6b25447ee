// Whether a column of a board is in sight, or so near that it soon will be. What was near stays drawn.
import { type RefObject, useEffect, useState } from "react";

const COLUMN_PX = 272;
/** As far beyond the edges as half of what one sees. */
const MARGIN = "0px 50%";

export function useNear(column: RefObject<HTMLElement | null>, index: number): boolean {
  const [near, setNear] = useState(index * COLUMN_PX < window.innerWidth);
  useEffect(() => {
    const el = column.current;
    if (near || !el) return;
    const watch = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setNear(true);
      },
      { root: el.parentElement, rootMargin: MARGIN },
    );
    watch.observe(el);
    return () => watch.disconnect();
  }, [near, column]);
  return near;
}
