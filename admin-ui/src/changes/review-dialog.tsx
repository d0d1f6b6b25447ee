// The door to the last look before a change of metadata. Most who open a page of setup change nothing there, so what the
// look is made of comes after the page has been drawn.
import { late } from "@/components/late";
import { whenIdle } from "@/lib/when-idle";

const load = () => import("./review");
export const ReviewDialog = late(load, "Review", "over");

// Whoever has drafted something must not lose it because a new version of Trellis has other files by then, or nobody answers.
if (import.meta.env.PROD) whenIdle(() => void load().catch(() => undefined));
