import { expect, it } from "vitest";
import type { Provider } from "@/api/providers";
import { startProvider, wishOf, wordsOf } from "./provider-draft";

const there: Provider = {
  name: "acme",
  label: "Acme",
  issuer: "https://id.example.com",
  client_id: "trellis",
  scopes: ["openid", "email"],
  groups_claim: null,
  mappings: [],
  create_users: true,
  default_role: "user",
  email_domains: ["acme.example"],
  trust_email: false,
  strong_acr: [],
  sign_out: true,
  active: true,
  has_secret: true,
  redirect_uri: "https://crm.example.com/auth/v1/providers/acme/callback",
  created_at: "2027-01-01T00:00:00Z",
  changed_at: "2027-01-01T00:00:00Z",
};

it("tells of one that is there what differs alone, and leaves its secret", () => {
  const draft = startProvider(there);
  expect(wishOf(draft, there)).toEqual({});
  expect(wishOf({ ...draft, label: " Acme Inc. ", email_domains: "acme.example, acme.test" }, there)).toEqual({
    label: "Acme Inc.",
    email_domains: ["acme.example", "acme.test"],
  });
  expect(wishOf({ ...draft, client_secret: "new" }, there)).toEqual({ client_secret: "new" });
});

it("takes a mapping as unchanged however the server wrote it", () => {
  const sparse = { ...there, mappings: [{ roles: ["user"], group: "staff" }] };
  expect(wishOf(startProvider(sparse), sparse)).toEqual({});
});

it("tells everything of a new one", () => {
  const wish = wishOf({ ...startProvider(), name: "acme", label: "Acme", groups_claim: " groups " });
  expect(wish).toMatchObject({
    name: "acme",
    label: "Acme",
    groups_claim: "groups",
    scopes: ["openid", "email", "profile"],
  });
  expect("client_secret" in wish).toBe(false);
  expect(wordsOf(" a,b\n c ")).toEqual(["a", "b", "c"]);
});
