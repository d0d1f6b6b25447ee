// One delivery: how it went, what was sent and what came back, and sending it again.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { messageOf } from "@/api/problem";
import type { Delivery, Reseller } from "@/api/resellers";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { toast, toastError } from "@/components/toast";
import { formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { DeliveryState, deliveriesOf, SOON } from "./deliveries";

interface DeliveryDrawerProps {
  reseller: Reseller;
  /** As the list had it. */
  shown: Delivery;
  onClose: () => void;
}

export function DeliveryDrawer({ reseller, shown, onClose }: DeliveryDrawerProps) {
  const client = useQueryClient();
  const place = [...deliveriesOf(shown.webhook_id), "one", shown.id];
  const { data: delivery = shown } = useQuery({
    queryKey: place,
    queryFn: () => reseller.delivery(shown.id),
    placeholderData: shown,
    refetchInterval: ({ state }) => (state.data?.status === "waiting" ? SOON : false),
  });
  const [busy, setBusy] = useState(false);

  async function replay() {
    setBusy(true);
    try {
      await reseller.replay(delivery.id);
      toast(t("It is sent again"));
    } catch (error) {
      toastError(messageOf(error));
    }
    await client.invalidateQueries({ queryKey: deliveriesOf(delivery.webhook_id) });
    setBusy(false);
  }

  const lines: [string, string][] = [
    [t("Happened"), formatDateTime(delivery.created_at)],
    ...(delivery.last_at ? [[t("Last try"), formatDateTime(delivery.last_at)] as [string, string]] : []),
    [t("Tries"), String(delivery.attempts)],
    [t("Its id"), delivery.event_id],
  ];
  return (
    <Dialog
      shape="drawer"
      width="560px"
      title={delivery.type}
      onClose={onClose}
      footer={
        <>
          <Button size="md" onClick={onClose}>
            {t("Close")}
          </Button>
          <Button look="solid" size="md" icon={<RotateCcw size={14} />} busy={busy} data-autofocus onClick={replay}>
            {t("Send again")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <DeliveryState delivery={delivery} />
        {delivery.error && <Notice title={t("The last try did not work.")}>{delivery.error}</Notice>}
        <dl className="grid grid-cols-[max-content_1fr] gap-x-4 gap-y-1">
          {lines.map(([label, value]) => (
            <div key={label} className="contents">
              <dt className="text-text-2">{label}</dt>
              <dd className="min-w-0 select-all break-all">{value}</dd>
            </div>
          ))}
        </dl>
        <Text title={t("What is sent")} text={pretty(delivery.body)} />
        {delivery.response !== null && (
          <Text title={t("What came back")} text={delivery.response || t("Nothing but the status.")} />
        )}
      </div>
    </Dialog>
  );
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function Text({ title, text }: { title: string; text: string }) {
  return (
    <section aria-label={title}>
      <h3 className="mb-1 font-semibold">{title}</h3>
      <pre className="whitespace-pre-wrap break-words rounded-control bg-sunken px-3 py-2 font-mono text-xs leading-5">
        {text}
      </pre>
    </section>
  );
}
