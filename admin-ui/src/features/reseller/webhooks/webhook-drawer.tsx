// One webhook: where it is and of what it is told. A new one shows its secret, this once.
import { useState } from "react";
import { problemsByField } from "@/api/problem";
import type { EventKind, Reseller, Webhook } from "@/api/resellers";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextInput } from "@/components/inputs";
import { SecretOnce } from "@/components/secret-once";
import { Segments } from "@/components/segments";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";
import { EVENTS } from "./event-kinds";

const SUCH_AS = "https://shop.example.com/trellis";

interface WebhookDrawerProps {
  reseller: Reseller;
  webhook?: Webhook;
  onDone: () => Promise<unknown>;
  onClose: () => void;
}

export function WebhookDrawer({ reseller, webhook, onDone, onClose }: WebhookDrawerProps) {
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [all, setAll] = useState(!webhook?.events);
  const [events, setEvents] = useState<EventKind[]>(webhook?.events ?? []);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [secret, setSecret] = useState<string>();

  async function save() {
    if (secret) return onClose();
    const wrong = {
      ...(url.trim() ? {} : { url: t("This is needed.") }),
      ...(all || events.length ? {} : { events: t("Choose one at least.") }),
    };
    setErrors(wrong);
    if (Object.keys(wrong).length) return;
    const wish = { url: url.trim(), events: all ? null : events };
    setBusy(true);
    try {
      if (webhook) await reseller.changeWebhook(webhook.id, wish);
      else setSecret((await reseller.addWebhook(wish)).secret);
      await onDone();
      if (webhook) {
        toast(t("Saved {name}", { name: wish.url }));
        return onClose();
      }
    } catch (error) {
      setErrors(problemsByField(error));
    }
    setBusy(false);
  }

  const { url: wrongUrl, events: wrongEvents, ...general } = errors;
  return (
    <Dialog
      shape="drawer"
      width="520px"
      title={secret ? t("The webhook is there") : webhook ? t("Change the webhook") : t("New webhook")}
      onClose={onClose}
      onSubmit={save}
      footer={
        <>
          {!secret && (
            <Button size="md" onClick={onClose}>
              {t("Cancel")}
            </Button>
          )}
          <Button look="solid" size="md" type="submit" busy={busy}>
            {secret ? t("Done") : webhook ? t("Save") : t("Add webhook")}
          </Button>
        </>
      }
    >
      {secret ? (
        <WebhookSecret value={secret} />
      ) : (
        <div className="flex flex-col gap-4">
          {Object.keys(general).length > 0 && (
            <Notice title={t("The webhook could not be saved.")}>{Object.values(general).join(" ")}</Notice>
          )}
          <FieldFrame label={t("Address")} required error={wrongUrl} hint={t("https, at a public host.")}>
            {(ids) => (
              <TextInput
                id={ids.id}
                type="url"
                data-autofocus
                spellCheck={false}
                className="font-mono text-xs"
                placeholder={SUCH_AS}
                aria-describedby={ids.describedBy}
                aria-invalid={ids.invalid || undefined}
                value={url}
                onChange={(event) => setUrl(event.target.value)}
              />
            )}
          </FieldFrame>
          <Segments
            label={t("It is told when")}
            value={all ? "all" : "some"}
            choices={[
              { id: "all", label: t("Anything happens") },
              { id: "some", label: t("Some things happen") },
            ]}
            onChange={(next) => setAll(next === "all")}
          />
          {!all && <EventList events={events} error={wrongEvents} onChange={setEvents} />}
        </div>
      )}
    </Dialog>
  );
}

interface EventListProps {
  events: EventKind[];
  error: string | undefined;
  onChange: (events: EventKind[]) => void;
}

function EventList({ events, error, onChange }: EventListProps) {
  return (
    <fieldset className="flex flex-col">
      <legend className="sr-only">{t("Events")}</legend>
      {error && (
        <p role="alert" className="mb-1 text-red text-xs">
          {error}
        </p>
      )}
      {EVENTS.map(({ id, about }) => (
        <label key={id} className="flex items-start gap-2.5 rounded-control px-1.5 py-1.5 hover:bg-hover">
          <Checkbox
            className="mt-0.5"
            checked={events.includes(id)}
            onChange={({ target }) => onChange(target.checked ? [...events, id] : events.filter((one) => one !== id))}
          />
          <span className="min-w-0">
            <span className="block break-all font-mono text-xs">{id}</span>
            <span className="block text-text-2 text-xs">{t(about)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** A secret with how it is used. */
export function WebhookSecret({ value }: { value: string }) {
  return (
    <div className="flex flex-col gap-3">
      <SecretOnce value={value} copied={t("Copied the secret")} />
      <p className="text-text-2">
        {t("What is sent is signed with it: the head Trellis-Signature has a time t and signatures v1, each is")}
      </p>
      <pre className="overflow-x-auto rounded-control bg-sunken px-3 py-2 font-mono text-xs">
        {'hex(hmac_sha256(secret, t + "." + body))'}
      </pre>
      <p className="text-text-2">{t("Refuse what has none that is right, or is older than five minutes.")}</p>
    </div>
  );
}
