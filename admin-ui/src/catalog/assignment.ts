// Which of an object's layouts a person gets for a record: the one that names most of what is so wins.
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import type { Device } from "@/lib/use-media";
import type { Assignment, LayoutDef } from "./types";

export interface Situation {
  roles: string[];
  device: Device;
  /** The name of the record's type, without its object's; nothing for records without one. */
  recordType?: string | undefined;
}

/** How many of its words hold; -1 when one does not, or when it says nothing at all. */
function closeness({ role, record_type, device }: Assignment, at: Situation): number {
  const said = [
    role && (role === "*" || at.roles.includes(role)),
    device && (device === "*" || device === at.device),
    record_type && (record_type === "*" || record_type === at.recordType),
  ].filter((holds) => holds !== undefined && holds !== "");
  return said.length === 0 || said.includes(false) ? -1 : said.length;
}

/** The layout for a situation: the closest assignment, of equally close ones the first; else the default. */
export function layoutFor(layouts: LayoutDef[], at: Situation): LayoutDef | undefined {
  let best: LayoutDef | undefined;
  let closest = 0;
  for (const layout of layouts) {
    const close = Math.max(-1, ...(layout.assign ?? []).map((one) => closeness(one, at)));
    if (close > closest) {
      best = layout;
      closest = close;
    }
  }
  return (
    best ?? layouts.find((l) => /(^|\.)default$/.test(l.name)) ?? layouts.find((l) => !l.assign?.length) ?? layouts[0]
  );
}

const DEVICES: Record<string, () => string> = {
  phone: () => t("On phones"),
  tablet: () => t("On tablets"),
  desktop: () => t("On desktops"),
};

/** "Sales rep · on phones". */
export function assignmentWords({ role, record_type, device }: Assignment): string {
  const words = [
    role && role !== "*" ? t("Role {name}", { name: humanize(role) }) : "",
    record_type && record_type !== "*" ? t("Type {name}", { name: humanize(record_type) }) : "",
    device ? (DEVICES[device]?.() ?? "") : "",
  ];
  return words.filter(Boolean).join(" · ") || t("Everybody");
}
