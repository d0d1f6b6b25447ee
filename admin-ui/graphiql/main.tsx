// GraphiQL at /graphql, as whoever is signed in. A page of its own: nothing of the admin UI loads it.
import "graphiql/style.css";
import "./page.css";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";
import { keepMended } from "./mends";

const SAMPLE = `# Write a query on the left and run it with Ctrl-Enter. The documentation on the left shows what there is for you.
#
# An API key works too: { "Authorization": "Bearer trl_…" } under Headers.

{
  __schema {
    queryType {
      fields {
        name
        description
      }
    }
  }
}
`;

/** What GraphiQL keeps ends with the page: its history has the headers of each query, keys among them. */
function forgetful(): Storage {
  for (const key of Object.keys(localStorage)) if (key.startsWith("graphiql:")) localStorage.removeItem(key);
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    clear: () => kept.clear(),
    key: (at) => [...kept.keys()][at] ?? null,
  };
}

/** What must come along with a change, or nothing for whoever is not signed in. */
async function loadToken(): Promise<string | undefined> {
  const answer = await fetch("/auth/v1/me");
  if (!answer.ok) return undefined;
  const body = await answer.json();
  return body.data?.csrf_token ?? body.csrf_token;
}

async function draw(root: HTMLElement) {
  const token = await loadToken();
  const headers: Record<string, string> = token ? { "X-CSRF-Token": token } : {};
  const wsClient = createClient({ url: `${location.origin.replace(/^http/, "ws")}/graphql` });
  const fetcher = createGraphiQLFetcher({ url: "/graphql", headers, wsClient });
  keepMended(root);
  createRoot(root).render(
    <>
      {token === undefined && (
        <p className="note" role="status">
          You are not signed in. <a href="/sign-in?next=/graphql">Sign in</a>, or send an API key under Headers.
        </p>
      )}
      <GraphiQL fetcher={fetcher} storage={forgetful()} defaultQuery={SAMPLE} shouldPersistHeaders={false} />
    </>,
  );
}

const root = document.getElementById("root");
if (root) draw(root);
