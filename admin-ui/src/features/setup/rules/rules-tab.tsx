// What an object's records must obey: rules, conditions of fields, and the ways from state to state.
import type { ObjectDef } from "@/catalog/types";
import { FieldConditions } from "./field-conditions";
import { Processes } from "./processes";
import { ValidationRules } from "./validation-rules";

export function RulesTab({ object }: { object: ObjectDef }) {
  return (
    <>
      <ValidationRules object={object} />
      <FieldConditions object={object} />
      <Processes object={object} />
    </>
  );
}
