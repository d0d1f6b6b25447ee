// Who signed in, or tried to, of everybody in the tenant.
import { useState } from "react";
import { useRecordName } from "@/api/names";
import type { LoginFilter } from "@/api/security";
import { useCatalog } from "@/catalog/catalog";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { PageFrame, useTitle } from "@/components/page-frame";
import { Select } from "@/components/select";
import { RecordSelect } from "@/fields/relation";
import { t } from "@/lib/i18n";
import { LoginList } from "./login-list";

export function LoginsPage() {
  const catalog = useCatalog();
  const people = catalog.object("user");
  const [filter, setFilter] = useState<LoginFilter>({});
  const name = useRecordName(people, filter.user_id);
  const set = (patch: LoginFilter) => setFilter((f) => ({ ...f, ...patch }));
  useTitle(t("Sign-in history"), t("Setup"), catalog.me.tenant.name);
  return (
    <PageFrame
      title={t("Sign-in history")}
      about={t("Who signed in, or tried to, and from where. Many refusals from one address are worth a look.")}
    >
      <div className="mb-4 grid gap-3 phone:grid-cols-4">
        <FieldFrame label={t("Who")}>
          {({ id }) => (
            <RecordSelect
              id={id}
              object={people}
              label={t("Who")}
              clearable
              value={filter.user_id ? [{ id: filter.user_id, name }] : []}
              onChange={(refs) => set({ user_id: refs[0]?.id })}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("Result")}>
          {({ id }) => (
            <Select
              id={id}
              label={t("Result")}
              placeholder={t("Any")}
              clearable
              choices={[
                { id: "success", label: t("Signed in") },
                { id: "failure", label: t("Refused") },
              ]}
              value={filter.result ? [filter.result] : []}
              onChange={([result]) => set({ result: result as LoginFilter["result"] })}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("From")}>
          {({ id }) => (
            <TextInput
              id={id}
              type="date"
              value={filter.from ?? ""}
              onChange={(e) => set({ from: e.target.value || undefined })}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("Before")}>
          {({ id }) => (
            <TextInput
              id={id}
              type="date"
              value={filter.to ?? ""}
              onChange={(e) => set({ to: e.target.value || undefined })}
            />
          )}
        </FieldFrame>
      </div>
      <LoginList whose="all" filter={filter} />
    </PageFrame>
  );
}
