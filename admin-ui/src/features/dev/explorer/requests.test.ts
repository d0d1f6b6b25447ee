import { describe, expect, it } from "vitest";
import type { ObjectDef } from "@/catalog/types";
import { bodyFor, pathOf, SHAPES, sampleOf, urlOf } from "./requests";

const field = (name: string, kind: string, more = {}) => ({ name, kind, label: name, ...more });
const project = {
  name: "project",
  plural: "projects",
  name_field: {},
  fields: [
    field("name", "text", { standard: true }),
    field("customer", "lookup", { to: "customer", required: true }),
    field("phase", "picklist", { options: [{ value: "plan", label: "Plan" }], required: true }),
    field("budget", "currency"),
    field("number", "autonumber"),
    field("active", "boolean"),
  ],
} as unknown as ObjectDef;
const [list, , create, change] = SHAPES as [(typeof SHAPES)[0], unknown, (typeof SHAPES)[0], (typeof SHAPES)[0]];

describe("requests of the explorer", () => {
  it("have the paths and queries of the API", () => {
    expect(pathOf(project, change, "")).toBe("/api/v1/projects/{id}");
    const query = { fields: "name,budget", "filter[name][contains]": "a b&c", sort: "" };
    expect(urlOf({ path: pathOf(project, list, ""), query })).toBe(
      "/api/v1/projects?fields=name,budget&filter[name][contains]=a%20b%26c",
    );
  });

  it("begin with a body that has what is needed and nothing that cannot be written", () => {
    expect(JSON.parse(bodyFor(project, "create"))).toEqual({
      name: "name",
      customer_id: "{id}",
      phase: "plan",
      budget: 1000,
      active: true,
    });
    expect(JSON.parse(bodyFor(project, "change"))).toEqual({ budget: 1000 });
  });

  it("are written so that a shell and the languages take them", () => {
    const request = {
      method: create.method,
      path: "/api/v1/projects",
      query: {},
      body: `{"name": "Ada's", "active": true}`,
    };
    expect(sampleOf(request, "https://x.example", "curl")).toContain(`-d '{"name": "Ada'\\''s", "active": true}'`);
    expect(sampleOf(request, "https://x.example", "python")).toContain(`{"name": "Ada's", "active": True}`);
    expect(sampleOf(request, "https://x.example", "python")).toContain("requests.post(");
    expect(sampleOf({ ...request, method: "GET", body: "" }, "https://x.example", "curl")).not.toContain("-X");
    expect(sampleOf(request, "https://x.example", "javascript")).toContain('method: "POST"');
  });
});
