// What happened to the tenants, those that are gone among them.
import { ScrollText } from "lucide-react";
import { Pages, usePages } from "@/api/pages";
import type { Reseller, TenantEvent } from "@/api/resellers";
import { Empty } from "@/components/bits";
import { PageFrame } from "@/components/page-frame";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { detailWords } from "./event-details";

const DEEDS: Record<string, string> = {
  created: "Made",
  changed: "Changed",
  suspended: "Suspended",
  resumed: "Opened again",
  deletion_scheduled: "To be deleted",
  restored: "Restored",
  deleted: "Deleted for good",
  clone_asked: "Sandbox asked for",
  cloned: "Sandbox made",
  domain_added: "Host added",
  domain_removed: "Host removed",
  branding_changed: "Branding changed",
  branding_removed: "Branding taken back",
  layer_changed: "Layer over a package changed",
  layer_removed: "Layer over a package taken back",
  layer_refused: "Layer over a package did not fit",
  limit_reached: "Came to a limit",
  support_asked: "Asked to be let in",
  support_declined: "Let nobody in",
  support_granted: "Support access given",
  support_signed_in: "Signed in as support",
  support_ended: "Support access ended",
};

export const ACTORS: Record<TenantEvent["actor"], string> = {
  reseller: "by you",
  operator: "by who runs Trellis",
  tenant: "by the tenant itself",
  trellis: "by Trellis",
};

export function Activity({ reseller }: { reseller: Reseller }) {
  const query = usePages(["reseller", "events"], (cursor) => reseller.events(cursor));
  return (
    <PageFrame title={t("Activity")} about={t("What happened to your tenants, those that are gone among them.")}>
      <Pages query={query} what={t("The activity")} more={t("Show older ones")}>
        {(events) =>
          events.length === 0 ? (
            <Empty glyph={<ScrollText size={28} className="text-text-3" />} title={t("Nothing has happened yet")}>
              {t("Make a tenant, and it begins here.")}
            </Empty>
          ) : (
            <ul className="divide-y divide-line border-line border-y">
              {events.map((event) => (
                <EventRow key={event.id} event={event} />
              ))}
            </ul>
          )
        }
      </Pages>
    </PageFrame>
  );
}

function EventRow({ event }: { event: TenantEvent }) {
  const details = detailWords(event.details);
  return (
    <li className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 py-2">
      <time dateTime={event.at} title={formatDateTime(event.at)} className="w-28 shrink-0 text-text-2 text-xs">
        {ago(event.at)}
      </time>
      <span className="w-40 min-w-0 truncate font-mono text-xs">{event.slug}</span>{" "}
      <span className="min-w-0 flex-1 basis-60 break-words">
        <span className="font-medium">{t(DEEDS[event.action] ?? humanize(event.action))}</span>{" "}
        <span className="text-text-2">{t(ACTORS[event.actor])}</span>
        {details.length > 0 && (
          <span className="block text-text-2 text-xs">
            {details.map(([what, how]) => `${humanize(what)}: ${how}`).join(" · ")}
          </span>
        )}
      </span>
    </li>
  );
}
