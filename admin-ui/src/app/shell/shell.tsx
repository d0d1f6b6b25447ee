// The frame around every page: navigation, the sheet, and what opens over it.
import { useQuery } from "@tanstack/react-query";
import { Outlet, useRouter } from "@tanstack/react-router";
import { useCallback, useDeferredValue, useEffect } from "react";
import { wearBranding } from "@/api/branding";
import { sessionExpired } from "@/api/client";
import { NotLoaded } from "@/api/loaded";
import { Problem } from "@/api/problem";
import { signOut } from "@/api/session";
import { CatalogContext } from "@/catalog/catalog";
import { moreIcons } from "@/catalog/icons";
import { catalogQuery } from "@/catalog/load";
import { late } from "@/components/late";
import { Toasts } from "@/components/toast";
import { neededIntent } from "@/fields/save";
import { useCell } from "@/lib/cell";
import { t } from "@/lib/i18n";
import { commandMenuOpen, createIntent, helpOpen } from "@/lib/intents";
import { leaveFor } from "@/lib/leaving";
import { usePhone } from "@/lib/use-media";
import { BottomBar } from "./bottom-bar";
import { ConnectionStrip } from "./connection-strip";
import { ShellSkeleton } from "./shell-skeleton";
import { Sidebar } from "./sidebar";
import { useGlobalShortcuts } from "./use-global-shortcuts";

const MustEnrol = late(() => import("@/features/security/mine/must-enrol"), "MustEnrol", "page", "p-6");
const SupportStrip = late(() => import("./support-strip"), "SupportStrip", "line", "px-4");
const CommandMenu = late(() => import("@/features/command-menu/command-menu"), "CommandMenu", "over");
const CreateDrawer = late(() => import("@/features/create/create-drawer"), "CreateDrawer", "over");
const NeededDialog = late(() => import("@/features/create/needed-dialog"), "NeededDialog", "over");
const HelpSheet = late(() => import("@/features/help/help-sheet"), "HelpSheet", "over");

export function Shell() {
  const router = useRouter();
  const catalog = useQuery(catalogQuery);
  const expired = useCell(sessionExpired);
  useCell(moreIcons);
  const phone = usePhone();

  const known = Boolean(catalog.data);
  // The first drawing of a page is done in pieces, between which the browser answers to keys.
  const drawn = useDeferredValue(known, false);
  useEffect(() => {
    const { href, pathname } = router.state.location;
    if (!expired || pathname === "/sign-in") return;
    router.navigate({ to: "/sign-in", search: { next: href, expired: known || undefined }, replace: true });
  }, [expired, router, known]);

  // What the workspace looks like is known from last time, and asked for when there is time.
  const slug = drawn ? catalog.data?.me.tenant.slug : undefined;
  useEffect(() => {
    if (slug) void wearBranding(slug, true);
  }, [slug]);

  const leave = useCallback(() => {
    leaveFor(async () => {
      const away = await signOut().catch(() => undefined);
      // A page of its own: what this one holds, and answers still on their way, end with it.
      window.location.assign(away ?? "/sign-in");
    });
  }, []);

  if (!catalog.data || !drawn) {
    if (catalog.error instanceof Problem && catalog.error.code === "totp-setup-required")
      return <MustEnrol onDone={() => catalog.refetch()} onSignOut={leave} />;
    const refused = catalog.error instanceof Problem && catalog.error.status === 401;
    if (catalog.isError && !refused) {
      return (
        <main className="flex h-full items-center justify-center p-6">
          <div className="w-full max-w-md">
            <NotLoaded
              title={t("Trellis could not be loaded.")}
              error={catalog.error}
              again={() => catalog.refetch()}
            />
          </div>
        </main>
      );
    }
    return <ShellSkeleton />;
  }

  return (
    <CatalogContext.Provider value={catalog.data}>
      <div className="flex h-full flex-col">
        <a
          href="#content"
          className="sr-only rounded-control bg-surface px-3 py-2 shadow-pop focus:not-sr-only focus:absolute focus:z-50 focus:m-2"
        >
          {t("Skip to content")}
        </a>
        <ConnectionStrip />
        {catalog.data.me.support && <SupportStrip onLeave={leave} />}
        <div className="flex min-h-0 flex-1">
          {!phone && <Sidebar onSignOut={leave} />}
          <main
            id="content"
            tabIndex={-1}
            className="flex min-w-0 flex-1 overflow-hidden bg-surface outline-none phone:my-2 phone:me-2 phone:rounded-sheet phone:border phone:border-line phone:shadow-card"
          >
            <Outlet />
          </main>
        </div>
        {phone && <BottomBar onSignOut={leave} />}
      </div>
      <Overlays />
      <Toasts />
    </CatalogContext.Provider>
  );
}

/** Dialogs of the shell; each is loaded when it first opens. */
function Overlays() {
  const create = useCell(createIntent);
  const commands = useCell(commandMenuOpen);
  const help = useCell(helpOpen);
  const needed = useCell(neededIntent);
  useGlobalShortcuts();
  return (
    <>
      {commands && <CommandMenu onClose={() => commandMenuOpen.set(false)} />}
      {create && <CreateDrawer key={create.object} intent={create} onClose={() => createIntent.set(null)} />}
      {needed && <NeededDialog key={needed.id} needed={needed} onClose={() => neededIntent.set(null)} />}
      {help && <HelpSheet onClose={() => helpOpen.set(false)} />}
    </>
  );
}
