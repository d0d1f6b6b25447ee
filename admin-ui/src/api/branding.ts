// What the workspace looks like: told to everybody, set by who shapes it.
import { type Brand, over, PLAIN, wear, wearAs } from "@/lib/brand";
import { load, request } from "./client";
import type { Document } from "./document";

let asked = 0;

/** Puts on what the workspace looks like, unless it was asked for anew meanwhile. Without an answer everything stays as it is. */
export async function wearBranding(tenant: string | undefined, inside = false): Promise<void> {
  asked += 1;
  const turn = asked;
  wearAs(tenant ?? "", inside);
  try {
    const { data } = await load<{ data: Brand }>("/auth/v1/branding", { tenant });
    if (turn === asked) wear({ ...PLAIN, ...data });
  } catch {
    // What it looks like is no reason to stop.
  }
}

/** What it says itself, and what its reseller says for where it says nothing. */
export type TenantBrand = Document["TenantBranding"];

export async function loadBranding(signal?: AbortSignal): Promise<TenantBrand> {
  return (await load<{ data: TenantBrand }>("/admin/v1/branding", undefined, signal)).data;
}

export async function saveBranding(patch: Partial<Brand>): Promise<TenantBrand> {
  const { body } = await request<{ data: TenantBrand }>("PATCH", "/admin/v1/branding", { body: patch });
  wear(over(body.data, body.data.defaults));
  return body.data;
}
