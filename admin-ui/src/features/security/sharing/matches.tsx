// How many records a rule is about now, so that one sees what it opens or keeps back before it does.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { listRecords } from "@/api/records";
import type { ObjectDef } from "@/catalog/types";
import type { Party } from "@/fields/party";
import { t } from "@/lib/i18n";
import { counted } from "@/lib/text";
import { useDebounced } from "@/lib/use-debounced";

interface MatchesProps {
  object: ObjectDef;
  /** The condition, or whose records they are; of a team or a role no route counts them. */
  when?: string;
  owner?: Party | undefined;
}

export function Matches({ object, when = "", owner }: MatchesProps) {
  const user = typeof owner?.user === "string" ? owner.user : undefined;
  const where = useDebounced(when.trim(), 300);
  const query = useQuery({
    queryKey: ["rule-matches", object.name, where, user],
    enabled: Boolean(where || user),
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const all = { fields: ["id"], limit: 1, includeTotal: true };
      const filter = user ? { owner_id: { eq: user } } : null;
      const pages = [
        listRecords(object, { ...all, where: where || undefined, filter }, signal),
        listRecords(object, all, signal),
      ];
      const [met, whole] = await Promise.all(pages);
      return { met: met?.total, whole: whole?.total };
    },
  });
  const { met, whole } = query.data ?? {};
  if (query.isError || (!where && !user) || met === undefined || whole === undefined) return null;
  return (
    <p role="status" className="text-text-2 text-xs">
      {t("Meets {n} of the {all} records that you see.", { n: counted(met), all: counted(whole) })}
    </p>
  );
}
