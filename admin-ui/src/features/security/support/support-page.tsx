// Support access: letting the reseller sign in for some hours, and whom it was let in before.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { LifeBuoy } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { messageOf } from "@/api/problem";
import { type Consent, endSupport, loadSupportAccess } from "@/api/support";
import { useCatalog } from "@/catalog/catalog";
import { Empty, Notice, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { PageFrame, useTitle } from "@/components/page-frame";
import { toast, toastError } from "@/components/toast";
import { formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { GrantDrawer } from "./grant-drawer";

export const SUPPORT = ["support-access"];

export function SupportPage() {
  const catalog = useCatalog();
  const client = useQueryClient();
  const query = useQuery({ queryKey: SUPPORT, queryFn: ({ signal }) => loadSupportAccess(signal) });
  const [granting, setGranting] = useState(false);
  useTitle(t("Support access"), t("Setup"), catalog.me.tenant.name);

  async function end(id: string, words: string) {
    try {
      await endSupport(id);
      toast(words);
    } catch (error) {
      toastError(messageOf(error));
    }
    await client.invalidateQueries({ queryKey: SUPPORT });
  }

  const reseller = query.data?.reseller;
  const asked = query.data?.asked;
  const free = query.data && reseller && !query.data.consents.some((one) => one.open);
  const give = (
    <Button look="solid" size="md" icon={<LifeBuoy size={15} />} onClick={() => setGranting(true)}>
      {t("Give access")}
    </Button>
  );
  return (
    <PageFrame
      title={t("Support access")}
      about={t(
        "Whoever sold you this workspace can sign in to help you only while you allow it. What they do stands in the audit log.",
      )}
      action={free && query.data.consents.length > 0 ? give : undefined}
    >
      {asked && reseller && (
        <div className="mb-4">
          <Notice
            tone="warning"
            title={t("{name} of {reseller} asks to sign in", { name: asked.name, reseller })}
            action={
              <Button look="outline" onClick={() => end(asked.id, t("Declined"))}>
                {t("Decline")}
              </Button>
            }
          >
            <span className="block break-words">{asked.reason}</span>
            {asked.email} · {formatDateTime(asked.asked_at)}
          </Notice>
        </div>
      )}
      <Loaded query={query} what={t("Support access")}>
        {(data) =>
          data.consents.length > 0 ? (
            <ul className="divide-y divide-line border-line border-y">
              {data.consents.map((consent) => (
                <ConsentLine
                  key={consent.id}
                  consent={consent}
                  onEnd={() => end(consent.id, t("{name} may not sign in any more", { name: consent.reseller }))}
                />
              ))}
            </ul>
          ) : (
            <Empty
              glyph={<LifeBuoy size={28} className="text-text-3" />}
              title={data.reseller ? t("{name} may not sign in", { name: data.reseller }) : t("Nobody to let in")}
              action={data.reseller ? give : undefined}
            >
              {data.reseller
                ? t("Give access for some hours when you need help. You can end it at any time.")
                : t("This workspace was not sold by a reseller.")}
            </Empty>
          )
        }
      </Loaded>
      {granting && reseller && (
        <GrantDrawer reseller={reseller} asked={asked?.reason} onClose={() => setGranting(false)} />
      )}
    </PageFrame>
  );
}

function ConsentLine({ consent, onEnd }: { consent: Consent; onEnd: () => void }) {
  const { open, until, ended_at, reseller, granted_by, granted_at } = consent;
  const over = ended_at ?? until;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-1.5 py-3">
      <LifeBuoy size={17} aria-hidden="true" className="shrink-0 text-text-3" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {reseller}
          <Tag color={consent.access === "write" ? "orange" : "gray"}>
            {consent.access === "write" ? t("May change records") : t("May only look")}
          </Tag>
          {open && <Tag color="green">{t("until {time}", { time: formatDateTime(until) })}</Tag>}
        </p>
        <p className="text-text-2 text-xs">
          {t("As {roles}, allowed by {name} on {time}", {
            roles: consent.roles.map(humanize).join(", "),
            name: granted_by.name,
            time: formatDateTime(granted_at),
          })}
          {!open && <> · {t("ended {time}", { time: formatDateTime(over) })}</>}
        </p>
        {consent.reason && <p className="break-words text-text-2 text-xs">{consent.reason}</p>}
      </div>
      {open && (
        <Button look="danger-ghost" onClick={onEnd}>
          {t("End now")}
        </Button>
      )}
    </li>
  );
}
