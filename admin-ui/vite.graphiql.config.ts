// The build of GraphiQL: a page of its own beside the admin UI, with hashed assets and nothing inline.
import { fileURLToPath, URL } from "node:url";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vite";

/** GraphiQL's fonts stand in its style sheet as data, which our policy does not load; the system has fonts too. */
function systemFonts(): Plugin {
  return {
    name: "system-fonts",
    enforce: "pre",
    transform(code, id) {
      if (id.includes("graphiql") && id.endsWith("style.css")) return code.replace(/@font-face\s*\{[^}]*\}/g, "");
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL("./graphiql", import.meta.url)),
  base: "/graphiql/",
  plugins: [react(), systemFonts()],
  build: {
    target: "es2022",
    outDir: "../dist/graphiql",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 3000,
    rolldownOptions: {
      onwarn(warning, warn) {
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
});
