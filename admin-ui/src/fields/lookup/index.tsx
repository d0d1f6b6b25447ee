// A link to one record of another object.
import { ArrowUpRight } from "lucide-react";
import { defineKind } from "../kind";
import { relationOperators } from "../operators";
import { toOne } from "../to-one";

export const lookup = defineKind({
  ...toOne,
  kind: "lookup",
  label: "Lookup",
  about: "Points to one record of another object.",
  group: "Relations",
  icon: ArrowUpRight,
  width: 190,
  operators: relationOperators,
  settings: [
    { name: "to", label: "Points to", control: "object", required: true },
    {
      name: "inverse",
      label: "Name of the list on the other side",
      control: "text",
      mono: true,
      required: true,
      hint: "How the other object calls these records.",
    },
    {
      name: "on_delete",
      label: "When the other record is deleted",
      control: "choice",
      initial: "set_null",
      choices: [
        { value: "set_null", label: "Empty this field" },
        { value: "restrict", label: "Refuse to delete it" },
        { value: "cascade", label: "Delete this record too" },
      ],
    },
  ],
});
