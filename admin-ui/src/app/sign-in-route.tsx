// Sign-in at its address; afterwards one is where one wanted to be.
import { useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { catalogQuery } from "@/catalog/load";
import { SignInPage } from "@/features/sign-in/sign-in-page";

export function SignInRoute() {
  const { next, expired } = useSearch({ from: "/sign-in" });
  const router = useRouter();
  const client = useQueryClient();

  async function go() {
    await client.resetQueries({ queryKey: catalogQuery.queryKey });
    client.prefetchQuery(catalogQuery);
    router.history.push(next ?? "/");
  }

  return <SignInPage expired={Boolean(expired)} onSignedIn={go} />;
}
