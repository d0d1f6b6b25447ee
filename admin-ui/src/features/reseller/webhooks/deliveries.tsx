// What was sent to a webhook, or is to be: how each went, and the whole of one beside the list.
import { Inbox } from "lucide-react";
import { useState } from "react";
import { Pages, usePages } from "@/api/pages";
import type { Delivery, Reseller, Webhook } from "@/api/resellers";
import { Empty, Tag } from "@/components/bits";
import { tableCell, tableHead } from "@/components/page-frame";
import { Segments } from "@/components/segments";
import { cx } from "@/lib/cx";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { DeliveryDrawer } from "./delivery-drawer";

/** How often one looks again while something is on its way. */
export const SOON = 2000;

export const deliveriesOf = (webhook: string) => ["reseller", "deliveries", webhook];

const STATES: Record<Delivery["status"], { label: string; color: string }> = {
  waiting: { label: "On its way", color: "blue" },
  delivered: { label: "Delivered", color: "green" },
  dead: { label: "Failed", color: "red" },
};

export function DeliveryState({ delivery }: { delivery: Delivery }) {
  const { status, attempts, response_status: answer } = delivery;
  const failing = status === "waiting" && attempts > 0;
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <Tag color={failing ? "orange" : STATES[status].color}>
        {failing ? t("Trying again") : t(STATES[status].label)}
      </Tag>
      {answer !== null && <span className="num text-text-2 text-xs">{answer}</span>}
    </span>
  );
}

export function Deliveries({ reseller, webhook }: { reseller: Reseller; webhook: Webhook }) {
  const [status, setStatus] = useState<Delivery["status"]>();
  const [open, setOpen] = useState<Delivery | null>(null);
  const query = usePages(
    [...deliveriesOf(webhook.id), status ?? "all"],
    (cursor) => reseller.deliveries(webhook.id, status, cursor),
    {
      keep: true,
      again: (pages) => (pages?.some((page) => page.data.some((one) => one.status === "waiting")) ? SOON : false),
    },
  );
  return (
    <>
      <Segments
        label={t("What was sent")}
        className="mb-4 max-w-110"
        value={status ?? "all"}
        choices={[
          { id: "all", label: t("All") },
          { id: "waiting", label: t("On its way") },
          { id: "delivered", label: t("Delivered") },
          { id: "dead", label: t("Failed") },
        ]}
        onChange={(next) => setStatus(next === "all" ? undefined : (next as Delivery["status"]))}
      />
      <Pages query={query} what={t("What was sent")} more={t("Show older ones")}>
        {(deliveries) =>
          deliveries.length === 0 ? (
            <Empty glyph={<Inbox size={28} className="text-text-3" />} title={t("Nothing here")}>
              {status
                ? t("What is in another state is under All.")
                : t("Send a ping to see whether the address answers. What happens to your tenants shows up here.")}
            </Empty>
          ) : (
            <DeliveryTable deliveries={deliveries} onOpen={setOpen} />
          )
        }
      </Pages>
      {open && <DeliveryDrawer reseller={reseller} shown={open} onClose={() => setOpen(null)} />}
    </>
  );
}

/** The tenant that a body tells of. */
function tenantOf({ body }: Delivery): string {
  try {
    return (JSON.parse(body) as { tenant?: { slug?: string } }).tenant?.slug ?? "";
  } catch {
    return "";
  }
}

interface DeliveryTableProps {
  deliveries: Delivery[];
  onOpen: (delivery: Delivery) => void;
}

function DeliveryTable({ deliveries, onOpen }: DeliveryTableProps) {
  return (
    <table className="w-full table-fixed border-collapse border-line border-t">
      <thead>
        <tr>
          <th scope="col" className={tableHead}>
            {t("Event")}
          </th>
          <th scope="col" className={cx(tableHead, "w-36 phone:w-44")}>
            {t("How it went")}
          </th>
          <th scope="col" className={cx(tableHead, "hidden w-28 phone:table-cell")}>
            {t("Tries")}
          </th>
          <th scope="col" className={cx(tableHead, "hidden w-36 phone:table-cell")}>
            {t("When")}
          </th>
        </tr>
      </thead>
      <tbody>
        {deliveries.map((delivery) => (
          <tr key={delivery.id} className="hover:bg-hover" onClick={() => onOpen(delivery)}>
            <td className={tableCell}>
              <button
                type="button"
                className="block max-w-full rounded-tag text-start"
                onClick={(event) => {
                  event.stopPropagation();
                  onOpen(delivery);
                }}
              >
                <span className="block truncate font-mono text-xs">{delivery.type}</span>
                <span className="block truncate text-text-2 text-xs">{tenantOf(delivery)}</span>
              </button>
            </td>
            <td className={tableCell}>
              <DeliveryState delivery={delivery} />
            </td>
            <td className={cx(tableCell, "num hidden text-text-2 phone:table-cell")}>
              {count(delivery.attempts, t("try"), t("tries"))}
            </td>
            <td
              className={cx(tableCell, "hidden text-text-2 phone:table-cell")}
              title={formatDateTime(delivery.created_at)}
            >
              {ago(delivery.created_at)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
