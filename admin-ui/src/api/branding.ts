// What the workspace looks like: told to everybody, set by who shapes it.
import { type Brand, PLAIN, wear, wearAs } from "@/lib/brand";
import { load, request } from "./client";

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

export async function loadBranding(signal?: AbortSignal): Promise<Brand> {
  return (await load<{ data: Brand }>("/admin/v1/branding", undefined, signal)).data;
}

export async function saveBranding(patch: Partial<Brand>): Promise<Brand> {
  const { body } = await request<{ data: Brand }>("PATCH", "/admin/v1/branding", { body: patch });
  wear({ ...PLAIN, ...body.data });
  return body.data;
}
