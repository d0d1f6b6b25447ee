// What a form shows, wants and offers while somebody types, out of the conditions that the server sends.
import { describe, expect, it } from "vitest";
import type { Me } from "@/api/session";
import { Catalog } from "@/catalog/catalog";
import type { FormCondition, ObjectDef } from "@/catalog/types";
import type { Expression } from "@/lib/formula/values";
import { isShown, keyed, liveField, liveFields, offered } from "./live";

const stage: Expression = { field: { field: "stage", ty: "choice" } };
const is = (value: string): Expression => ({ compare: { op: "eq", left: stage, right: { literal: { text: value } } } });
const was = (value: string): Expression => ({
  compare: {
    op: "eq",
    left: { call: { function: "PRIORVALUE", arguments: [stage] } },
    right: { literal: { text: value } },
  },
});
const ratio: Expression = {
  arithmetic: {
    op: "divide",
    left: { literal: { number: "1" } },
    right: { or_zero: { field: { field: "amount", ty: "number" } } },
  },
};

const options = (...values: string[]) => values.map((value) => ({ value, label: value }));

const visit: ObjectDef = {
  name: "visit",
  plural: "visits",
  label: "Visit",
  plural_label: "Visits",
  fields: [
    { name: "stage", kind: "picklist", label: "Stage", options: options("new", "won", "lost") },
    { name: "loss_reason", kind: "text", label: "Loss reason" },
    { name: "remark", kind: "text", label: "Remark" },
    { name: "amount", kind: "currency", label: "Amount" },
    { name: "place", kind: "lookup", label: "Place", to: "place" },
    { name: "country", kind: "picklist", label: "Country", options: options("de", "us") },
    {
      name: "state",
      kind: "picklist",
      label: "State",
      options: options("by", "be", "ca"),
      depends_on: { field: "country", matrix: { de: ["by", "be"], us: ["ca"] } },
    },
  ],
};

function catalogWith(conditions: FormCondition[]): Catalog {
  const types = [{ name: "visit.small", object: "visit", label: "Small", options: { stage: ["new"], state: ["*"] } }];
  const bootstrap = { revision: 1, user: null, objects: [visit], forms: { visit: conditions }, record_types: types };
  return new Catalog(bootstrap, { roles: [], permissions: { system: [], objects: {} } } as unknown as Me);
}

const field = (name: string) => visit.fields.find((one) => one.name === name) ?? { name, kind: "text", label: name };

describe("conditional sections", () => {
  const items = [{ field: "loss_reason" }];
  const layout = {
    name: "visit.default",
    object: "visit",
    sections: [
      { label: "Why", visible: 'stage = "lost"', condition: is("lost"), items },
      { label: "Place", visible: 'place.city = "Ulm"', items },
      { label: "Always", items },
    ],
  };
  const catalog = new Catalog({ revision: 1, user: null, objects: [visit], layouts: [layout] }, {
    roles: [],
    permissions: { system: [], objects: {} },
  } as unknown as Me);
  const shown = (record: Record<string, unknown>) =>
    catalog.layout("visit")?.sections.map((section) => isShown(catalog.shownWhen(section), record));

  it("shows a section while its condition holds, and always where only the server could say", () => {
    expect(shown({ stage: "lost" })).toEqual([true, true, true]);
    expect(shown({ stage: "won" })).toEqual([false, true, true]);
    expect(shown({ amount: 1 })).toEqual([true, true, true]);
  });

  it("keeps a layout as it was written, to be edited", () => {
    expect(catalog.layout("visit")?.sections[0]).toEqual({ label: "Why", visible: 'stage = "lost"', items });
  });
});

describe("conditional fields", () => {
  const lossy = catalogWith([
    { field: "loss_reason", visible: is("lost"), required: is("lost"), when_hidden: "clear" },
    {
      field: "remark",
      visible: { not: { is_blank: { field: { field: "loss_reason", ty: "text" } } } },
      when_hidden: "keep",
    },
    { field: "amount", read_only: was("won"), when_hidden: "keep" },
  ]);

  it("follow what is typed", () => {
    expect(liveFields(lossy, visit, { stage: "new" }, null)(field("loss_reason")).shown).toBe(false);
    const lost = liveFields(lossy, visit, { stage: "lost" }, null);
    expect(lost(field("loss_reason"))).toEqual({ shown: true, required: true, readOnly: false });
    expect(liveField(lossy, visit, field("loss_reason"), {}, lost(field("loss_reason"))).required).toBe(true);
    expect(lost(field("stage"))).toEqual({ shown: true, required: false, readOnly: false });
  });

  it("take what is hidden as not there", () => {
    const typed = { stage: "new", loss_reason: "price" };
    expect(liveFields(lossy, visit, typed, null)(field("remark")).shown).toBe(false);
    expect(liveFields(lossy, visit, { ...typed, stage: "lost" }, null)(field("remark")).shown).toBe(true);
  });

  it("look at what is stored", () => {
    const stored = { stage: "won", amount: 5, loss_reason: null };
    expect(liveFields(lossy, visit, { ...stored, stage: "new" }, stored)(field("amount")).readOnly).toBe(true);
    expect(liveFields(lossy, visit, { stage: "won" }, null)(field("amount")).readOnly).toBe(false);
  });

  it("are strict where they have no value, and free where only the server knows", () => {
    const one = (required: Expression) => catalogWith([{ field: "state", required, when_hidden: "keep" }]);
    const over: Expression = { compare: { op: "gt", left: ratio, right: { literal: { number: "5" } } } };
    expect(liveFields(one(over), visit, { amount: 0 }, null)(field("state")).required).toBe(true);
    expect(liveFields(one(over), visit, { amount: 1 }, null)(field("state")).required).toBe(false);
    const unknown: Expression = { call: { function: "NOT_YET_KNOWN", arguments: [] } };
    expect(liveFields(one(unknown), visit, {}, null)(field("state")).required).toBe(false);
    // Not loaded is not blank.
    expect(liveFields(one(over), visit, { stage: "new" }, { stage: "new" })(field("state")).required).toBe(false);
  });

  it("read lookups of drafts and of loaded records", () => {
    const place: Expression = { is_blank: { field: { field: "place_id", ty: "id" } } };
    const catalog = catalogWith([{ field: "state", visible: { not: place }, when_hidden: "keep" }]);
    const id = "018f0000-0000-7000-8000-000000000001";
    const draft = keyed(visit.fields, { place: { id, name: "Acme" } });
    expect(liveFields(catalog, visit, draft, null)(field("state")).shown).toBe(true);
    const loaded = { place: { id, name: "Acme" } };
    expect(liveFields(catalog, visit, loaded, loaded)(field("state")).shown).toBe(true);
    expect(liveFields(catalog, visit, { place: null }, { place: null })(field("state")).shown).toBe(false);
  });
});

describe("options", () => {
  const catalog = catalogWith([]);

  it("depend on another field", () => {
    expect(offered(catalog, visit, field("state"), { country: "de" })).toEqual(["by", "be"]);
    expect(offered(catalog, visit, field("state"), {})).toEqual([]);
    expect(offered(catalog, visit, field("country"), {})).toBeUndefined();
    const free = { shown: true, required: false, readOnly: false };
    const narrowed = liveField(catalog, visit, field("state"), { country: "us" }, free);
    expect(narrowed.options?.map((option) => option.value)).toEqual(["ca"]);
  });

  it("are those that conditions leave", () => {
    const conditions: FormCondition[] = [
      {
        field: "state",
        options_when: [
          { when: is("new"), allow: ["by", "ca"] },
          { when: was("won"), allow: ["by"] },
        ],
        when_hidden: "keep",
      },
    ];
    const limited = catalogWith(conditions);
    const left = (record: Record<string, unknown>, stored: Record<string, unknown> | null) => {
      const live = liveFields(limited, visit, record, stored)(field("state"));
      return liveField(limited, visit, field("state"), record, live).options?.map((option) => option.value);
    };
    expect(left({ country: "de", stage: "lost" }, null)).toEqual(["by", "be"]);
    expect(left({ country: "de", stage: "new" }, null)).toEqual(["by"]);
    expect(left({ country: "us", stage: "new" }, { country: "us", stage: "won" })).toEqual([]);
    const colour = { name: "colour", kind: "picklist", label: "Colour", options: options("red", "blue") };
    const live = { shown: true, required: false, readOnly: false, allowed: ["blue"] };
    expect(liveField(limited, visit, colour, {}, live).options?.map((option) => option.value)).toEqual(["blue"]);
  });

  it("are those of the record's type", () => {
    expect(offered(catalog, visit, field("stage"), { record_type: "small" })).toEqual(["new"]);
    expect(offered(catalog, visit, field("state"), { record_type: "small", country: "us" })).toEqual(["ca"]);
    expect(offered(catalog, visit, field("stage"), { record_type: "other" })).toBeUndefined();
  });
});
