// What a reseller keeps: tenants, plans and what each tenant uses. Asked with the reseller's own key, which is kept by
// nobody but the page that asks.
import { request, withQuery } from "./client";
import type { Document } from "./document";
import type { PageOf } from "./pages";

/** Nothing is no limit. */
export type Limits = Document["Limits"];

export type Plan = Document["Plan"];

export type Tenant = Document["Tenant"];

export interface TenantWish {
  slug: string;
  name: string;
  plan?: string;
  packages: string[];
  admin: { email: string; name: string; password?: string };
}

export interface Founded {
  id: string;
  slug: string;
  login_url: string;
  admin: { email: string; password?: string };
}

export interface UsageDay {
  day: string;
  requests: number;
  records: number;
  users: number;
}

export interface Usage {
  plan: string | null;
  limits: Limits | null;
  now: { records: number; users: number };
  from: string;
  to: string;
  days: UsageDay[];
}

const BASE = "/reseller/v1";
const PAGE = 100;

interface Data<T> {
  data: T;
}

/** The requests of one reseller. */
export class Reseller {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  async #ask<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    const shown = { ...headers, authorization: `Bearer ${this.#key}` };
    return (await request<T>(method, `${BASE}${path}`, { headers: shown, ...(body === undefined ? {} : { body }) }))
      .body;
  }

  async plans(): Promise<Plan[]> {
    return (await this.#ask<Data<Plan[]>>("GET", "/plans")).data;
  }

  tenants(cursor: string | undefined): Promise<PageOf<Tenant>> {
    return this.#ask("GET", withQuery("/tenants", { limit: PAGE, cursor }));
  }

  /** The same wish twice, as after a network that failed, makes one tenant. */
  async found(wish: TenantWish, once: string): Promise<Founded> {
    return (await this.#ask<Data<Founded>>("POST", "/tenants", wish, { "idempotency-key": once })).data;
  }

  async change(id: string, patch: { name?: string; plan?: string }): Promise<Tenant> {
    return (await this.#ask<Data<Tenant>>("PATCH", `/tenants/${id}`, patch)).data;
  }

  async open(id: string, open: boolean): Promise<Tenant> {
    return (await this.#ask<Data<Tenant>>("POST", `/tenants/${id}/${open ? "resume" : "suspend"}`, {})).data;
  }

  /** A link that lets this person in once, within a minute. */
  async signIn(id: string, who: { name: string; email: string; reason: string }): Promise<{ url: string }> {
    return (await this.#ask<Data<{ url: string }>>("POST", `/tenants/${id}/sign-in`, who)).data;
  }

  /** Asks the tenant's own people to allow it. */
  async askSupport(id: string, who: { name: string; email: string; reason: string }): Promise<void> {
    await this.#ask("POST", `/tenants/${id}/support-requests`, who);
  }

  async usage(id: string): Promise<Usage> {
    return (await this.#ask<Data<Usage>>("GET", `/tenants/${id}/usage`)).data;
  }

  /** Shuts it, and lets it go when its time is over; the answer says when. */
  async end(id: string): Promise<Tenant> {
    return (await this.#ask<Data<Tenant>>("DELETE", `/tenants/${id}`)).data;
  }

  /** Brings it back while it waits for its end. */
  async restore(id: string): Promise<Tenant> {
    return (await this.#ask<Data<Tenant>>("POST", `/tenants/${id}/restore`, {})).data;
  }

  async removeNow(id: string): Promise<void> {
    await this.#ask("DELETE", `/tenants/${id}?permanent=true`);
  }
}
