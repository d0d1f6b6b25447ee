// The build of GraphiQL: a page of its own beside the admin UI, with hashed assets and nothing inline.
import { fileURLToPath, URL } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL("./graphiql", import.meta.url)),
  base: "/graphiql/",
  plugins: [react()],
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
