// Pages for what went wrong: nothing at this address, or a fault in the page itself.
import type { ErrorComponentProps } from "@tanstack/react-router";
import { Link } from "@tanstack/react-router";
import { Empty } from "@/components/bits";
import { Button } from "@/components/button";
import { t } from "@/lib/i18n";
import { recall, remember } from "@/lib/storage";

export function NotFound() {
  return (
    <div className="flex h-full flex-1 items-center justify-center">
      <Empty
        title={t("Nothing is here")}
        action={
          <Link to="/" className="font-medium text-accent-text underline-offset-2 hover:underline">
            {t("Go to the start")}
          </Link>
        }
      >
        {t("The address is wrong, or what it showed is gone.")}
      </Empty>
    </div>
  );
}

/** After a new version was installed, old chunks are gone: loading the page again, once, brings the new ones. */
function isOldVersion(error: unknown): boolean {
  return /dynamically imported module|module script|Failed to fetch/i.test(String(error));
}

export function PageError({ error }: ErrorComponentProps) {
  if (isOldVersion(error)) {
    const last = Number(recall("reloaded") ?? 0);
    if (Date.now() - last > 60_000) {
      remember("reloaded", String(Date.now()));
      location.reload();
      return null;
    }
  }
  return (
    <div className="flex h-full flex-1 items-center justify-center">
      <Empty
        title={t("This page failed")}
        action={
          <Button look="outline" onClick={() => location.reload()}>
            {t("Load again")}
          </Button>
        }
      >
        {String(error instanceof Error ? error.message : error)}
      </Empty>
    </div>
  );
}
