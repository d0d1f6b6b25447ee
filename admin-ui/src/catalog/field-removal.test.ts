import { expect, it } from "vitest";
import { removalOf } from "./field-removal";
import type { LayoutDef, ListViewDef } from "./types";

const views: ListViewDef[] = [
  { name: "project.all", object: "project", label: "All", columns: ["name", "budget"] },
  {
    name: "project.open",
    object: "project",
    label: "Open",
    columns: ["name", "phase", "phase_note"],
    sort: ["-phase", "name"],
    filter: { and: [{ phase: { ne: "done" } }, { budget: { gt: 1 } }] },
  },
  { name: "task.all", object: "task", label: "Tasks", columns: ["phase"] },
];
const layouts: LayoutDef[] = [
  {
    name: "project.default",
    object: "project",
    sections: [
      { label: "State", items: [{ field: "phase" }] },
      { label: "Money", items: [{ field: "budget" }, { related: "tasks" }] },
    ],
    highlights: ["phase", "budget"],
  },
];

it("takes a field out of the views and layouts of its object, and nothing else", () => {
  const removal = removalOf("project", "phase", views, layouts);
  expect(removal.views).toEqual(["Open"]);
  expect(removal.changes).toEqual([
    { kind: "fields", name: "project.phase", definition: null },
    {
      kind: "list-views",
      name: "project.open",
      definition: {
        object: "project",
        label: "Open",
        columns: ["name", "phase_note"],
        sort: ["name"],
        filter: { and: [{ budget: { gt: 1 } }] },
      },
    },
    {
      kind: "layouts",
      name: "project.default",
      definition: {
        object: "project",
        sections: [{ label: "Money", items: [{ field: "budget" }, { related: "tasks" }] }],
        highlights: ["budget"],
      },
    },
  ]);
});

it("is the field alone when nothing shows it, in whatever order keys come", () => {
  const odd: ListViewDef[] = [
    {
      name: "project.x",
      sort: ["name"],
      filter: { a: { eq: 1 } },
      display: "board",
      group_by: "a",
      columns: [],
      label: "X",
      object: "project",
    },
  ];
  expect(removalOf("project", "unseen", odd, layouts).changes).toHaveLength(1);

  expect(removalOf("project", "unseen", views, layouts).changes).toHaveLength(1);
});
