// The start of the page: one query client, one router, one root.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { Problem } from "@/api/problem";
import { loadLanguage } from "@/lib/i18n";
import { makeRouter } from "./make-router";
import "@/lib/theme";
import "./app.css";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) =>
        failures < 2 && (!(error instanceof Problem) || error.status >= 500 || error.status === 0),
      staleTime: 10_000,
    },
  },
});

function start() {
  const root = document.getElementById("root");
  if (!root) return;
  createRoot(root).render(
    <QueryClientProvider client={client}>
      <RouterProvider router={makeRouter(client)} />
    </QueryClientProvider>,
  );
}

// A task of its own, before which the browser answers to whoever is here already.
loadLanguage().then(() => setTimeout(start));

// Opens at once and without a network from the second time on; while it is developed everything comes from Vite.
if (import.meta.env.PROD && "serviceWorker" in navigator)
  window.addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
