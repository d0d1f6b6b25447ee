// Keys for programs that act for who made them: made once, shown once, revoked at once.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { type ApiKey, listKeys, revokeKey } from "@/api/people";
import { messageOf } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { Empty, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { PageFrame, useTitle } from "@/components/page-frame";
import { toast, toastError } from "@/components/toast";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { FormerNames } from "./former-names";
import { NewKeyDialog } from "./new-key-dialog";

const SOON = 14 * 86_400_000;

export function KeysPage() {
  const catalog = useCatalog();
  const client = useQueryClient();
  const query = useQuery({ queryKey: ["api-keys"], queryFn: ({ signal }) => listKeys(signal) });
  const [making, setMaking] = useState(false);
  const [leaving, setLeaving] = useState<ApiKey | null>(null);
  useTitle(t("API keys"), t("Setup"), catalog.me.tenant.name);
  const refresh = () => client.invalidateQueries({ queryKey: ["api-keys"] });
  const add = (
    <Button look="solid" size="md" icon={<Plus size={15} />} onClick={() => setMaking(true)}>
      {t("New key")}
    </Button>
  );

  async function revoke(key: ApiKey) {
    setLeaving(null);
    try {
      await revokeKey(key.id);
      toast(t("Revoked {name}", { name: key.name }));
    } catch (error) {
      toastError(messageOf(error));
    }
    await refresh();
  }

  return (
    <PageFrame
      title={t("API keys")}
      about={t(
        "A program with one of your keys acts as you, within the scopes that you give it. A key is shown once, when it is made.",
      )}
      action={query.data?.length ? add : undefined}
    >
      <Loaded query={query} what={t("Your keys")}>
        {(keys) =>
          keys.length === 0 ? (
            <Empty glyph={<KeyRound size={28} className="text-text-3" />} title={t("No keys yet")} action={add}>
              {t("Make one for each program, so that each can be revoked by itself.")}
            </Empty>
          ) : (
            <ul className="divide-y divide-line border-line border-y">
              {keys.map((key) => (
                <KeyRow key={key.id} item={key} onRevoke={() => setLeaving(key)} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {catalog.may("manage_metadata") && <FormerNames own={query.data ?? []} />}
      {making && <NewKeyDialog onMade={refresh} onClose={() => setMaking(false)} />}
      {leaving && (
        <Dialog
          title={t("Revoke {name}?", { name: leaving.name })}
          width="420px"
          onClose={() => setLeaving(null)}
          onSubmit={() => revoke(leaving)}
          footer={
            <>
              <Button size="md" data-autofocus onClick={() => setLeaving(null)}>
                {t("Cancel")}
              </Button>
              <Button look="danger" size="md" type="submit">
                {t("Revoke key")}
              </Button>
            </>
          }
        >
          <p className="text-text-2">
            {t("Programs with")} <span className="font-mono text-text">{leaving.prefix}…</span>{" "}
            {t("are refused from now on. This cannot be undone.")}
          </p>
        </Dialog>
      )}
    </PageFrame>
  );
}

function KeyRow({ item, onRevoke }: { item: ApiKey; onRevoke: () => void }) {
  const left = item.expires_at ? Date.parse(item.expires_at) - Date.now() : null;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3">
      <KeyRound size={17} aria-hidden="true" className="text-text-3" />
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {item.name}
          <span className="font-mono font-normal text-text-3 text-xs">{item.prefix}…</span>
          {left !== null && left <= 0 && <Tag color="red">{t("Expired")}</Tag>}
          {left !== null && left > 0 && left < SOON && <Tag color="yellow">{t("Expires soon")}</Tag>}
        </p>
        <p className="text-text-2 text-xs">
          {item.last_used_at
            ? t("Last used {last_used_at}", { last_used_at: ago(item.last_used_at) })
            : t("Never used")}
          {t(" · made {created_at}", { created_at: formatDateTime(item.created_at) })}
          {item.expires_at && t(" · until {expires_at}", { expires_at: formatDateTime(item.expires_at) })}
          {item.rate_limit !== null &&
            t(" · {what} an hour", { what: count(item.rate_limit, t("request"), t("requests")) })}
        </p>
        <p className="mt-1 flex flex-wrap gap-1">
          {item.version && <Tag color="yellow">{t("names of version {version}", { version: item.version })}</Tag>}
          {item.role && <Tag color="purple">{item.role}</Tag>}
          {(item.scopes ?? [t("everything you may")]).map((scope) => (
            <Tag key={scope} color={item.scopes ? "blue" : "yellow"}>
              {scope}
            </Tag>
          ))}
          {item.allowed_ips?.map((ip) => (
            <Tag key={ip}>{ip}</Tag>
          ))}
        </p>
      </div>
      <Link
        to="/setup/requests"
        search={{ key_id: item.id }}
        aria-label={t("Requests of {name}", { name: item.name })}
        className="inline-flex h-7 items-center rounded-control px-2.5 font-medium text-text-2 hover:bg-hover hover:text-text"
      >
        {t("Requests")}
      </Link>
      <Button look="danger-ghost" aria-label={t("Revoke {name}", { name: item.name })} onClick={onRevoke}>
        {t("Revoke")}
      </Button>
    </li>
  );
}
