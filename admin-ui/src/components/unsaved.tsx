// Asks before one leaves a page whose changes are not published: by a link, by the browser's way back, or by closing it.
import { useBlocker } from "@tanstack/react-router";
import { t } from "@/lib/i18n";
import { Button } from "./button";
import { Dialog } from "./dialog";

export function Unsaved({ changed }: { changed: boolean }) {
  const leaving = useBlocker({
    // Another part of the same page keeps what was changed; whoever has to sign in again has lost it already.
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && next.pathname !== "/sign-in",
    enableBeforeUnload: changed,
    disabled: !changed,
    withResolver: true,
  });
  if (leaving.status !== "blocked") return null;
  return (
    <Dialog
      title={t("Leave without publishing?")}
      width="420px"
      onClose={leaving.reset}
      footer={
        <>
          <Button size="md" data-autofocus onClick={leaving.reset}>
            {t("Stay here")}
          </Button>
          <Button look="danger" size="md" onClick={leaving.proceed}>
            {t("Leave without publishing")}
          </Button>
        </>
      }
    >
      <p className="text-text-2">{t("What you changed on this page is not published yet. It would be lost.")}</p>
    </Dialog>
  );
}
