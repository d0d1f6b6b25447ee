// Other records that may be the same as this one, in a quiet line; from here they are compared and become one.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Merge } from "lucide-react";
import { useState } from "react";
import type { RecordData } from "@/api/record-store";
import { listRecords } from "@/api/records";
import { mayDelete, mayEdit } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { late } from "@/components/late";
import { MenuButton } from "@/components/menu";
import { RecordLink } from "@/components/record-link";
import { twinClues, twinPaths, twinsOf } from "@/fields/similar";
import { all, any, compare } from "@/lib/filter";
import { t } from "@/lib/i18n";
import { inSentence } from "@/lib/text";

const MergeDialog = late(() => import("@/fields/merge-dialog"), "MergeDialog", "over");

/** Enough to see whether there are few. */
const MOST = 12;
/** As many as fit beside this one in the dialog, and as are named here. */
const BESIDE = 4;

interface TwinsProps {
  object: ObjectDef;
  record: RecordData;
  onGo: (id: string) => void;
}

/** Nothing while there is nothing to tell. */
export function Twins({ object, record, onGo }: TwinsProps) {
  const client = useQueryClient();
  const [merging, setMerging] = useState<string[] | null>(null);
  const clues = twinClues(object, record);
  const filter = all([compare("id", "ne", record.id), any(clues.map((clue) => clue.condition))]);
  const found = useQuery({
    queryKey: ["twins", object.name, filter],
    enabled: clues.length > 0,
    staleTime: 10_000,
    retry: false,
    queryFn: ({ signal }) => listRecords(object, { fields: twinPaths(object), filter, limit: MOST }, signal),
  });
  const twins = twinsOf(clues, found.data?.records ?? []);
  if (twins.length === 0) return null;
  const nameOf = (twin: RecordData) => String(twin.name ?? "") || t("Unnamed");
  const compared = twins.slice(0, BESIDE);
  const items = [
    ...compared.map((twin, i) => ({
      // Of the same name are most of them.
      label: `${i + 1}. ${nameOf(twin)}`,
      onSelect: () => setMerging([record.id, twin.id]),
    })),
    {
      label: t("All {n} of them", { n: compared.length }),
      separate: true,
      onSelect: () => setMerging([record.id, ...compared.map((twin) => twin.id)]),
    },
  ];

  function merged(kept: RecordData) {
    setMerging(null);
    void client.invalidateQueries({ queryKey: ["twins", object.name] });
    if (kept.id !== record.id) onGo(kept.id);
    else void client.invalidateQueries({ queryKey: ["record", object.name, record.id] });
  }

  const words = { n: twins.length, object: inSentence(object.label), objects: inSentence(object.plural_label) };
  const verb = t("Compare and merge");
  return (
    <section
      aria-label={t("Similar {objects}", words)}
      className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 border-line border-b bg-sunken px-4 py-1 text-text-2 text-xs phone:px-5"
    >
      <p className="min-w-0 flex-1">
        {twins.length === 1 ? t("1 similar {object}", words) : t("{n} similar {objects}", words)}
        {": "}
        {compared.map((twin, i) => (
          <span key={twin.id}>
            {i > 0 && ", "}
            <RecordLink
              plural={object.plural}
              id={twin.id}
              className="inline-block py-0.5 font-medium text-text underline underline-offset-2"
            >
              {nameOf(twin)}
            </RecordLink>
          </span>
        ))}
      </p>
      {mayEdit(object) &&
        mayDelete(object) &&
        (twins.length === 1 ? (
          <Button icon={<Merge size={14} />} onClick={() => setMerging([record.id, ...twins.map((twin) => twin.id)])}>
            {verb}
          </Button>
        ) : (
          <MenuButton items={items} label={verb} align="end">
            {(button) => (
              <Button {...button} icon={<Merge size={14} />}>
                {verb}
              </Button>
            )}
          </MenuButton>
        ))}
      {merging && <MergeDialog object={object} ids={merging} onClose={() => setMerging(null)} onDone={merged} />}
    </section>
  );
}
