// A kind of field as it looks in a list.
import type { FieldDef } from "@/catalog/types";
import type { FieldKind } from "@/fields/kind";
import { sampleField, sampleOf, sampleRecord } from "./samples";

export function KindSample({ kind, given }: { kind: FieldKind; given?: Partial<FieldDef> }) {
  if (sampleOf(kind.kind) === undefined) return null;
  const field = sampleField(kind.kind, given);
  const value = kind.read(sampleRecord(kind.kind, field), field);
  const Display = kind.display;
  return (
    <span className="pointer-events-none inline-flex max-w-full items-center truncate" inert>
      <Display value={value} field={field} compact />
    </span>
  );
}
