// Addresses that are told what happens to the tenants: all of them, and the way to a new one.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight, Plus, Webhook as WebhookIcon } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import type { Reseller, Webhook } from "@/api/resellers";
import { Empty, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { PageFrame } from "@/components/page-frame";
import { formatDate } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { WebhookDrawer } from "./webhook-drawer";

export const WEBHOOKS = ["reseller", "webhooks"];

export function Webhooks({ reseller }: { reseller: Reseller }) {
  const client = useQueryClient();
  const query = useQuery({ queryKey: WEBHOOKS, queryFn: () => reseller.webhooks() });
  const [making, setMaking] = useState(false);
  const add = (
    <Button look="solid" size="md" icon={<Plus size={15} />} onClick={() => setMaking(true)}>
      {t("New webhook")}
    </Button>
  );
  return (
    <PageFrame
      title={t("Webhooks")}
      about={t(
        "Addresses of yours that are told what happens to your tenants, signed, at least once. What is not taken is sent again for about 17 hours.",
      )}
      action={query.data?.length ? add : undefined}
    >
      <Loaded query={query} what={t("The webhooks")}>
        {(webhooks) =>
          webhooks.length === 0 ? (
            <Empty glyph={<WebhookIcon size={28} className="text-text-3" />} title={t("No webhooks yet")} action={add}>
              {t("Let your shop or your billing know when a tenant is made, changes its plan or comes to a limit.")}
            </Empty>
          ) : (
            <ul className="divide-y divide-line border-line border-y">
              {webhooks.map((webhook) => (
                <li key={webhook.id}>
                  <Link
                    to="/tenants"
                    search={{ tab: "webhooks", webhook: webhook.id }}
                    className="flex items-center gap-3 px-1.5 py-2.5 hover:bg-hover"
                  >
                    <WebhookIcon size={17} aria-hidden="true" className="shrink-0 text-text-3" />
                    <span className="min-w-0 flex-1">
                      <span className="block truncate font-medium">{webhook.url}</span>
                      <span className="block text-text-2 text-xs">
                        {t("since {day}", { day: formatDate(webhook.created_at.slice(0, 10)) })}
                      </span>
                    </span>
                    <EventsTag webhook={webhook} />
                    <ChevronRight size={14} aria-hidden="true" className="shrink-0 text-text-3 rtl:rotate-180" />
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {making && (
        <WebhookDrawer
          reseller={reseller}
          onDone={() => client.invalidateQueries({ queryKey: WEBHOOKS })}
          onClose={() => setMaking(false)}
        />
      )}
    </PageFrame>
  );
}

export function EventsTag({ webhook }: { webhook: Webhook }) {
  const { events } = webhook;
  return <Tag>{events === null ? t("All events") : count(events.length, t("event"), t("events"))}</Tag>;
}
