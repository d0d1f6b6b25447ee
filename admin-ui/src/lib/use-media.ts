// Follows a media query; used where CSS alone cannot decide, such as row heights of the grid.
import { useSyncExternalStore } from "react";

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => matchMedia(query).matches,
  );
}

export const usePhone = (): boolean => useMedia("(max-width: 719px)");

export type Device = "phone" | "tablet" | "desktop";

/** What the page is on: a narrow window is a phone's, a wider one under a finger a tablet's. */
export function useDevice(): Device {
  const finger = useMedia("(pointer: coarse)");
  if (usePhone()) return "phone";
  return finger ? "tablet" : "desktop";
}
