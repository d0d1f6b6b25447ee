// A veil over the page while something is dragged across it: it gives the cursor and takes the hovering. To say so in the
// styles of the page instead would have each of its elements looked at anew, which takes longer than a frame.

/** Spreads it; what comes back takes it away. */
export function spreadVeil(): () => void {
  const veil = document.createElement("div");
  veil.className = "drag-veil";
  document.body.append(veil);
  getSelection()?.removeAllRanges();
  return () => veil.remove();
}
