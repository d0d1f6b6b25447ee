// Copies of a tenant to try things in, as its own administrators ask for them, and what its plan allows.
import { load, request } from "./client";
import type { Document } from "./document";

export type Clone = Document["Clone"];

export interface CloneWish {
  slug: string;
  name?: string;
  scope: Clone["scope"];
  /** Of each object, in a sample. */
  records?: number;
  mask_emails?: boolean;
}

export interface OwnPlan {
  plan: { name: string; label: string } | null;
  limits: Document["Limits"] | null;
  features: Document["Features"];
}

interface Data<T> {
  data: T;
}

const PLACE = "/admin/v1/sandboxes";
/** How often one looks again while one is made. */
const SOON = 1500;

export const isUnderWay = (clone: Clone): boolean => clone.status === "queued" || clone.status === "running";

/** When to ask again about some of them; never once all are made. */
export const askAgain = (clones: Clone[] | undefined): number | false => (clones?.some(isUnderWay) ? SOON : false);

/** The newest first. */
export async function listSandboxes(signal?: AbortSignal): Promise<Clone[]> {
  return (await load<Data<Clone[]>>(PLACE, undefined, signal)).data;
}

export async function askSandbox(wish: CloneWish): Promise<Clone> {
  return (await request<Data<Clone>>("POST", PLACE, { body: wish })).body.data;
}

export async function loadPlan(signal?: AbortSignal): Promise<OwnPlan> {
  return (await load<Data<OwnPlan>>("/admin/v1/plan", undefined, signal)).data;
}
