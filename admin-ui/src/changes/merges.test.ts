import { expect, it } from "vitest";
import type { Merge } from "@/api/metadata";
import { archivable, isOpen, NO_CHOICES } from "./merges";

const merge = (path: string, outcome: Merge["outcome"]): Merge => ({ path, outcome, class: "package" });

it("knows objects and fields that can be archived by the names that the server takes", () => {
  expect(archivable(merge("objects.car", "adopted"))).toBe("car");
  expect(archivable(merge("objects.car.fields.old", "archived"))).toBe("car.old");
  expect(archivable(merge("objects.car.fields.old.options.red", "adopted"))).toBeNull();
  expect(archivable(merge("list-views.car.all", "adopted"))).toBeNull();
  expect(archivable(merge("objects.car", "conflict"))).toBeNull();
});

it("keeps what was chosen in sight, and not what the server settled", () => {
  const [rule, length] = [
    merge("objects.car.fields.sum.formula", "taken"),
    merge("objects.car.fields.a.max_length", "taken"),
  ];
  const choices = { take: [rule.path], archive: ["car.old"] };
  expect([rule, length].map((one) => isOpen(one, choices))).toEqual([true, false]);
  expect(isOpen(merge("objects.car.fields.old", "archived"), choices)).toBe(true);
  expect(isOpen(merge("objects.car.fields.old", "archived"), NO_CHOICES)).toBe(false);
  expect(isOpen(merge("objects.car.fields.old", "adopted"), NO_CHOICES)).toBe(true);
  expect(isOpen(merge("objects.car.label", "kept"), NO_CHOICES)).toBe(false);
});
