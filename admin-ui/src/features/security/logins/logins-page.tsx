// Who signed in, or tried to, of everybody in the tenant.
import { useState } from "react";
import type { LoginFilter } from "@/api/security";
import { useCatalog } from "@/catalog/catalog";
import { PageFrame, useTitle } from "@/components/page-frame";
import { t } from "@/lib/i18n";
import { DayFields, PersonField, WordField } from "../question-fields";
import { LoginList } from "./login-list";

export function LoginsPage() {
  const catalog = useCatalog();
  const [filter, setFilter] = useState<LoginFilter>({});
  const set = (patch: LoginFilter) => setFilter((f) => ({ ...f, ...patch }));
  useTitle(t("Sign-in history"), t("Setup"), catalog.me.tenant.name);
  return (
    <PageFrame
      title={t("Sign-in history")}
      about={t("Who signed in, or tried to, and from where. Many refusals from one address are worth a look.")}
    >
      <div className="mb-4 grid gap-3 phone:grid-cols-4">
        <PersonField label={t("Who")} value={filter.user_id} onChange={(user_id) => set({ user_id })} />
        <WordField
          label={t("Result")}
          any={t("Any")}
          choices={[
            { id: "success", label: t("Signed in") },
            { id: "failure", label: t("Refused") },
          ]}
          value={filter.result}
          onChange={(result) => set({ result: result as LoginFilter["result"] })}
        />
        <DayFields from={filter.from} to={filter.to} onChange={set} />
      </div>
      <LoginList whose="all" filter={filter} />
    </PageFrame>
  );
}
