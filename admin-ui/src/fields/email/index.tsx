// An e-mail address.
import { Mail } from "lucide-react";
import { t } from "@/lib/i18n";
import { defineKind, isEmpty } from "../kind";
import { linkDisplay } from "../linked-text";
import { textOperators } from "../operators";
import { plainInput } from "../plain";

export const email = defineKind({
  kind: "email",
  label: "Email",
  about: "An e-mail address, checked and clickable.",
  group: "Text",
  icon: Mail,
  width: 210,
  display: linkDisplay((value) => `mailto:${value}`),
  input: plainInput({ type: "email", inputMode: "email", placeholder: "name@example.com" }),
  check: (value) =>
    isEmpty(value) || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(String(value).trim())
      ? null
      : t("This is not an e-mail address."),
  operators: textOperators,
  common: { required: true, unique: true, default: false },
});
