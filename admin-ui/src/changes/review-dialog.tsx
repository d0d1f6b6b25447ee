// The door to the last look before a change of metadata. Most who open a page of setup change nothing there, so what the
// look is made of comes when it first opens.
import { lazy, Suspense } from "react";
import type { ReviewProps } from "./review";

const Review = lazy(() => import("./review").then((m) => ({ default: m.Review })));

export function ReviewDialog(props: ReviewProps) {
  return (
    <Suspense fallback={null}>
      <Review {...props} />
    </Suspense>
  );
}
