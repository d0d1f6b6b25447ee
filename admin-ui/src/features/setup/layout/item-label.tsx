// What an item of a layout is called, with the icon of its kind.
import { Blocks, List, type LucideIcon } from "lucide-react";
import { useCatalog } from "@/catalog/catalog";
import { fieldOf } from "@/catalog/fields";
import { objectIcon } from "@/catalog/icons";
import { OTHER_FIELDS, OTHER_LISTS } from "@/catalog/placement";
import type { LayoutItem, ObjectDef } from "@/catalog/types";
import { Glyph } from "@/components/bits";
import { kindOf } from "@/fields/registry";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";

export function labelOf(object: ObjectDef, item: LayoutItem): string {
  if (item.field) return fieldOf(object, item.field)?.label ?? item.field;
  if (item.related) {
    const relation = object.relations?.find((r) => r.name === item.related);
    return relation?.label ?? humanize(item.related);
  }
  if (item.component === OTHER_FIELDS) return t("Fields that no section names");
  if (item.component === OTHER_LISTS) return t("Lists that no section names");
  return humanize(item.component ?? "item");
}

export function ItemMark({ object, item, size = 14 }: { object: ObjectDef; item: LayoutItem; size?: number }) {
  const catalog = useCatalog();
  const field = item.field ? fieldOf(object, item.field) : undefined;
  const relation = item.related ? object.relations?.find((r) => r.name === item.related) : undefined;
  const other = catalog.object(relation?.object);
  if (other) return <Glyph icon={objectIcon(other)} hue={objectHue(other.name)} size={size + 4} />;
  const Icon: LucideIcon = field ? kindOf(field).icon : item.related ? List : Blocks;
  return <Icon size={size} aria-hidden="true" className="text-text-3" />;
}
