// Belongs to one record of another object: is deleted with it, and is seen by those who see it.
import { CornerDownRight } from "lucide-react";
import { defineKind } from "../kind";
import { relationOperators } from "../operators";
import { toOne } from "../to-one";

export const masterDetail = defineKind({
  ...toOne,
  kind: "master_detail",
  label: "Belongs to",
  about: "A part of one record: shares its access and is deleted with it.",
  group: "Relations",
  icon: CornerDownRight,
  width: 190,
  operators: relationOperators.filter((o) => o.operand !== "none"),
  settings: [
    { name: "to", label: "Belongs to", control: "object", required: true },
    {
      name: "inverse",
      label: "Name of the list on the other side",
      control: "text",
      mono: true,
      required: true,
      hint: "How the other object calls these records.",
    },
  ],
  common: { required: false, unique: false, default: false },
});
