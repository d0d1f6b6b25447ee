// Everything that was found for some words, in all objects or in one, with the places where the words stand.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { NotLoaded } from "@/api/loaded";
import { type Found, type Hit, search } from "@/api/search";
import { useCatalog } from "@/catalog/catalog";
import { fieldOf } from "@/catalog/fields";
import { objectIcon } from "@/catalog/icons";
import type { ObjectDef } from "@/catalog/types";
import { Empty, Glyph, Skeleton } from "@/components/bits";
import { RecordLink } from "@/components/record-link";
import { Marked } from "@/fields/marked";
import { cx } from "@/lib/cx";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { useDebounced } from "@/lib/use-debounced";
import { objectsOf, placesOf, shownHits } from "./found";
import type { FoundSearch } from "./found-search";

/** As many as the server answers at once. */
const MOST = 100;
/** Fewer letters are in too many words. */
const ENOUGH = 2;

interface SearchPageProps {
  search: FoundSearch;
  onSearch: (next: FoundSearch) => void;
}

function useFound(text: string, plural: string | undefined) {
  return useQuery({
    queryKey: ["found", text, plural],
    enabled: text.length >= ENOUGH,
    staleTime: 20_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => search(text, MOST, signal, plural),
  });
}

export function SearchPage({ search: asked, onSearch }: SearchPageProps) {
  const catalog = useCatalog();
  const q = asked.q ?? "";
  const [typed, setTyped] = useState(q);
  const [sent, setSent] = useState(q);
  const settled = useDebounced(typed.trim(), 220);
  const main = useRef<HTMLElement>(null);
  const everything = useFound(settled, undefined);
  const within = catalog.object(asked.in);
  const narrow = useFound(settled, within?.plural);
  const query = within ? narrow : everything;
  const looks = settled.length >= ENOUGH;
  const found: Found | undefined = looks ? query.data : undefined;
  const hits = shownHits(catalog, found?.hits ?? []);
  const objects = objectsOf(catalog, shownHits(catalog, (looks && everything.data?.hits) || []), within);

  useEffect(() => {
    document.title = `${t("Search")} · ${catalog.me.tenant.name}`;
  }, [catalog]);

  // Another search that was asked for elsewhere.
  if (q !== sent) {
    setSent(q);
    setTyped(q);
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed counts.
  useEffect(() => {
    if (settled !== typed.trim() || settled === sent) return;
    setSent(settled);
    onSearch({ ...asked, q: settled || undefined });
  }, [settled]);

  /** Arrows go from the line that one types in to what was found, and through it. */
  function onKeyDown(event: KeyboardEvent) {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const stops = [...(main.current?.querySelectorAll<HTMLElement>("[data-stop]") ?? [])];
    const at = stops.indexOf(event.target as HTMLElement);
    if (!by || at < 0) return;
    event.preventDefault();
    stops[at + by]?.focus();
  }

  return (
    <section ref={main} aria-label={t("Search")} className="flex min-h-0 min-w-0 flex-1 flex-col" onKeyDown={onKeyDown}>
      <header className="shrink-0 border-line border-b px-4 pt-3 pb-2">
        <h1 className="sr-only">{t("Search")}</h1>
        <span className="relative flex max-w-xl items-center">
          <Search size={15} aria-hidden="true" className="pointer-events-none absolute start-2.5 text-text-3" />
          <input
            type="search"
            data-stop
            autoFocus
            autoComplete="off"
            aria-label={t("Search all records")}
            placeholder={t("Search all records")}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            className="h-9 w-full rounded-control bg-hover ps-8 pe-2 text-base outline-none transition-shadow focus:bg-surface focus:shadow-[0_0_0_1px_var(--accent)]"
          />
        </span>
        {objects.length > 1 && (
          <fieldset className="mt-2 flex flex-wrap gap-1">
            <legend className="sr-only">{t("Of which kind")}</legend>
            <Kind on={!within} onPress={() => onSearch({ q: asked.q })}>
              {t("Everything")}
            </Kind>
            {objects.map((object) => (
              <Kind key={object.name} on={object === within} onPress={() => onSearch({ q: asked.q, in: object.name })}>
                {object.plural_label}
              </Kind>
            ))}
          </fieldset>
        )}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto" aria-busy={(looks && query.isFetching) || undefined}>
        <p role="status" className={cx("px-4 pt-2.5 text-text-2 text-xs", !found && "sr-only")}>
          {found && saysHowMany(hits, found.more)}
        </p>
        {!looks && <Empty title={t("Type two letters or more")} />}
        {looks && query.isPending && (
          <div className="flex flex-col gap-4 p-4">
            <Skeleton className="w-1/3" />
            <Skeleton className="w-1/2" />
          </div>
        )}
        {query.isError && (
          <div className="p-3">
            <NotLoaded title={t("The search failed.")} error={query.error} again={() => query.refetch()} />
          </div>
        )}
        {found && hits.length === 0 && <Empty title={t("Nothing found for “{text}”", { text: settled })} />}
        <ol aria-label={t("What was found")} className="max-w-3xl px-2 py-1">
          {hits.map((hit) => (
            <Result key={`${hit.object}/${hit.id}`} hit={hit} object={catalog.object(hit.object)} />
          ))}
        </ol>
      </div>
    </section>
  );
}

function saysHowMany(hits: Hit[], more: boolean): string {
  if (more) return t("The first {n}. One more word finds fewer.", { n: hits.length });
  if (hits.some((hit) => hit.similar)) return t("Nothing has these words. Names much like them:");
  return hits.length === 1 ? t("1 result") : hits.length ? t("{n} results", { n: hits.length }) : "";
}

function Kind({ on, onPress, children }: { on: boolean; onPress: () => void; children: string }) {
  return (
    <button
      type="button"
      aria-pressed={on}
      className={cx(
        "h-6 rounded-full border px-2.5 font-medium text-xs",
        on ? "border-accent bg-accent-soft text-text" : "border-line-2 text-text-2 hover:bg-hover",
      )}
      onClick={onPress}
    >
      {children}
    </button>
  );
}

function Result({ hit, object }: { hit: Hit; object: ObjectDef | undefined }) {
  if (!object) return null;
  const { name } = hit.highlights ?? {};
  return (
    <li>
      <RecordLink
        plural={object.plural}
        id={hit.id}
        data-stop
        className="flex items-start gap-3 rounded-control px-2 py-2 hover:bg-hover focus-visible:-outline-offset-2"
      >
        <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={22} />
        <span className="min-w-0 flex-1">
          <span className="flex min-w-0 items-baseline gap-2">
            <span className="truncate font-medium">{name ? <Marked text={name} /> : hit.name || t("Unnamed")}</span>
            <span className="shrink-0 text-text-2 text-xs">{object.label}</span>
          </span>
          {placesOf(object, hit).map(([field, text]) => (
            <span key={field} className="line-clamp-2 text-text-2 text-xs">
              {fieldOf(object, field)?.label ?? field}: <Marked text={text} />
            </span>
          ))}
        </span>
      </RecordLink>
    </li>
  );
}
