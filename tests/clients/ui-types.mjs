// The types of what the UI is told at addresses that are the same in every tenant, made of the document of the API. What
// objects a tenant has the UI learns while it runs, so their types are not among them.

import openapiTS, { astToString } from "openapi-typescript";

/** What the UI names of the document. */
const NAMED = [
  "Act", "ApiKey", "Branding", "Certificate", "Clone", "Delivery", "Features", "Import", "LayerInTenant", "LayerReport", "Limits", "Noticed", "OfferedPackage", "OpenSession", "Package", "Pagination", "PassedOver", "Person", "Plan", "ProblemDetail", "ResellerLayer", "Rights",
  "SecuritySettings", "Share", "SignInProvider", "Step", "SupportAccess", "Team", "Tenant", "TenantBranding", "Tried", "Use", "Webhook",
];

/** The file `admin-ui/src/api/document.d.ts`. */
export async function uiTypes(document) {
  const schemas = Object.fromEntries(NAMED.map((name) => [name, document.components.schemas[name]]));
  const part = { openapi: document.openapi, info: document.info, paths: {}, components: { schemas } };
  const text = astToString(await openapiTS(part, { defaultNonNullable: false }));
  // What is said of each value is in the document; here it would only be longer.
  const lines = text.replaceAll(/\/\*\*[\s\S]*?\*\//g, "").split("\n").filter((line) => line.trim());
  const from = lines.findIndex((line) => line.includes("schemas: {"));
  const to = lines.findIndex((line, i) => i > from && line === "    };");
  const told = lines.slice(from + 1, to).map((line) => line.slice(4).replace(/^(?: {4})+/, (deep) => "  ".repeat(deep.length / 4)));
  const plain = told.map((line) => line.replaceAll(/components\["schemas"\]/g, "Document"));
  return [
    "// Made of the API's own document by tests/clients/ui-types.mjs, and held equal to it by a test there: not written by hand.",
    "export interface Document {",
    ...plain,
    "}",
    "",
  ].join("\n");
}
