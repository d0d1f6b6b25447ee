// A web address.
import { Link } from "lucide-react";
import { t } from "@/lib/i18n";
import { defineKind, isEmpty } from "../kind";
import { linkDisplay, safeUrl, shortUrl } from "../linked-text";
import { textOperators } from "../operators";
import { plainInput } from "../plain";

export const url = defineKind({
  kind: "url",
  label: "Web address",
  about: "A link to a page.",
  group: "Text",
  icon: Link,
  width: 190,
  display: linkDisplay((value) => safeUrl(value), shortUrl),
  input: plainInput({ type: "url", inputMode: "url", placeholder: "https://example.com" }),
  check: (value) => (isEmpty(value) || safeUrl(String(value)) ? null : t("This is not a web address.")),
  operators: textOperators,
  common: { required: true, unique: true, default: false },
});
