// The record that fills the canvas: the newest at first, any other by name.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useRecord } from "@/api/record-store";
import { listRecords, loadRecord } from "@/api/records";
import type { ObjectDef } from "@/catalog/types";
import { Select } from "@/components/select";
import { t } from "@/lib/i18n";
import { inSentence } from "@/lib/text";
import { useDebounced } from "@/lib/use-debounced";

/** None where none is `wanted`. */
export function usePreviewRecord(object: ObjectDef, wanted = true) {
  const [chosen, setChosen] = useState<string | undefined>();
  const newest = useQuery({
    queryKey: ["preview", object.name],
    enabled: wanted,
    queryFn: async ({ signal }) => {
      const page = await listRecords(object, { fields: ["id", "name"], sort: ["-updated_at"], limit: 1 }, signal);
      return page.records[0]?.id ?? null;
    },
  });
  const id = chosen ?? newest.data ?? undefined;
  useQuery({
    queryKey: ["record", object.name, id],
    enabled: wanted && id !== undefined,
    queryFn: ({ signal }) => loadRecord(object, id as string, undefined, signal),
  });
  return { record: useRecord(object.name, id), id, choose: setChosen };
}

interface RecordPickerProps {
  object: ObjectDef;
  id: string | undefined;
  name: string;
  onChoose: (id: string) => void;
  label?: string;
}

export function RecordPicker({ object, id, name, onChoose, label = t("Shown with") }: RecordPickerProps) {
  const [text, setText] = useState("");
  const sought = useDebounced(text.trim(), 150);
  const query = useQuery({
    queryKey: ["pick", object.name, sought],
    queryFn: async ({ signal }) => {
      const filter = sought ? { name: { contains: sought } } : null;
      const page = await listRecords(
        object,
        { fields: ["id", "name"], filter, limit: 20, sort: ["-updated_at"] },
        signal,
      );
      return page.records.map((r) => ({ id: r.id, label: String(r.name ?? t("Unnamed")) }));
    },
    placeholderData: (old) => old,
  });
  return (
    <Select
      className="w-56 max-w-full flex-1"
      label={label}
      placeholder={id === undefined ? t("No {label} yet", { label: inSentence(object.label) }) : t("Choose")}
      choices={query.data ?? []}
      chosen={id ? [{ id, label: name || t("Unnamed") }] : []}
      value={id ? [id] : []}
      onChange={(next) => next[0] && onChoose(next[0])}
      onSearch={setText}
      busy={query.isFetching}
    />
  );
}
