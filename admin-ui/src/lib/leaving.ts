// Who signs out of a page whose changes are not published is asked by that page first, while there is still a session.

type Ask = (go: () => void) => void;
let asks: Ask | undefined;

/** The page asks from now on; answers how to stop that. */
export function askBeforeLeaving(ask: Ask): () => void {
  asks = ask;
  return () => {
    if (asks === ask) asks = undefined;
  };
}

export function leaveFor(go: () => void): void {
  if (asks) asks(go);
  else go();
}
