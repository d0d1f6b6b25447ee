// The door to the last look before a change of metadata. Most who open a page of setup change nothing there, so what the
// look is made of comes after the page has been drawn.
import { lazy, Suspense } from "react";
import { whenIdle } from "@/lib/when-idle";
import type { ReviewProps } from "./review";

const load = () => import("./review");
const Review = lazy(() => load().then((m) => ({ default: m.Review })));

// Whoever has drafted something must not lose it because a new version of Trellis has other files by then, or nobody answers.
if (import.meta.env.PROD) whenIdle(() => void load().catch(() => undefined));

export function ReviewDialog(props: ReviewProps) {
  return (
    <Suspense fallback={null}>
      <Review {...props} />
    </Suspense>
  );
}
