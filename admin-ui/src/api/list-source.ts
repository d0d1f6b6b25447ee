// A list of any length, fetched a page at a time as the screen needs it. Holds ids only; records live in the record store.
import { pagesOf } from "@/lib/grid-window";
import { whenIdle } from "@/lib/when-idle";
import { recordStore, type StoreEvent } from "./record-store";
import { type ListRequest, listRecords, type ObjectRef, type Page } from "./records";

export const PAGE_SIZE = 100;
/** While the wheel spins, pages that fly by are not asked for. */
const SETTLE_MS = 60;

export type Fetch = (request: ListRequest, signal: AbortSignal) => Promise<Page>;

export class ListSource {
  readonly object: ObjectRef;
  readonly #request: ListRequest;
  readonly #fetch: Fetch;
  readonly #pages = new Map<number, string[]>();
  readonly #cursors = new Map<number, string | null>();
  readonly #loading = new Map<number, AbortController>();
  readonly #watchers = new Set<() => void>();
  #wanted: number[] = [0];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #filler: ReturnType<typeof setTimeout> | undefined;
  #counting: AbortController | undefined;
  #total: number | undefined;
  #version = 0;
  #stale = false;
  #left = false;
  readonly #deafen: () => void;
  error: unknown = null;
  /** Where the list was scrolled to, for coming back. */
  scrollTop = 0;
  /** Asked for before the page that shows it: its first answer is news, even where it came before the page. */
  ahead = false;

  constructor(object: ObjectRef, request: ListRequest, fetch?: Fetch) {
    this.object = object;
    this.#request = request;
    this.#fetch = fetch ?? ((r, signal) => listRecords(object, r, signal));
    this.#deafen = recordStore.listen(this.#notice);
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
      if (this.#left) this.leave();
    };
  };

  /** Nobody comes back to it: what is on its way is not wanted any more, once nobody sees it either. */
  leave(): void {
    this.#left = true;
    if (this.#watchers.size > 0) return;
    this.#deafen();
    clearTimeout(this.#timer);
    clearTimeout(this.#filler);
    this.#counting?.abort();
    for (const controller of this.#loading.values()) controller.abort();
    this.#loading.clear();
  }

  version = (): number => this.#version;

  /** True until the first answer. */
  get pending(): boolean {
    return this.#pages.size === 0 && !this.error;
  }

  /** Whether it is known how many rows there are, even if none of them has been asked for yet. */
  get counted(): boolean {
    return this.#total !== undefined || !this.pending;
  }

  /** So many there are, as somebody knows who has counted them; an answer of its own knows better. */
  expect(rows: number): void {
    if (this.#pages.size > 0 || this.#total === rows) return;
    this.#total = rows;
    this.#changed();
  }

  /** Whether something happened while an answer was on its way, which may not be in it. */
  get stale(): boolean {
    return this.#stale;
  }

  get total(): number | undefined {
    return this.#total;
  }

  /** How many rows there are, as far as is known. */
  get rows(): number {
    if (this.#total !== undefined) return this.#total;
    let last = -1;
    for (const page of this.#pages.keys()) last = Math.max(last, page);
    if (last < 0) return 0;
    const more = this.#cursors.get(last) ? 1 : 0;
    return last * PAGE_SIZE + (this.#pages.get(last)?.length ?? 0) + more;
  }

  idAt(row: number): string | undefined {
    return this.#pages.get(Math.floor(row / PAGE_SIZE))?.[row % PAGE_SIZE];
  }

  /** The row of a record among what is loaded, or -1. */
  rowOf(id: string): number {
    for (const [page, ids] of this.#pages) {
      const at = ids.indexOf(id);
      if (at >= 0) return page * PAGE_SIZE + at;
    }
    return -1;
  }

  loadedIds(): string[] {
    return [...this.#pages.keys()].sort((a, b) => a - b).flatMap((page) => this.#pages.get(page) ?? []);
  }

  /** Asks for the pages of these rows, once the scrolling has settled. */
  want(first: number, end: number): void {
    this.#wanted = pagesOf({ first, end: Math.max(end, first + 1) }, PAGE_SIZE);
    const missing = this.#wanted.filter((p) => !this.#pages.has(p) && !this.#loading.has(p));
    if (missing.length === 0) return;
    clearTimeout(this.#timer);
    if (this.#pages.size === 0) this.#loadWanted();
    else this.#timer = setTimeout(() => this.#loadWanted(), SETTLE_MS);
  }

  /** Loads again what is on screen; what is shown stays until the answer is there. */
  refresh(): void {
    this.#stale = false;
    for (const controller of this.#loading.values()) controller.abort();
    this.#loading.clear();
    const keep = new Set(this.#wanted);
    for (const page of [...this.#pages.keys()]) {
      if (!keep.has(page)) this.#pages.delete(page);
      this.#cursors.delete(page);
    }
    this.error = null;
    for (const page of new Set([0, ...this.#wanted])) void this.#load(page);
    this.#changed();
  }

  /** Heard from the beginning on, also before anybody sees it. What is on screen stays in its place when it changes. */
  #notice = (event: StoreEvent): void => {
    if (event.object !== this.object.name || this.#loading.size === 0) return;
    if (event.type !== "updated" || this.pending) this.#stale = true;
  };

  /** What happened to records of this object elsewhere on screen. */
  onEvent = (event: StoreEvent): void => {
    if (event.object !== this.object.name) return;
    if (event.type === "removed") this.take(event.id);
    else if (event.type !== "updated") this.refresh();
  };

  attach(): () => void {
    return recordStore.listen(this.onEvent);
  }

  /** Takes a record out, without asking for the rest again. */
  take(id: string): void {
    if (this.rowOf(id) < 0) return;
    this.#rearrange((ids) => ids.filter((known) => known !== id), -1);
  }

  /** Puts a record at a row; past what is loaded it is only counted. */
  put(id: string, row: number): void {
    if (this.rowOf(id) >= 0 || this.pending) return;
    this.#rearrange((ids) => [...ids.slice(0, row), id, ...ids.slice(row)], 1);
  }

  #rearrange(change: (ids: string[]) => string[], by: 1 | -1): void {
    const whole = [...this.#pages.keys()].sort((a, b) => a - b).every((page, i) => page === i);
    if (!whole) {
      this.refresh();
      return;
    }
    const ids = change(this.loadedIds());
    const last = this.#cursors.get(this.#pages.size - 1);
    this.#pages.clear();
    this.#cursors.clear();
    for (let at = 0; at < ids.length; at += PAGE_SIZE) this.#pages.set(at / PAGE_SIZE, ids.slice(at, at + PAGE_SIZE));
    if (ids.length === 0) this.#pages.set(0, []);
    if (this.#total !== undefined) this.#total += by;
    else if (last !== undefined) this.#cursors.set(this.#pages.size - 1, last);
    this.#changed();
    if (by < 0 && this.rows > ids.length) this.#fillLast();
  }

  /** The last page has a gap now; it is loaded again once the removing has settled. */
  #fillLast(): void {
    clearTimeout(this.#filler);
    this.#filler = setTimeout(() => void this.#load(this.#pages.size - 1), SETTLE_MS);
  }

  #loadWanted(): void {
    for (const [page, controller] of this.#loading) {
      if (!this.#wanted.includes(page) && page !== 0) {
        controller.abort();
        this.#loading.delete(page);
      }
    }
    for (const page of this.#wanted) if (!this.#pages.has(page) && !this.#loading.has(page)) void this.#load(page);
  }

  async #load(page: number): Promise<void> {
    const controller = new AbortController();
    this.#loading.set(page, controller);
    const cursor = page > 0 ? this.#cursors.get(page - 1) : undefined;
    const place = page === 0 ? {} : cursor ? { cursor } : { page: page + 1 };
    try {
      const answer = await this.#fetch({ ...this.#request, ...place, limit: PAGE_SIZE }, controller.signal);
      if (this.#loading.get(page) !== controller) return;
      this.#pages.set(
        page,
        answer.records.map((record) => record.id),
      );
      this.#cursors.set(page, answer.nextCursor);
      if (page === 0) this.#count(answer);
      this.error = null;
    } catch (error) {
      if (controller.signal.aborted) return;
      this.error = error;
    } finally {
      if (this.#loading.get(page) === controller) this.#loading.delete(page);
    }
    this.#changed();
    if (this.#stale && !this.error && this.#loading.size === 0 && this.#watchers.size > 0) this.refresh();
  }

  /** How many there are is known when one page holds all of them; otherwise it is asked once the page has been drawn. */
  #count(first: Page): void {
    this.#counting?.abort();
    if (!first.hasMore) {
      this.#total = first.records.length;
      return;
    }
    const controller = new AbortController();
    this.#counting = controller;
    const question = { ...this.#request, fields: ["id"], limit: 1, includeTotal: true };
    const counted = (answer: Page) => {
      if (controller.signal.aborted || answer.total === undefined) return;
      this.#total = answer.total;
      this.#changed();
    };
    // A list whose length is not known is a list all the same.
    const ask = () => void this.#fetch(question, controller.signal).then(counted, () => {});
    controller.signal.addEventListener("abort", whenIdle(ask));
  }

  #changed(): void {
    this.#version += 1;
    for (const watcher of [...this.#watchers]) watcher();
  }
}

const kept = new Map<string, ListSource>();
const KEEP = 8;

/**
 * The source of a request: the same one again when one comes back to it, so that the list is there at once. A new one asks
 * for its first page when it is made: that is on its way while the list around it is drawn.
 */
export function sourceFor(object: ObjectRef, request: ListRequest): { source: ListSource; known: boolean } {
  const key = JSON.stringify([object.name, request]);
  const found = kept.get(key);
  if (found) {
    kept.delete(key);
    kept.set(key, found);
    return { source: found, known: !found.pending };
  }
  const source = new ListSource(object, request);
  source.want(0, 1);
  kept.set(key, source);
  const [oldest] = kept;
  if (kept.size > KEEP && oldest) {
    kept.delete(oldest[0]);
    oldest[1].leave();
  }
  return { source, known: false };
}

export function forgetSources(): void {
  for (const source of kept.values()) source.leave();
  kept.clear();
}
