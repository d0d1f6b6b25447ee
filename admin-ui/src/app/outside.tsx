// The routes that stand outside of the shell: what is there before anybody is signed in.
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, lazyRouteComponent, Outlet } from "@tanstack/react-router";
import { NotFound, PageError } from "./errors";
import { readConsoleSearch } from "./search-params";
import { SignInRoute } from "./sign-in-route";

export interface Context {
  client: QueryClient;
}

export const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: PageError,
});

export const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (raw: Record<string, unknown>): { next?: string | undefined; expired?: boolean | undefined } => ({
    next: typeof raw.next === "string" && /^\/(?![/\\])/.test(raw.next) ? raw.next : undefined,
    expired: raw.expired === true ? true : undefined,
  }),
  component: SignInRoute,
});

export const forgot = createRoute({
  getParentRoute: () => root,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("@/features/sign-in/forgot-page"), "ForgotPage"),
});

export const setPassword = createRoute({
  getParentRoute: () => root,
  path: "/set-password",
  component: lazyRouteComponent(() => import("@/features/sign-in/set-password-page"), "SetPasswordPage"),
});

/** For who sells the product: no session of a workspace, a key of their own. */
export const tenants = createRoute({
  getParentRoute: () => root,
  path: "/tenants",
  validateSearch: readConsoleSearch,
  component: lazyRouteComponent(() => import("@/features/reseller/reseller-page"), "ResellerPage"),
});
