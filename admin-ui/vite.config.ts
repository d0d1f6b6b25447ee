// The build: one page, hashed assets, nothing inline, so that a strict content security policy holds.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, URL } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** What signing in needs, and what the pages of who is signed in need beside it: a file each, for each one costs a way there and back. */
const BASE = ["/src/app/main.tsx"];
const APP = ["/src/app/shell/shell.tsx", "/src/app/list-route.tsx"];
/** What a board and a record need beside those, for who is on the way to one: a file each as well. */
const BOARD = "board";
const RECORD = ["/src/app/record-route.tsx", "/src/features/record/record-peek.tsx"];
/** What the pages of setup have in common: one file beside that of the page. */
const SETUP = [
  "/src/app/setup/setup-layout.tsx",
  "/src/catalog/role-rights.ts",
  "/src/components/link-tabs.tsx",
  "/src/components/page-frame.tsx",
  "/src/features/setup/source.tsx",
  "/src/lib/differences.ts",
];

interface Modules {
  getModuleInfo(id: string): { importedIds: readonly string[]; code: string | null } | null;
}

const ICON = /[\\/]lucide-react[\\/]dist[\\/]esm[\\/]icons[\\/]/;
const SHARED = /[\\/]src[\\/](catalog[\\/]|lib[\\/]use-after-paint\.ts$)/;
/** What a plan is shown with, in one file. */
const PLAN = /[\\/]src[\\/]changes[\\/](plan-steps|plan-strip)\.tsx$/;
const LUCIDE = /[\\/]lucide-react[\\/]dist[\\/]esm[\\/]lucide-react\.mjs$/;

/** What a module imports at once; of the many icons of one file those that it names. */
function importsOf(modules: Modules, id: string): string[] {
  const { importedIds = [], code = "" } = modules.getModuleInfo(id) ?? {};
  return importedIds.flatMap((other) => (LUCIDE.test(other) ? iconsIn(code ?? "", other) : other));
}

const icons = new Map<string, string>();
function iconsIn(code: string, barrel: string): string[] {
  if (icons.size === 0)
    for (const [, names = "", file = ""] of readFileSync(barrel, "utf8").matchAll(
      /export \{([^}]+)\} from '\.\/(icons\/[^']+)'/g,
    ))
      for (const name of names.matchAll(/default as (\w+)/g)) icons.set(name[1] ?? "", join(dirname(barrel), file));
  const named = [...code.matchAll(/import\s*\{([^}]+)\}\s*from\s*["']lucide-react["']/g)].map((m) => m[1] ?? "");
  const words = named
    .join()
    .split(",")
    .map((word) => word.trim().split(/\s+as\s+/)[0] ?? "");
  return words.flatMap((word) => icons.get(word) ?? []);
}

/** Modules that come with others at once. */
const reaching = new Map<string, Set<string>>();
function reached(modules: Modules, ends: string[], id: string): boolean {
  const key = ends.join();
  let known = reaching.get(key);
  if (!known) {
    known = new Set();
    reaching.set(key, known);
    const queue = ends.map((end) => fileURLToPath(new URL(`.${end}`, import.meta.url)));
    for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
      if (known.has(one)) continue;
      known.add(one);
      queue.push(...importsOf(modules, one));
    }
  }
  return known.has(id);
}

/** The file of what is neither signing in nor a library; what other pages may need too is no reason to load a record's. */
function nameOf(id: string, modules: Modules): string | null {
  if (reached(modules, APP, id)) return "app";
  if (reached(modules, RECORD, id)) return ICON.test(id) || SHARED.test(id) ? "app" : "record";
  if (reached(modules, SETUP, id)) return "setup";
  return PLAN.test(id) ? "plan" : null;
}

/** Emits the classic script that runs before the first paint, with the names of the scripts that it asks for. */
function early(): Plugin {
  const source = readFileSync(new URL("./src/app/early.js", import.meta.url), "utf8")
    .replace(/^\s*\/\/.*$/gm, "")
    .trim();
  let building = false;
  return {
    name: "early",
    enforce: "post", // once the page is among the files
    configResolved(config) {
      building = config.command === "build";
    },
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
      const withImports = (name: string, names: Set<string>) => {
        const add = (fileName: string) => {
          const chunk = chunks.find((one) => one.fileName === fileName);
          if (!chunk || names.has(fileName)) return;
          names.add(fileName);
          chunk.imports.forEach(add);
        };
        for (const chunk of chunks) if (chunk.name === name) add(chunk.fileName);
        return names;
      };
      /** The files of a chunk, without those of the chunks that are asked for anyway. */
      const listed = (name: string, beside: string[] = []) => {
        const before = new Set<string>();
        for (const other of beside) withImports(other, before);
        const added = [...withImports(name, new Set(before))].filter((fileName) => !before.has(fileName));
        return added.map((fileName) => fileName.replace("assets/", "")).join(" ");
      };
      const whole = source
        .replace("__APP__", listed("app"))
        .replace("__BOARD__", listed(BOARD, ["app"]))
        .replace("__RECORD__", listed("record", ["app"]))
        .replace("__SETUP__", listed("setup", ["app"]))
        .replace("__OBJECT__", listed("object-page", ["app", "setup"]))
        .replace("__ROLE__", listed("role-page", ["app", "setup"]));
      const fileName = `assets/early-${createHash("sha256").update(whole).digest("hex").slice(0, 8)}.js`;
      this.emitFile({ type: "asset", fileName, source: whole });
      for (const file of Object.values(bundle))
        if (file.type === "asset" && file.fileName === "index.html")
          file.source = String(file.source).replace("/assets/early.js", `/${fileName}`);
    },
    transformIndexHtml() {
      const src = building ? "/assets/early.js" : "/src/app/early.js";
      return [{ tag: "script", attrs: { src }, injectTo: "head-prepend" }];
    },
  };
}

const server = process.env.TRELLIS_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), tailwindcss(), early()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { proxy: { "/api": server, "/auth": server, "/metadata": server, "/admin": server } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      onwarn(warning, warn) {
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
      output: {
        codeSplitting: {
          groups: [
            {
              name: "vendor",
              priority: 3,
              test: /node_modules[\\/](react|react-dom|scheduler|@tanstack)[\\/]/,
            },
            { priority: 2, name: (id, modules) => (reached(modules, BASE, id) ? "base" : null) },
            { priority: 1, name: (id, modules) => nameOf(id, modules) },
          ],
        },
      },
    },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
});
