// Who would leave a page with something that is not saved is asked first.
import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

const asked = new Set<() => boolean | Promise<boolean>>();

/** Whether what is open may be closed although that is no way to another page. */
export async function mayClose(): Promise<boolean> {
  for (const stays of asked) if (await stays()) return false;
  return true;
}

/** The answer to give while one is asked: whether to stay. */
export function useLeaving(isUnsaved: () => boolean): ((stay: boolean) => void) | undefined {
  const { history } = useRouter();
  const [answer, setAnswer] = useState<(stay: boolean) => void>();
  const latest = useRef(isUnsaved);
  latest.current = isUnsaved;
  useEffect(() => {
    const ask = () =>
      new Promise<boolean>((resolve) => {
        setAnswer(() => (stay: boolean) => {
          setAnswer(undefined);
          resolve(stay);
        });
      });
    const stays = () => latest.current() && ask();
    const free = history.block({ blockerFn: stays, enableBeforeUnload: () => latest.current() });
    asked.add(stays);
    return () => {
      asked.delete(stays);
      free();
    };
  }, [history]);
  return answer;
}
