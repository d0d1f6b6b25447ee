// What stands before the name of a group: the colour of its option, or the picture of its record.
import { useCatalog } from "@/catalog/catalog";
import { type GroupOption, isToOne } from "@/catalog/displays";
import type { FieldDef } from "@/catalog/types";
import { Dot } from "@/components/bits";
import { RecordMark, targetOf } from "@/fields/relation";

export function GroupMark({ field, option }: { field: FieldDef; option: GroupOption | undefined }) {
  const catalog = useCatalog();
  if (!isToOne(field)) return <Dot color={option?.color} />;
  if (!option?.value) return null;
  return <RecordMark object={catalog.object(targetOf(field))} name={option.label} />;
}
