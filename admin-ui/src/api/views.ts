// Views of lists that one keeps for oneself, and which view a list opens with.
import { request } from "./client";

/** A view of one's own, as it is told. */
export interface OwnViewDef {
  id: string;
  object: string;
  label: string;
  scope?: "mine" | "team" | "all";
  filter?: Record<string, unknown>;
  where?: string;
  columns: string[];
  pinned?: string[];
  sort?: string[];
  group_by?: string;
  weight_by?: string;
  display?: "table" | "board" | "calendar" | "timeline";
  /** What of it one does not see any more. */
  left_out?: string[];
}

/** What is said of a view; null takes it away. */
export type ViewWish = { [K in keyof Omit<OwnViewDef, "id" | "left_out">]?: OwnViewDef[K] | null } & {
  position?: number;
};

export async function createView(view: ViewWish): Promise<OwnViewDef> {
  return (await request<{ data: OwnViewDef }>("POST", "/auth/v1/views", { body: view })).body.data;
}

export async function changeView(id: string, wish: ViewWish): Promise<void> {
  await request("PATCH", `/auth/v1/views/${id}`, { body: wish });
}

export async function deleteView(id: string): Promise<void> {
  await request("DELETE", `/auth/v1/views/${id}`);
}

/** The word of a list view or the id of an own one; null is the first view again. */
export async function chooseView(object: string, view: string | null): Promise<void> {
  await request("PUT", `/auth/v1/default-views/${object}`, { body: { view } });
}
