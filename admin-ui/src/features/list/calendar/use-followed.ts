// The entry that is moved by keys: in another day it is drawn anew, and keeps the focus there.
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { ListRequest } from "@/api/records";

export function useFollowed(root: RefObject<HTMLElement | null>, request: ListRequest) {
  const [held, setHeld] = useState<string>();
  const followed = useRef<string>(undefined);
  const asked = JSON.stringify([request.filter, request.where]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: other conditions may leave it out.
  useEffect(() => setHeld(undefined), [asked]);

  // A focus that went nowhere went away with what was drawn before; whoever put it elsewhere has it there.
  useEffect(() => {
    const lost = document.activeElement === document.body;
    if (!followed.current) return;
    if (lost) root.current?.querySelector<HTMLElement>(`[data-card="${followed.current}"] a`)?.focus();
    else if (!root.current?.contains(document.activeElement)) followed.current = undefined;
  });

  useEffect(() => {
    const leave = () => {
      followed.current = undefined;
    };
    window.addEventListener("pointerdown", leave, { capture: true });
    return () => window.removeEventListener("pointerdown", leave, { capture: true });
  }, []);

  const follow = useCallback((id: string) => {
    followed.current = id;
    setHeld(id);
  }, []);
  return { held, follow };
}
