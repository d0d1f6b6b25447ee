// Providers by which people sign in, as administrators set them.
import { load, request } from "./client";
import type { Document } from "./document";

export type Provider = Document["SignInProvider"];
export type Mapping = Required<Provider["mappings"][number]>;
export type ProviderWish = Partial<Provider> & { client_secret?: string | null };

/** What a provider said of itself. */
export interface Checked {
  ok: boolean;
  findings: string[];
  authorization_endpoint: string | null;
  token_endpoint: string | null;
  end_session_endpoint: string | null;
  keys: number;
}

interface Data<T> {
  data: T;
}

const PLACE = "/admin/v1/sign-in-providers";

export async function listProviders(signal?: AbortSignal): Promise<Provider[]> {
  return (await load<Data<Provider[]>>(PLACE, undefined, signal)).data;
}

/** A new one, or what is to be otherwise of one that is there. */
export async function saveProvider(name: string | undefined, wish: ProviderWish): Promise<Provider> {
  const place = name ? `${PLACE}/${name}` : PLACE;
  return (await request<Data<Provider>>(name ? "PATCH" : "POST", place, { body: wish })).body.data;
}

export async function deleteProvider(name: string): Promise<void> {
  await request("DELETE", `${PLACE}/${name}`);
}

export async function checkProvider(issuer: string): Promise<Checked> {
  return (await request<Data<Checked>>("POST", `${PLACE}/check`, { body: { issuer } })).body.data;
}
