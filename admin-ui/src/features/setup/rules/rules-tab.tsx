// What an object's records must obey.
import type { ObjectDef } from "@/catalog/types";
import { ValidationRules } from "./validation-rules";

export function RulesTab({ object }: { object: ObjectDef }) {
  return <ValidationRules object={object} />;
}
