// ⌘K: do something with what the page shows, go anywhere, find any record by its words, create, and switch the theme.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CircleHelp, Moon, Plus, Search, Sun, Trash2, Upload } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { type Hit, search } from "@/api/search";
import { mayCreate, mayDelete, useCatalog } from "@/catalog/catalog";
import { fieldOf } from "@/catalog/fields";
import { objectIcon } from "@/catalog/icons";
import { appIcon, chooseApp, EVERYTHING, goLetters, navigationOf, placeOf } from "@/catalog/navigation";
import { setupPages } from "@/catalog/setup-pages";
import type { ObjectDef } from "@/catalog/types";
import { Glyph } from "@/components/bits";
import { Dialog } from "@/components/dialog";
import { Kbd } from "@/components/kbd";
import { type Choice, PickerList } from "@/components/picker";
import { Marked } from "@/fields/marked";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { createIntent, helpOpen } from "@/lib/intents";
import { offered } from "@/lib/page-actions";
import { recentlySeen } from "@/lib/recent";
import { shortcutLabel, singleKeys } from "@/lib/shortcuts";
import { inSentence } from "@/lib/text";
import { setTheme } from "@/lib/theme";
import { useDebounced } from "@/lib/use-debounced";

interface Command extends Choice {
  run: () => void;
  /** Found by typing, but not listed before. */
  quiet?: boolean;
}

const MOST_HITS = 12;

/** Records of every object that have the typed words, the best first. */
function useFoundRecords(text: string) {
  const settled = useDebounced(text.trim(), 140);
  const query = useQuery({
    queryKey: ["search", settled],
    enabled: settled.length > 1,
    staleTime: 20_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => search(settled, MOST_HITS, signal),
  });
  return { found: settled.length > 1 ? (query.data?.hits ?? []) : [], busy: query.isFetching };
}

/** Where the words stand in a record, when they are not in its name. */
function Place({ hit, object }: { hit: Hit; object: ObjectDef }) {
  const [field, text] = Object.entries(hit.highlights ?? {}).find(([name]) => name !== "name") ?? [];
  if (!field || !text || "name" in hit.highlights) return <>{object.label}</>;
  return (
    <>
      {fieldOf(object, field)?.label ?? field}: <Marked text={text} />
    </>
  );
}

const mark = (object: ObjectDef): ReactNode => (
  <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={20} />
);
const tile = (icon: ReactNode): ReactNode => (
  <span className="inline-flex size-5 items-center justify-center text-text-2">{icon}</span>
);

/** What the parts of the page offer; it stays as it is while the menu is over it. */
function pageCommands(): Command[] {
  return offered().flatMap(({ title, actions }, part) =>
    actions.map(({ label, icon, onSelect, quiet }, i) => ({
      id: `page:${part}:${i}`,
      label,
      group: title,
      icon: tile(icon),
      quiet: Boolean(quiet),
      run: onSelect,
    })),
  );
}

export function CommandMenu({ onClose }: { onClose: () => void }) {
  const catalog = useCatalog();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const { found, busy } = useFoundRecords(text);

  const fixed = useMemo<Command[]>(() => {
    const keys = (written: string) => singleKeys.get() && <Kbd keys={shortcutLabel(written)} />;
    const letters = new Map(goLetters(catalog).map(({ letter, object }) => [object.name, letter]));
    const open = (object: ObjectDef, id: string) =>
      navigate({ to: "/o/$plural/$id", params: { plural: object.plural, id } });
    const recent: Command[] = recentlySeen().flatMap(({ object: name, id, name: label }) => {
      const object = catalog.object(name);
      if (!object || location.pathname.endsWith(id)) return [];
      return { id: `seen:${id}`, label, group: t("Recent"), icon: mark(object), run: () => open(object, id) };
    });
    const go: Command[] = catalog.navigation.map((o) => ({
      id: `go:${o.name}`,
      label: o.plural_label,
      group: t("Go to"),
      icon: mark(o),
      detail: letters.has(o.name) && keys(`g ${letters.get(o.name)}`),
      words: o.name,
      run: () => navigate({ to: "/o/$plural", params: { plural: o.plural } }),
    }));
    const setup: Command[] = setupPages(catalog).map((page) => ({
      id: `go:${page.to}`,
      label: page.label,
      group: t("Setup"),
      quiet: true,
      icon: tile(<page.icon size={16} />),
      words: `setup ${page.group} ${page.words ?? ""}`,
      run: () => navigate({ to: page.to }),
    }));
    const apps: Command[] = catalog.apps.length
      ? [...catalog.apps, { name: EVERYTHING, label: t("Everything"), icon: null }].map((app) => {
          const Icon = appIcon(app);
          return {
            id: `app:${app.name}`,
            label: t("App: {label}", { label: app.label }),
            group: t("Go to"),
            quiet: true,
            icon: tile(<Icon size={16} />),
            words: "switch navigation",
            run: () => {
              chooseApp(app.name);
              const [first] = navigationOf(catalog, app.name).lines;
              if (first) void navigate(placeOf(first));
            },
          };
        })
      : [];
    const make: Command[] = catalog.navigation.filter(mayCreate).map((o) => ({
      id: `new:${o.name}`,
      label: t("New {object}", { object: inSentence(o.label) }),
      group: t("Create"),
      icon: tile(<Plus size={16} />),
      words: "create add",
      run: () => createIntent.set({ object: o.name }),
    }));
    const fields: Command[] = catalog.may("manage_metadata")
      ? catalog.objects
          .filter((o) => !o.system)
          .map((o) => ({
            id: `fields:${o.name}`,
            label: t("{label} fields", { label: o.label }),
            group: t("Setup"),
            quiet: true,
            icon: mark(o),
            words: "setup object definition",
            run: () => navigate({ to: "/setup/objects/$object", params: { object: o.name } }),
          }))
      : [];
    const views: Command[] = catalog.navigation.flatMap((o) =>
      catalog.listViews(o.name).map((view) => ({
        id: `view:${view.name}`,
        label: `${o.plural_label}: ${view.label}`,
        group: t("Views"),
        icon: mark(o),
        words: o.name,
        quiet: true,
        run: () =>
          navigate({
            to: "/o/$plural",
            params: { plural: o.plural },
            search: view === catalog.openingView(o.name) ? {} : { view: view.name.split(".").pop() },
          }),
      })),
    );
    const files: Command[] = catalog.navigation.flatMap((o) => {
      const params = { plural: o.plural };
      const objects = inSentence(o.plural_label);
      const into = {
        id: `import:${o.name}`,
        label: t("Import {objects}", { objects }),
        group: t("Actions"),
        icon: tile(<Upload size={16} />),
        words: "csv excel file upload",
        quiet: true,
        run: () => navigate({ to: "/o/$plural/import", params }),
      };
      const bin = {
        id: `bin:${o.name}`,
        label: t("Recycle bin of {objects}", { objects }),
        group: t("Actions"),
        icon: tile(<Trash2 size={16} />),
        words: "deleted restore trash",
        quiet: true,
        run: () => navigate({ to: "/o/$plural/bin", params }),
      };
      return [...(mayCreate(o) ? [into] : []), ...(mayDelete(o) ? [bin] : [])];
    });
    const other: Command[] = [
      {
        id: "theme:light",
        label: t("Light theme"),
        group: t("Other"),
        icon: tile(<Sun size={16} />),
        words: "appearance",
        run: () => setTheme("light"),
      },
      {
        id: "theme:dark",
        label: t("Dark theme"),
        group: t("Other"),
        icon: tile(<Moon size={16} />),
        words: "appearance",
        run: () => setTheme("dark"),
      },
      {
        id: "help",
        label: t("Keyboard shortcuts"),
        group: t("Other"),
        icon: tile(<CircleHelp size={16} />),
        detail: keys("?"),
        run: () => helpOpen.set(true),
      },
    ];
    return [...pageCommands(), ...recent, ...go, ...apps, ...make, ...views, ...files, ...setup, ...fields, ...other];
  }, [catalog, navigate]);

  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const commands = fixed.filter((c) => {
    const all = `${c.label} ${c.words ?? ""}`.toLowerCase();
    return words.length ? words.every((w) => all.includes(w)) : !c.quiet;
  });
  const records: Command[] =
    words.length === 0
      ? []
      : found.flatMap((hit) => {
          const object = catalog.object(hit.object);
          if (!object || object.system) return [];
          return {
            id: hit.id,
            label: hit.name || t("Unnamed"),
            ...(hit.highlights?.name ? { shown: <Marked text={hit.highlights.name} /> } : {}),
            group: t("Records"),
            detail: <Place hit={hit} object={object} />,
            icon: mark(object),
            run: () => navigate({ to: "/o/$plural/$id", params: { plural: object.plural, id: hit.id } }),
          };
        });
  const whole = text.trim();
  const every: Command = {
    id: "search",
    label: t("Show all results for “{text}”", { text: whole }),
    group: t("Records"),
    icon: tile(<Search size={16} />),
    run: () => navigate({ to: "/search", search: { q: whole } }),
  };
  const choices = [...records, ...(records.length ? [every] : []), ...commands.slice(0, words.length ? 14 : undefined)];

  return (
    <Dialog shape="palette" title={t("Search and commands")} width="600px" onClose={onClose}>
      <PickerList
        roomy
        className="max-h-[72dvh]"
        label={t("Search and commands")}
        placeholder={t("Search records, or type a command")}
        choices={choices}
        onSearch={setText}
        busy={busy}
        empty={t("Nothing found for “{text}”", { text })}
        onPick={(choice) => {
          onClose();
          (choice as Command).run();
        }}
        footer={
          <div className="hidden h-9 shrink-0 items-center gap-4 border-line border-t px-3 text-text-3 text-xs phone:flex">
            <span className="inline-flex items-center gap-1.5">
              <Kbd keys={["↑", "↓"]} /> {t("move")}
            </span>
            <span className="inline-flex items-center gap-1.5">
              <Kbd keys={["↵"]} /> {t("open")}
            </span>
            <span className="inline-flex items-center gap-1.5">
              <Kbd keys={["Esc"]} /> {t("close")}
            </span>
          </div>
        }
      />
    </Dialog>
  );
}
