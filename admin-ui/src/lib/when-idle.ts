// Work that can wait until what one looks at has been drawn.

const LONGEST_MS = 500;

/** Does it when the page has nothing else to do, soon anyway; answers how to have it not done. */
export function whenIdle(work: () => void): () => void {
  // Safari has no idle callbacks.
  if (typeof requestIdleCallback === "undefined") {
    const timer = setTimeout(work, 0);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(work, { timeout: LONGEST_MS });
  return () => cancelIdleCallback(handle);
}
