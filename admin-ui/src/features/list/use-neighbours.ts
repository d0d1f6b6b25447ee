// Tells record pages which list they were opened from.
import { useEffect } from "react";
import type { RowSource } from "@/api/grouped-rows";
import type { ObjectDef } from "@/catalog/types";
import { neighbours } from "@/lib/neighbours";

export function useNeighbours(object: ObjectDef, source: RowSource): void {
  useEffect(() => {
    const { pathname, search } = location;
    neighbours.set({
      object: object.name,
      rowOf: (id) => source.rowOf(id),
      idAt: (row) => source.idAt(row),
      want: (first, end) => source.want(first, end),
      rows: () => source.rows,
      watch: source.watch,
      href: pathname + search,
    });
  });
}
