// What a reseller keeps: tenants, plans and what each tenant uses. Asked with the reseller's own key, which is kept by
// nobody but the page that asks.
import type { Brand } from "@/lib/brand";
import { request, withQuery } from "./client";
import type { Clone, CloneWish } from "./clones";
import type { Document } from "./document";
import type { Layer, LayerDocument, LayerInTenant, OfferedPackage, PackageWithComponents, TriedLayer } from "./layers";
import type { PageOf } from "./pages";

/** Nothing is no limit. */
export type Limits = Document["Limits"];

export type Plan = Document["Plan"];

export type Tenant = Document["Tenant"];

export type Feature = keyof Document["Features"];

/** What is to be otherwise; a feature that is null is as the plan says again. */
export interface TenantPatch {
  name?: string;
  plan?: string;
  quiet?: boolean;
  features?: Partial<Record<Feature, boolean | null>>;
}

export interface CopyWish extends CloneWish {
  passwords: "none" | "administrators" | "all";
  admin?: { email: string; name?: string; password: string };
}

export type Certificate = Document["Certificate"];

/** What happened to one of the tenants. */
export interface TenantEvent {
  id: string;
  tenant_id: string;
  slug: string;
  at: string;
  actor: "reseller" | "operator" | "tenant" | "trellis";
  action: string;
  details: Record<string, unknown> | null;
}

export interface CommissionLine {
  tenant_id: string;
  slug: string;
  name: string;
  plan: string | null;
  /** How much of the month, from 0 to 1. */
  part: number;
  price: number | null;
  amount: number | null;
  currency: string | null;
  commission_percent: number;
  commission: number | null;
  requests: number | null;
  users: number | null;
  records: number | null;
  bytes: number | null;
}

export interface Commission {
  month: string;
  tenants: CommissionLine[];
  totals: { currency: string; amount: number; commission: number }[];
}

export type Webhook = Document["Webhook"];
export type EventKind = NonNullable<Webhook["events"]>[number];
export type Delivery = Document["Delivery"];

/** Nothing in place of events is all of them. */
export interface WebhookWish {
  url?: string;
  events?: EventKind[] | null;
}

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
  records: number | null;
  users: number | null;
  bytes: number | null;
}

export interface Usage {
  plan: string | null;
  limits: Limits | null;
  now: { records: number; users: number; bytes: number };
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

  async change(id: string, patch: TenantPatch): Promise<Tenant> {
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

  /** Gives it a host of its own, or takes it away. */
  async host(id: string, host: string, has: boolean): Promise<void> {
    await this.#ask(has ? "PUT" : "DELETE", `/tenants/${id}/domains/${encodeURIComponent(host)}`);
  }

  /** A copy to try things in. */
  async copy(id: string, wish: CopyWish): Promise<Clone> {
    return (await this.#ask<Data<Clone>>("POST", `/tenants/${id}/clone`, wish)).data;
  }

  copies(cursor: string | undefined): Promise<PageOf<Clone>> {
    return this.#ask("GET", withQuery("/clones", { limit: PAGE, cursor }));
  }

  events(cursor: string | undefined, limit = PAGE): Promise<PageOf<TenantEvent>> {
    return this.#ask("GET", withQuery("/events", { limit, cursor }));
  }

  certificates(cursor: string | undefined): Promise<PageOf<Certificate>> {
    return this.#ask("GET", withQuery("/certificates", { limit: PAGE, cursor }));
  }

  async commission(month: string): Promise<Commission> {
    return (await this.#ask<Data<Commission>>("GET", withQuery("/commission", { month }))).data;
  }

  /** The same as the text of a file. */
  async commissionFile(month: string): Promise<string> {
    const headers = { authorization: `Bearer ${this.#key}` };
    const path = withQuery(`${BASE}/commission`, { month, format: "csv" });
    return (await request<string>("GET", path, { headers, text: true })).body;
  }

  /** What tenants look like where they say nothing themselves. */
  async branding(): Promise<Brand> {
    return (await this.#ask<Data<Brand>>("GET", "/branding")).data;
  }

  async saveBranding(brand: Brand): Promise<Brand> {
    return (await this.#ask<Data<Brand>>("PUT", "/branding", brand)).data;
  }

  async removeBranding(): Promise<void> {
    await this.#ask("DELETE", "/branding");
  }

  /** What can be installed in tenants. */
  async packages(): Promise<OfferedPackage[]> {
    return (await this.#ask<Data<OfferedPackage[]>>("GET", "/packages")).data;
  }

  async package(name: string): Promise<PackageWithComponents> {
    return (await this.#ask<Data<PackageWithComponents>>("GET", `/packages/${name}`)).data;
  }

  /** What is said over packages. */
  async layers(): Promise<Layer[]> {
    return (await this.#ask<Data<Layer[]>>("GET", "/layers")).data;
  }

  async layer(name: string): Promise<Layer> {
    return (await this.#ask<Data<Layer>>("GET", `/layers/${name}`)).data;
  }

  /** What it would come to, on the package and in one tenant; nothing is changed. */
  async tryLayer(name: string, layer: LayerDocument, tenant?: string): Promise<TriedLayer> {
    const path = withQuery(`/layers/${name}`, { dry_run: "true", tenant });
    return (await this.#ask<Data<TriedLayer>>("PUT", path, layer)).data;
  }

  async saveLayer(name: string, layer: LayerDocument): Promise<Layer> {
    return (await this.#ask<Data<Layer>>("PUT", `/layers/${name}`, layer)).data;
  }

  async removeLayer(name: string): Promise<void> {
    await this.#ask("DELETE", `/layers/${name}`);
  }

  layerInTenants(name: string, cursor: string | undefined): Promise<PageOf<LayerInTenant>> {
    return this.#ask("GET", withQuery(`/layers/${name}/tenants`, { limit: 1000, cursor }));
  }

  async webhooks(): Promise<Webhook[]> {
    return (await this.#ask<Data<Webhook[]>>("GET", "/webhooks")).data;
  }

  /** A new one, whose secret this answer alone tells. */
  async addWebhook(wish: WebhookWish): Promise<Webhook & { secret: string }> {
    return (await this.#ask<Data<Webhook & { secret: string }>>("POST", "/webhooks", wish)).data;
  }

  async changeWebhook(id: string, wish: WebhookWish): Promise<Webhook> {
    return (await this.#ask<Data<Webhook>>("PATCH", `/webhooks/${id}`, wish)).data;
  }

  async removeWebhook(id: string): Promise<void> {
    await this.#ask("DELETE", `/webhooks/${id}`);
  }

  /** A new secret; for a day the one before signs too. */
  async rotate(id: string): Promise<Webhook & { secret: string }> {
    return (await this.#ask<Data<Webhook & { secret: string }>>("POST", `/webhooks/${id}/rotate-secret`, {})).data;
  }

  async ping(id: string): Promise<Delivery> {
    return (await this.#ask<Data<Delivery>>("POST", `/webhooks/${id}/ping`, {})).data;
  }

  deliveries(id: string, status: Delivery["status"] | undefined, cursor?: string): Promise<PageOf<Delivery>> {
    return this.#ask("GET", withQuery(`/webhooks/${id}/deliveries`, { status, cursor, limit: 50 }));
  }

  async delivery(id: string): Promise<Delivery> {
    return (await this.#ask<Data<Delivery>>("GET", `/deliveries/${id}`)).data;
  }

  async replay(id: string): Promise<Delivery> {
    return (await this.#ask<Data<Delivery>>("POST", `/deliveries/${id}/replay`, {})).data;
  }
}
