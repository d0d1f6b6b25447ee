// What the addresses of setup's pages say beyond the page: read strictly, since anybody may have typed it.
import { ACTIONS } from "@/api/access";
import type { AuditFilter } from "@/api/audit";
import type { KeyRequestFilter } from "@/api/key-requests";
import { CONSOLE_TABS, type ConsoleSearch, LAYER_PARTS } from "@/features/reseller/console-tabs";
import type { ExplainSearch } from "@/features/security/access/explain-page";
import { isId } from "@/lib/text";

type Raw = Record<string, unknown>;

const asId = (raw: unknown): string | undefined => (typeof raw === "string" && isId(raw) ? raw : undefined);
const asText = (raw: unknown): string | undefined => (typeof raw === "string" && raw ? raw : undefined);
const asWord = (raw: unknown): string | undefined =>
  typeof raw === "string" && /^[a-z][a-z0-9_]*$/.test(raw) ? raw : undefined;
const asDay = (raw: unknown): string | undefined =>
  typeof raw === "string" && /^\d{4}-\d\d-\d\d$/.test(raw) ? raw : undefined;

export const readExplainSearch = (raw: Raw): ExplainSearch => ({
  user: asId(raw.user),
  object: typeof raw.object === "string" ? raw.object : undefined,
  record: asId(raw.record),
  action: ACTIONS.find((word) => word === raw.action),
});

export const readAuditFilter = (raw: Raw): AuditFilter => ({
  object: asWord(raw.object),
  record_id: asId(raw.record_id),
  user_id: asId(raw.user_id),
  action: asWord(raw.action),
  from: asDay(raw.from),
  to: asDay(raw.to),
});

const ENDINGS = ["success", "client_error", "server_error"] as const;

export const readRequestFilter = (raw: Raw): KeyRequestFilter => ({
  key_id: asId(raw.key_id),
  status: ENDINGS.find((word) => word === raw.status),
  request_id: asText(raw.request_id),
  all: raw.all === true ? true : undefined,
});

export const readJobsSearch = (raw: Raw): { only?: "dead" | undefined } => ({
  only: raw.only === "dead" ? "dead" : undefined,
});

export const readConsoleSearch = (raw: Raw): ConsoleSearch => ({
  tab: CONSOLE_TABS.find((tab) => tab === raw.tab),
  webhook: asId(raw.webhook),
  layer: asWord(raw.layer),
  part: LAYER_PARTS.find((part) => part === raw.part),
});

export const readDiagramSearch = (raw: Raw): { shown?: "list" | undefined } => ({
  shown: raw.shown === "list" ? "list" : undefined,
});

export const readUsersSearch = (raw: Raw): { shown?: "tree" | undefined } => ({
  shown: raw.shown === "tree" ? "tree" : undefined,
});

export const readChangesSearch = (raw: Raw): { revision?: number | undefined } => ({
  revision: typeof raw.revision === "number" ? raw.revision : undefined,
});

export const readObjectSearch = (raw: Raw): { tab?: string | undefined } => ({
  tab: typeof raw.tab === "string" ? raw.tab : undefined,
});
