// A provider on its way through the form, and what of it differs from what is there.
import type { Mapping, Provider, ProviderWish } from "@/api/providers";

export interface ProviderDraft {
  name: string;
  label: string;
  issuer: string;
  client_id: string;
  /** Empty leaves what is there. */
  client_secret: string;
  scopes: string;
  groups_claim: string;
  mappings: Mapping[];
  create_users: boolean;
  default_role: string | null;
  email_domains: string;
  trust_email: boolean;
  strong_acr: string;
  sign_out: boolean;
  active: boolean;
}

export const wordsOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

export function startProvider(provider?: Provider): ProviderDraft {
  return {
    name: provider?.name ?? "",
    label: provider?.label ?? "",
    issuer: provider?.issuer ?? "",
    client_id: provider?.client_id ?? "",
    client_secret: "",
    scopes: (provider?.scopes ?? ["openid", "email", "profile"]).join(" "),
    groups_claim: provider?.groups_claim ?? "",
    mappings: (provider?.mappings ?? []).map(({ group, roles = [], teams = [] }) => ({ group, roles, teams })),
    create_users: provider?.create_users ?? false,
    default_role: provider?.default_role ?? null,
    email_domains: provider?.email_domains.join(" ") ?? "",
    trust_email: provider?.trust_email ?? false,
    strong_acr: provider?.strong_acr.join(" ") ?? "",
    sign_out: provider?.sign_out ?? true,
    active: provider?.active ?? true,
  };
}

/** A draft as the server is told of it, but for what stays and what is secret. */
function told(draft: ProviderDraft): ProviderWish {
  const { name: _, client_secret: __, scopes, groups_claim, email_domains, strong_acr, ...plain } = draft;
  return {
    ...plain,
    label: draft.label.trim(),
    issuer: draft.issuer.trim(),
    client_id: draft.client_id.trim(),
    scopes: wordsOf(scopes),
    groups_claim: groups_claim.trim() || null,
    email_domains: wordsOf(email_domains),
    strong_acr: wordsOf(strong_acr),
  };
}

/** What the server is told: of one that is there only what differs, since others may change the rest meanwhile. */
export function wishOf(draft: ProviderDraft, provider?: Provider): ProviderWish {
  const whole = told(draft);
  const secret = draft.client_secret ? { client_secret: draft.client_secret } : {};
  if (!provider) return { name: draft.name, ...whole, ...secret };
  const before = told(startProvider(provider)) as Record<string, unknown>;
  const changed = Object.entries(whole).filter(([key, value]) => JSON.stringify(before[key]) !== JSON.stringify(value));
  return { ...Object.fromEntries(changed), ...secret };
}
