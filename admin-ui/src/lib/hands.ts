// When somebody last pressed a key. What costs much and can wait does so until hands rest: whoever types is to see each key
// at once, on machines where the page, the browser and the server share few processors too.

/** So long after the last key hands rest. */
export const REST_MS = 1000;

let last = Number.NEGATIVE_INFINITY;
let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  const pressed = () => {
    last = Date.now();
  };
  window.addEventListener("keydown", pressed, { capture: true, passive: true });
}

/** Does it once no key was pressed for a while, at once where none was; answers how to have it not done. */
export function whenHandsRest(work: () => void): () => void {
  listen();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    const left = last + REST_MS - Date.now();
    if (left > 0) timer = setTimeout(look, left);
    else work();
  };
  look();
  return () => clearTimeout(timer);
}

/** The same as a promise; what is aborted is not waited for. */
export function handsRest(signal: AbortSignal): Promise<void> {
  return new Promise((rest, gone) => {
    const stop = whenHandsRest(rest);
    signal.addEventListener("abort", () => {
      stop();
      gone(signal.reason);
    });
  });
}
