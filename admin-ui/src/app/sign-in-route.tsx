// Sign-in at its address; afterwards one is where one wanted to be.
import { useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { SignInPage } from "@/features/sign-in/sign-in-page";

/** Pages of this server that are none of the router's. */
const BESIDE = /^\/(docs|graphql)(?![^/?#])/;

export function SignInRoute() {
  const { next, expired } = useSearch({ from: "/sign-in" });
  const router = useRouter();
  const client = useQueryClient();

  // While somebody types, what comes after is fetched.
  useEffect(() => {
    void import("./shell/shell");
    void import("./list-route");
  }, []);

  async function go() {
    // Whoever was here before may have been somebody else: nothing of what the page holds may outlive them.
    if (expired || BESIDE.test(next ?? "")) return window.location.assign(here(next));
    const { catalogQuery } = await import("@/catalog/load");
    await client.resetQueries({ queryKey: catalogQuery.queryKey });
    client.prefetchQuery(catalogQuery);
    router.history.push(next ?? "/");
  }

  return <SignInPage expired={Boolean(expired)} onSignedIn={go} />;
}

/** The address within this place; another place's is the first page. */
function here(next: string | undefined): string {
  const url = new URL(next ?? "/", window.location.origin);
  return url.origin === window.location.origin ? url.href : "/";
}
