// Asks before one leaves a page whose changes are not published: by a link, by the browser's way back, by closing it, or by
// signing out.
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { t } from "@/lib/i18n";
import { askBeforeLeaving } from "@/lib/leaving";
import { Button } from "./button";
import { Dialog } from "./dialog";

export function Unsaved({ changed }: { changed: boolean }) {
  const [signOut, setSignOut] = useState<() => void>();
  /** Whoever gave the changes up for signing out is not asked by the browser again. */
  const given = useRef(false);
  useEffect(() => (changed ? askBeforeLeaving((go) => setSignOut(() => go)) : undefined), [changed]);
  const leaving = useBlocker({
    // Another part of the same page keeps what was changed; whoever has to sign in again has lost it already.
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && next.pathname !== "/sign-in",
    enableBeforeUnload: () => !given.current,
    disabled: !changed,
    withResolver: true,
  });
  if (leaving.status !== "blocked" && !signOut) return null;
  const stay = () => {
    setSignOut(undefined);
    leaving.reset?.();
  };
  const leave = () => {
    given.current = true;
    setSignOut(undefined);
    if (signOut) signOut();
    else leaving.proceed?.();
  };
  return (
    <Dialog
      title={t("Leave without publishing?")}
      width="420px"
      onClose={stay}
      footer={
        <>
          <Button size="md" data-autofocus onClick={stay}>
            {t("Stay here")}
          </Button>
          <Button look="danger" size="md" onClick={leave}>
            {t("Leave without publishing")}
          </Button>
        </>
      }
    >
      <p className="text-text-2">{t("What you changed on this page is not published yet. It would be lost.")}</p>
    </Dialog>
  );
}
