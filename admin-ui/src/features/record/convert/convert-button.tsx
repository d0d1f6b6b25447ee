// What a record can become, as buttons at its top. It is drawn where its object has conversions.

import { useQuery } from "@tanstack/react-query";
import { Replace } from "lucide-react";
import { useState } from "react";
import { type Conversion, loadConversions } from "@/api/conversions";
import type { RecordData } from "@/api/record-store";
import type { ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { late } from "@/components/late";
import { usePageActions } from "@/lib/page-actions";

const ConvertDialog = late(() => import("./convert-dialog"), "ConvertDialog", "over");

export function ConvertButtons({ object, record }: { object: ObjectDef; record: RecordData }) {
  const [chosen, setChosen] = useState<Conversion | null>(null);
  const found = useQuery({
    queryKey: ["conversions", object.name, record.id, record.version],
    enabled: record.version !== undefined,
    retry: false,
    // Who opens the dialog wants to know who is there now.
    staleTime: 0,
    queryFn: ({ signal }) => loadConversions(object, record.id, signal),
  });
  const ready = found.data?.filter((one) => one.ready) ?? [];
  usePageActions(
    String(record.name || object.label),
    ready.map((one) => ({ label: one.label, icon: <Replace size={15} />, onSelect: () => setChosen(one) })),
  );
  return (
    <>
      {ready.map((one) => (
        <Button key={one.name} look="outline" icon={<Replace size={14} />} onClick={() => setChosen(one)}>
          {one.label}
        </Button>
      ))}
      {chosen && <ConvertDialog object={object} record={record} conversion={chosen} onClose={() => setChosen(null)} />}
    </>
  );
}
