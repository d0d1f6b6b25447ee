// What an object's records must obey: rules, conditions of fields, and the ways from state to state. And the way to what
// becomes of them.
import { Link } from "@tanstack/react-router";
import { Replace } from "lucide-react";
import type { ObjectDef } from "@/catalog/types";
import { outlineLink } from "@/components/page-frame";
import { t } from "@/lib/i18n";
import { FieldConditions } from "./field-conditions";
import { Processes } from "./processes";
import { ValidationRules } from "./validation-rules";

export function RulesTab({ object }: { object: ObjectDef }) {
  return (
    <>
      <ValidationRules object={object} />
      <FieldConditions object={object} />
      <Processes object={object} />
      <section aria-label={t("Conversions and recurrence")} className="mb-8">
        <h2 className="mb-1 font-semibold text-base">{t("Conversions and recurrence")}</h2>
        <p className="mb-3 text-text-2">{t("What records become, and how they come again.")}</p>
        <Link to="/setup/objects/$object/becoming" params={{ object: object.name }} className={outlineLink}>
          <Replace size={14} />
          {t("Conversions and recurrence")}
        </Link>
      </section>
    </>
  );
}
