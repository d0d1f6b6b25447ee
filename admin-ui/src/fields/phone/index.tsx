// A phone number.
import { Phone } from "lucide-react";
import { t } from "@/lib/i18n";
import { defineKind, isEmpty } from "../kind";
import { linkDisplay } from "../linked-text";
import { textOperators } from "../operators";
import { plainInput } from "../plain";

export const phone = defineKind({
  kind: "phone",
  label: "Phone",
  about: "A phone number, ready to call.",
  group: "Text",
  icon: Phone,
  width: 150,
  display: linkDisplay((value) => `tel:${value.replace(/[^\d+]/g, "")}`),
  input: plainInput({ type: "tel", inputMode: "tel", placeholder: "+1 555 010 0100" }),
  check: (value) =>
    isEmpty(value) || /\d{3}/.test(String(value).replace(/\D/g, "")) ? null : t("This is not a phone number."),
  operators: textOperators,
  common: { required: true, unique: true, default: false },
});
