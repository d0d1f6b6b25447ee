// Who would leave a page with something that is not saved is asked first.
import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

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
    return history.block({
      blockerFn: () => latest.current() && ask(),
      enableBeforeUnload: () => latest.current(),
    });
  }, [history]);
  return answer;
}
