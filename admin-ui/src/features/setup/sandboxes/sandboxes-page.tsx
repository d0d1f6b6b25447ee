// Copies of the tenant to try things in: what there is, how far a new one is, and the way into it.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ExternalLink, FlaskConical, Plus } from "lucide-react";
import { useState } from "react";
import { askAgain, type Clone, listSandboxes, loadPlan, type OwnPlan } from "@/api/clones";
import { Loaded } from "@/api/loaded";
import { useCatalog } from "@/catalog/catalog";
import { Empty } from "@/components/bits";
import { Button } from "@/components/button";
import { CopyRow } from "@/components/copy-state";
import { outlineLink, PageFrame, useTitle } from "@/components/page-frame";
import { cx } from "@/lib/cx";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { NewSandbox } from "./new-sandbox";

export const SANDBOXES = ["sandboxes"];

export function SandboxesPage() {
  const catalog = useCatalog();
  const client = useQueryClient();
  const { tenant } = catalog.me;
  const [making, setMaking] = useState(false);
  const query = useQuery({
    queryKey: SANDBOXES,
    queryFn: ({ signal }) => listSandboxes(signal),
    refetchInterval: ({ state }) => askAgain(state.data),
  });
  const plan = useQuery({ queryKey: ["own-plan"], queryFn: ({ signal }) => loadPlan(signal), retry: false });
  useTitle(t("Sandboxes"), t("Setup"), tenant.name);
  const refused = refusalOf(plan.data, Boolean(tenant.sandbox));
  const add = refused ? undefined : (
    <Button look="solid" size="md" icon={<Plus size={15} />} onClick={() => setMaking(true)}>
      {t("New sandbox")}
    </Button>
  );
  return (
    <PageFrame
      title={t("Sandboxes")}
      about={
        <>
          {t(
            "Copies of this workspace to try things in. They send no mails, and nothing happens in them by time alone.",
          )}
          <Allowed plan={plan.data} />
        </>
      }
      action={query.data?.length ? add : undefined}
    >
      <Loaded query={query} what={t("The sandboxes")}>
        {(sandboxes) =>
          sandboxes.length === 0 ? (
            <Empty
              glyph={<FlaskConical size={28} className="text-text-3" />}
              title={refused?.title ?? t("No sandboxes yet")}
              action={add}
            >
              {refused?.text ??
                t("Try a new field, a rule or a package where nobody works, with the setup alone or with records too.")}
            </Empty>
          ) : (
            <>
              <ul className="divide-y divide-line border-line border-y">
                {sandboxes.map((sandbox) => (
                  <SandboxRow key={sandbox.id} sandbox={sandbox} />
                ))}
              </ul>
              <p className="mt-3 max-w-[70ch] text-text-3 text-xs">
                {t(
                  "You sign in with the password that you had here. Who runs Trellis for you deletes a sandbox that is not needed any more.",
                )}
              </p>
            </>
          )
        }
      </Loaded>
      {making && (
        <NewSandbox
          onAsked={() => client.invalidateQueries({ queryKey: SANDBOXES })}
          onClose={() => setMaking(false)}
        />
      )}
    </PageFrame>
  );
}

/** Why none can be made here, when that is known beforehand. */
function refusalOf(plan: OwnPlan | undefined, isSandbox: boolean): { title: string; text: string } | null {
  if (isSandbox) {
    const text = t("A sandbox is not copied again. Make another one where this one was made.");
    return { title: t("This is a sandbox itself"), text };
  }
  if (plan?.features.sandboxes === false || plan?.limits?.sandboxes === 0) {
    return { title: t("Your plan has no sandboxes"), text: t("Another plan has them. Ask who runs Trellis for you.") };
  }
  return null;
}

function Allowed({ plan }: { plan: OwnPlan | undefined }) {
  const most = plan?.limits?.sandboxes;
  if (!most || !plan.features.sandboxes) return null;
  const many = count(most, t("sandbox"), t("sandboxes"));
  return <> {t("The plan {plan} has {many} at a time.", { plan: plan.plan?.label ?? "", many })}</>;
}

function SandboxRow({ sandbox }: { sandbox: Clone }) {
  const { tenant, asked_at, finished_at, status } = sandbox;
  const when = { when: ago(asked_at) };
  return (
    <CopyRow
      copy={sandbox}
      about={
        <>
          <span title={formatDateTime(asked_at)}>
            {sandbox.asked_by === "tenant"
              ? t("asked for {when}", when)
              : t("asked for {when} by who runs Trellis", when)}
          </span>
          {finished_at && status === "done" && (
            <span title={formatDateTime(finished_at)}>{t("· ready {when}", { when: ago(finished_at) })}</span>
          )}
        </>
      }
    >
      {tenant.login_url && (
        <a
          href={tenant.login_url}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={t("Sign in to {name}", { name: tenant.name })}
          className={cx(outlineLink, "ms-7.5 phone:ms-0")}
        >
          {t("Sign in")} <ExternalLink size={13} aria-hidden="true" />
        </a>
      )}
    </CopyRow>
  );
}
