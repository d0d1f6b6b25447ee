// Where one is signed in, and signing out there.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Monitor, Smartphone, Terminal } from "lucide-react";
import { Loaded } from "@/api/loaded";
import { endSession, listSessions, type Session } from "@/api/people";
import { messageOf } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { PageFrame, useTitle } from "@/components/page-frame";
import { toast, toastError } from "@/components/toast";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { browserName } from "@/lib/user-agent";

export function SessionsPage() {
  const catalog = useCatalog();
  const client = useQueryClient();
  const query = useQuery({ queryKey: ["sessions"], queryFn: ({ signal }) => listSessions(signal) });
  useTitle(t("Your sessions"), t("Setup"), catalog.me.tenant.name);

  async function end(sessions: Session[], words: string) {
    try {
      for (const session of sessions) await endSession(session.id);
      toast(words);
    } catch (error) {
      toastError(messageOf(error));
    }
    await client.invalidateQueries({ queryKey: ["sessions"] });
  }

  const others = query.data?.filter((s) => !s.current) ?? [];
  return (
    <PageFrame
      title={t("Your sessions")}
      about={t("Where you are signed in. End what you do not know, and change your password then.")}
      action={
        others.length > 0 && (
          <Button look="outline" size="md" onClick={() => end(others, t("Signed out everywhere else"))}>
            {t("Sign out everywhere else")}
          </Button>
        )
      }
    >
      <Loaded query={query} what={t("Your sessions")}>
        {(sessions) => (
          <ul className="divide-y divide-line border-line border-y">
            {sessions.map((session) => {
              const name = browserName(session.user_agent);
              const Icon = /iOS|Android/.test(name) ? Smartphone : / on /.test(name) ? Monitor : Terminal;
              return (
                <li key={session.id} className="flex items-center gap-3 py-3">
                  <Icon size={18} aria-hidden="true" className="text-text-3" />
                  <div className="min-w-0 flex-1">
                    <p className="flex items-center gap-2 font-medium">
                      {name}
                      {session.current && <Tag color="green">{t("This one")}</Tag>}
                    </p>
                    <p className="break-words text-text-2 text-xs" title={session.user_agent ?? undefined}>
                      {session.ip && <span className="font-mono">{session.ip} · </span>}
                      {t("last seen")} {ago(session.last_seen_at)} {t("· since")} {formatDateTime(session.created_at)}
                    </p>
                  </div>
                  {!session.current && (
                    <Button
                      look="outline"
                      aria-label={t("Sign out {name}, last seen {last_seen_at}", {
                        name,
                        last_seen_at: ago(session.last_seen_at),
                      })}
                      onClick={() => end([session], t("Signed out {name}", { name }))}
                    >
                      {t("Sign out")}
                    </Button>
                  )}
                </li>
              );
            })}
          </ul>
        )}
      </Loaded>
    </PageFrame>
  );
}
