// What programs asked under API keys, and how it ended: the first place to look when one of them does not work.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type KeyRequest, type KeyRequestFilter, listKeyRequests } from "@/api/key-requests";
import { useRecordName } from "@/api/names";
import { Pages, usePages } from "@/api/pages";
import { listKeys } from "@/api/people";
import { useCatalog } from "@/catalog/catalog";
import { Empty, Tag } from "@/components/bits";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { PageFrame, tableCell, tableHead, useTitle } from "@/components/page-frame";
import { Segments } from "@/components/segments";
import { Select } from "@/components/select";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { counted } from "@/lib/text";
import { useDebounced } from "@/lib/use-debounced";

export function RequestsPage() {
  const catalog = useCatalog();
  const filter: KeyRequestFilter = useSearch({ from: "/shell/setup/requests" });
  const navigate = useNavigate();
  useTitle(t("Requests"), t("Setup"), catalog.me.tenant.name);
  const set = (patch: KeyRequestFilter) =>
    navigate({ to: "/setup/requests", search: { ...filter, ...patch }, replace: true });
  const query = usePages(["key-requests", filter], (cursor, signal) => listKeyRequests(filter, cursor, signal), {
    keep: true,
  });
  return (
    <PageFrame
      wide
      title={t("Requests")}
      about={t(
        "The last 200 requests of each API key, for seven days: how they were asked and how they ended, never what was in them.",
      )}
    >
      {catalog.may("manage_security") && (
        <div className="mb-4">
          <Segments
            className="max-w-80"
            label={t("Whose keys")}
            value={filter.all ? "all" : "own"}
            choices={[
              { id: "own", label: t("My keys") },
              { id: "all", label: t("Everybody's keys") },
            ]}
            onChange={(next) => set({ all: next === "all" ? true : undefined, key_id: undefined })}
          />
        </div>
      )}
      <Filters filter={filter} onChange={set} />
      <Pages query={query} what={t("The requests")} more={t("Show older entries")}>
        {(requests) =>
          requests.length === 0 ? (
            <Empty title={t("No requests that match")}>
              {t("A request shows up here a few seconds after it was answered.")}
            </Empty>
          ) : (
            <RequestTable requests={requests} who={Boolean(filter.all)} />
          )
        }
      </Pages>
    </PageFrame>
  );
}

function Filters({ filter, onChange }: { filter: KeyRequestFilter; onChange: (patch: KeyRequestFilter) => void }) {
  const keys = useQuery({ queryKey: ["api-keys"], queryFn: ({ signal }) => listKeys(signal), enabled: !filter.all });
  const [typed, setTyped] = useState(filter.request_id ?? "");
  const settled = useDebounced(typed.trim(), 300);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed counts.
  useEffect(() => {
    if (settled !== (filter.request_id ?? "")) onChange({ request_id: settled || undefined });
  }, [settled]);
  return (
    <div className="mb-4 grid gap-3 phone:grid-cols-3">
      <FieldFrame label={t("Status")}>
        {({ id }) => (
          <Select
            id={id}
            label={t("Status")}
            placeholder={t("Any")}
            clearable
            choices={[
              { id: "success", label: t("Answered") },
              { id: "client_error", label: t("Refused (4xx)") },
              { id: "server_error", label: t("Failed (5xx)") },
            ]}
            value={filter.status ? [filter.status] : []}
            onChange={([status]) => onChange({ status: status as KeyRequestFilter["status"] })}
          />
        )}
      </FieldFrame>
      {!filter.all && (
        <FieldFrame label={t("Key")}>
          {({ id }) => (
            <Select
              id={id}
              label={t("Key")}
              placeholder={t("Any")}
              clearable
              choices={(keys.data ?? []).map((key) => ({ id: key.id, label: key.name, detail: `${key.prefix}…` }))}
              value={filter.key_id ? [filter.key_id] : []}
              onChange={([key_id]) => onChange({ key_id })}
            />
          )}
        </FieldFrame>
      )}
      <FieldFrame label={t("Request id")}>
        {({ id }) => (
          <TextInput
            id={id}
            spellCheck={false}
            className="font-mono text-xs"
            placeholder={t("The request_id of an answer")}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </FieldFrame>
    </div>
  );
}

function RequestTable({ requests, who }: { requests: KeyRequest[]; who: boolean }) {
  const heads = [t("When"), t("Request"), t("Answer"), t("Key")];
  return (
    <table className="w-full border-line border-t">
      <thead>
        <tr>
          {heads.map((head, at) => (
            <th key={head} scope="col" className={at === 3 ? `${tableHead} hidden phone:table-cell` : tableHead}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {requests.map((request) => (
          <RequestRow key={request.id} request={request} who={who} />
        ))}
      </tbody>
    </table>
  );
}

function RequestRow({ request, who }: { request: KeyRequest; who: boolean }) {
  const { method, route, parameters, status, code } = request;
  const color = status >= 500 ? "red" : status >= 400 ? "orange" : "green";
  return (
    <tr>
      <td className={`${tableCell} whitespace-nowrap align-top`} title={formatDateTime(request.at)}>
        {ago(request.at)}
      </td>
      <td className={`${tableCell} min-w-0`}>
        <p className="break-all font-mono text-xs">
          <span className="font-semibold">{method}</span> {route}
        </p>
        {parameters.length > 0 && <p className="break-all font-mono text-text-3 text-xs">?{parameters.join(" · ")}</p>}
        <p className="select-all break-all font-mono text-2xs text-text-3">{request.request_id}</p>
      </td>
      <td className={`${tableCell} align-top`}>
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <Tag color={color}>{String(status)}</Tag>
          {code && <span className="font-mono text-text-2 text-xs">{code}</span>}
          <span className="num text-text-3 text-xs">{t("{took} ms", { took: counted(request.took) })}</span>
        </span>
      </td>
      <td className={`${tableCell} hidden align-top phone:table-cell`}>
        {request.key_name}
        {who && <Owner id={request.user_id} />}
      </td>
    </tr>
  );
}

function Owner({ id }: { id: string }) {
  const name = useRecordName(useCatalog().object("user"), id);
  return <span className="block text-text-2 text-xs">{name}</span>;
}
