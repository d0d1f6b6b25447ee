// The source behind the list on screen, kept in step with the record store.
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { whenBack } from "@/api/client";
import { type ListSource, sourceFor } from "@/api/list-source";
import type { ListRequest } from "@/api/records";
import type { ObjectDef } from "@/catalog/types";

export function useListSource(object: ObjectDef, request: ListRequest): ListSource {
  const key = JSON.stringify(request);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the request is compared by its content.
  const { source, known } = useMemo(() => sourceFor(object, request), [object.name, key]);
  useSyncExternalStore(source.watch, source.version);
  useEffect(() => {
    const detach = source.attach();
    if ((known && !source.ahead) || source.stale) source.refresh();
    else source.want(0, 1);
    source.ahead = false;
    return detach;
  }, [source, known]);
  useEffect(() => whenBack(() => source.refresh()), [source]);
  return source;
}
