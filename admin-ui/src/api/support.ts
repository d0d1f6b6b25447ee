// Whether the reseller of this workspace may sign in to it, as its own administrators say.
import { load, request } from "./client";

export interface Consent {
  id: string;
  reseller: string;
  granted_by: { id: string; name: string };
  granted_at: string;
  until: string;
  /** Nothing while nobody has ended it; its time may be over all the same. */
  ended_at: string | null;
  open: boolean;
  roles: string[];
  access: "read" | "write";
  reason: string | null;
}

export interface SupportAccess {
  /** Nobody could be let in where nobody has sold this workspace. */
  reseller: string | null;
  /** Somebody there asks to be let in. */
  asked: { id: string; name: string; email: string; reason: string; asked_at: string } | null;
  consents: Consent[];
}

export interface SupportWish {
  hours: number;
  roles: string[];
  access: "read" | "write";
  reason?: string;
}

const PLACE = "/admin/v1/support-access";

export async function loadSupportAccess(signal?: AbortSignal): Promise<SupportAccess> {
  return (await load<{ data: SupportAccess }>(PLACE, undefined, signal)).data;
}

export async function grantSupport(wish: SupportWish): Promise<void> {
  await request("POST", PLACE, { body: wish });
}

/** Ends a consent, or says no to what is asked. */
export async function endSupport(id: string): Promise<void> {
  await request("DELETE", `${PLACE}/${id}`);
}
