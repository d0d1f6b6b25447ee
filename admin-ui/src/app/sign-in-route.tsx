// Sign-in at its address; afterwards one is where one wanted to be.
import { useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { SignInPage } from "@/features/sign-in/sign-in-page";

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
    const { catalogQuery } = await import("@/catalog/load");
    await client.resetQueries({ queryKey: catalogQuery.queryKey });
    client.prefetchQuery(catalogQuery);
    router.history.push(next ?? "/");
  }

  return <SignInPage expired={Boolean(expired)} onSignedIn={go} />;
}
