// The editions of a layer: when it was said, by whom, when it was taken back, and where it did not fit.
import { History } from "lucide-react";
import type { Layer } from "@/api/layers";
import { Pages, usePages } from "@/api/pages";
import type { Reseller, TenantEvent } from "@/api/resellers";
import { Empty, Tag } from "@/components/bits";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { ACTORS } from "../activity";
import { LAYERS } from "./queries";

/** Events are told of everything; those of one layer are few among them. */
const PAGE = 1000;

const DEEDS: Record<string, string> = {
  layer_changed: "Said",
  layer_removed: "Taken back",
  layer_refused: "Did not fit in {tenant}",
};

export function Editions({ reseller, layer }: { reseller: Reseller; layer: Layer }) {
  const query = usePages([...LAYERS, layer.package, "editions", layer.edition], (cursor) =>
    reseller.events(cursor, PAGE),
  );
  return (
    <Pages query={query} what={t("The editions")} more={t("Look further back")}>
      {(events) => {
        const mine = events.filter(({ action, details }) => action in DEEDS && details?.package === layer.package);
        if (mine.length === 0)
          return query.hasNextPage ? (
            <p className="text-text-2">{t("Nothing has been said of it lately.")}</p>
          ) : (
            <Empty glyph={<History size={28} className="text-text-3" />} title={t("Nothing has been said yet")} />
          );
        return (
          <>
            <ul className="divide-y divide-line border-line border-y">
              {mine.map((event) => (
                <EditionRow key={event.id} event={event} edition={layer.edition} />
              ))}
            </ul>
            <p className="mt-3 text-text-2 text-xs">
              {t("What an edition said is kept until the next one. An edition is named by the end of its id.")}
            </p>
          </>
        );
      }}
    </Pages>
  );
}

/** Ids of one time begin alike: what tells them apart is at their end. */
const shortly = (edition: unknown): string => (typeof edition === "string" ? edition.slice(-8) : "");

function EditionRow({ event, edition }: { event: TenantEvent; edition: string | null }) {
  const { action, at, actor, details, slug } = event;
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 py-2">
      <time dateTime={at} title={formatDateTime(at)} className="w-28 shrink-0 text-text-2 text-xs">
        {ago(at)}
      </time>
      <span className="min-w-0 flex-1 basis-40 break-words">
        <span className="font-medium">{t(DEEDS[action] ?? action, { tenant: slug ?? "" })}</span>{" "}
        <span className="text-text-2">{t(ACTORS[actor])}</span>{" "}
        {action === "layer_changed" && details?.edition === edition && <Tag color="green">{t("In force")}</Tag>}
      </span>
      <span className="font-mono text-text-2 text-xs">{shortly(details?.edition)}</span>
    </li>
  );
}
