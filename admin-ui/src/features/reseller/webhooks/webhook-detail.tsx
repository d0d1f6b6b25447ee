// One webhook and what was sent to it: try it, change it, give it another secret, take it away.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, Ellipsis, KeyRound, Pencil, Send, Trash2 } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { messageOf } from "@/api/problem";
import type { Reseller, Webhook } from "@/api/resellers";
import { Empty, Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { MenuButton } from "@/components/menu";
import { backLink, PageFrame } from "@/components/page-frame";
import { toast, toastError } from "@/components/toast";
import { formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { Deliveries, deliveriesOf } from "./deliveries";
import { WebhookDrawer, WebhookSecret } from "./webhook-drawer";
import { EventsTag, WEBHOOKS } from "./webhooks";

type Open = "edit" | "rotate" | "delete" | null;

export function WebhookDetail({ reseller, id }: { reseller: Reseller; id: string }) {
  const client = useQueryClient();
  const query = useQuery({ queryKey: WEBHOOKS, queryFn: () => reseller.webhooks() });
  const [open, setOpen] = useState<Open>(null);
  const webhook = query.data?.find((one) => one.id === id);
  const refresh = () => client.invalidateQueries({ queryKey: WEBHOOKS });

  async function ping() {
    try {
      await reseller.ping(id);
      toast(t("A ping is on its way"));
    } catch (error) {
      toastError(messageOf(error));
    }
    await client.invalidateQueries({ queryKey: deliveriesOf(id) });
  }

  return (
    <PageFrame
      above={
        <Link to="/tenants" search={{ tab: "webhooks" }} className={backLink}>
          <ArrowLeft size={13} aria-hidden="true" className="rtl:rotate-180" /> {t("Webhooks")}
        </Link>
      }
      title={<span className="break-all">{webhook?.url ?? t("Webhook")}</span>}
      about={webhook && <About webhook={webhook} />}
      action={
        webhook && (
          <>
            <Button look="outline" size="md" icon={<Send size={14} />} onClick={ping}>
              {t("Send a ping")}
            </Button>
            <MenuButton
              label={t("More for this webhook")}
              align="end"
              items={[
                { label: t("Change"), icon: <Pencil size={15} />, onSelect: () => setOpen("edit") },
                { label: t("New secret"), icon: <KeyRound size={15} />, onSelect: () => setOpen("rotate") },
                {
                  label: t("Delete"),
                  icon: <Trash2 size={15} />,
                  danger: true,
                  separate: true,
                  onSelect: () => setOpen("delete"),
                },
              ]}
            >
              {(button) => (
                <Button look="outline" size="md" aria-label={t("More for this webhook")} {...button}>
                  <Ellipsis size={16} aria-hidden="true" />
                </Button>
              )}
            </MenuButton>
          </>
        )
      }
    >
      <Loaded query={query} what={t("The webhook")}>
        {() =>
          webhook ? (
            <Deliveries reseller={reseller} webhook={webhook} />
          ) : (
            <Empty title={t("This webhook is not there any more")} />
          )
        }
      </Loaded>
      {webhook && open === "edit" && (
        <WebhookDrawer reseller={reseller} webhook={webhook} onDone={refresh} onClose={() => setOpen(null)} />
      )}
      {webhook && open === "rotate" && (
        <RotateDialog reseller={reseller} webhook={webhook} onDone={refresh} onClose={() => setOpen(null)} />
      )}
      {webhook && open === "delete" && (
        <DeleteDialog reseller={reseller} webhook={webhook} onDone={refresh} onClose={() => setOpen(null)} />
      )}
    </PageFrame>
  );
}

function About({ webhook }: { webhook: Webhook }) {
  const until = webhook.previous_secret_until;
  return (
    <span className="mt-1 flex flex-wrap items-center gap-2">
      <EventsTag webhook={webhook} />
      {webhook.events && <span className="break-words font-mono text-xs">{webhook.events.join(", ")}</span>}
      {until && Date.parse(until) > Date.now() && (
        <span className="text-amber text-xs">
          {t("The secret before signs too until {when}", { when: formatDateTime(until) })}
        </span>
      )}
    </span>
  );
}

interface AskProps {
  reseller: Reseller;
  webhook: Webhook;
  onDone: () => Promise<unknown>;
  onClose: () => void;
}

function RotateDialog({ reseller, webhook, onDone, onClose }: AskProps) {
  const [secret, setSecret] = useState<string>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function rotate() {
    if (secret) return onClose();
    setBusy(true);
    try {
      setSecret((await reseller.rotate(webhook.id)).secret);
      await onDone();
    } catch (problem) {
      setError(messageOf(problem));
    }
    setBusy(false);
  }

  return (
    <Dialog
      title={secret ? t("The new secret") : t("Give it a new secret?")}
      width="500px"
      onClose={onClose}
      onSubmit={rotate}
      footer={
        <>
          {!secret && (
            <Button size="md" data-autofocus onClick={onClose}>
              {t("Cancel")}
            </Button>
          )}
          <Button look="solid" size="md" type="submit" busy={busy}>
            {secret ? t("Done") : t("Make a new secret")}
          </Button>
        </>
      }
    >
      {error && <Notice title={t("The secret was not changed.")}>{error}</Notice>}
      {secret ? (
        <WebhookSecret value={secret} />
      ) : (
        <p className="text-text-2">
          {t("For 24 hours what is sent is signed with both, so that nothing is missed while you put it in place.")}
        </p>
      )}
    </Dialog>
  );
}

function DeleteDialog({ reseller, webhook, onDone, onClose }: AskProps) {
  const navigate = useNavigate();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function remove() {
    setBusy(true);
    try {
      await reseller.removeWebhook(webhook.id);
      await navigate({ to: "/tenants", search: { tab: "webhooks" } });
      await onDone();
      toast(t("Deleted {name}", { name: webhook.url }));
    } catch (problem) {
      setError(messageOf(problem));
      setBusy(false);
    }
  }

  return (
    <Dialog
      title={t("Delete this webhook?")}
      width="440px"
      onClose={onClose}
      onSubmit={remove}
      footer={
        <>
          <Button size="md" data-autofocus onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="danger" size="md" type="submit" busy={busy}>
            {t("Delete webhook")}
          </Button>
        </>
      }
    >
      {error && <Notice title={t("The webhook could not be deleted.")}>{error}</Notice>}
      <p className="text-text-2">{t("Nothing is sent there any more, and what was sent or was to be is forgotten.")}</p>
    </Dialog>
  );
}
