// Explain access: may this person do that, with this record, and why? The question is in the address, so it can be sent on.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ShieldQuestionMark } from "lucide-react";
import { ACTIONS, type AccessAction, explainAccess } from "@/api/access";
import { Loaded } from "@/api/loaded";
import { useRecordName } from "@/api/names";
import { actionWord } from "@/catalog/access-words";
import { useCatalog } from "@/catalog/catalog";
import { Empty } from "@/components/bits";
import { PageFrame, useTitle } from "@/components/page-frame";
import { t } from "@/lib/i18n";
import { inSentence } from "@/lib/text";
import { objectChoices, PersonField, RecordField, WordField } from "../question-fields";
import { Chain } from "./chain";
import { WhoList } from "./who-list";

/** Actions that a role gives or not, on no record in particular. */
const WHOLE = new Set<AccessAction>(["create", "export"]);

export interface ExplainSearch {
  user?: string | undefined;
  object?: string | undefined;
  record?: string | undefined;
  action?: AccessAction | undefined;
}

export function ExplainPage() {
  const catalog = useCatalog();
  const search: ExplainSearch = useSearch({ from: "/shell/setup/explain" });
  const navigate = useNavigate();
  useTitle(t("Explain access"), t("Setup"), catalog.me.tenant.name);
  const set = (patch: ExplainSearch) =>
    navigate({ to: "/setup/explain", search: { ...search, ...patch }, replace: true });
  const objects = catalog.objects.filter((o) => !o.system);
  const object = catalog.object(search.object);
  const action = search.action ?? "read";
  const record = WHOLE.has(action) ? undefined : search.record;
  const recordName = useRecordName(object, record);
  const asked = search.user && object ? { user: search.user, object: object.name, record, action } : undefined;
  const query = useQuery({
    queryKey: ["access", "explain", asked, catalog.revision],
    enabled: Boolean(asked),
    queryFn: ({ signal }) => explainAccess(asked as NonNullable<typeof asked>, signal),
  });
  const what = record
    ? (recordName ?? "…")
    : object
      ? t("{objects} at all", { objects: inSentence(object.plural_label) })
      : "";

  return (
    <PageFrame
      title={t("Explain access")}
      about={t(
        "Choose a person, what they want to do, and with what. The answer names every role, owner, share and rule that decides it.",
      )}
      wide
    >
      <div className="grid max-w-5xl gap-x-4 gap-y-3 phone:grid-cols-2 wide:grid-cols-[1.2fr_0.8fr_1fr_1.6fr]">
        <PersonField required label={t("Person")} value={search.user} onChange={(user) => set({ user })} />
        <WordField
          label={t("Action")}
          choices={ACTIONS.map((word) => ({ id: word, label: actionWord(word) }))}
          value={action}
          onChange={(next) => set({ action: next as AccessAction })}
        />
        <WordField
          label={t("Object")}
          choices={objectChoices(objects)}
          value={search.object}
          onChange={(next) => set({ object: next, record: undefined })}
        />
        <RecordField
          label={t("Record")}
          none={t("No particular record")}
          object={WHOLE.has(action) ? undefined : object}
          value={record}
          onChange={(next) => set({ record: next })}
        />
      </div>
      <div className="mt-6 grid max-w-5xl gap-x-10 gap-y-8 wide:grid-cols-[minmax(0,1fr)_320px]">
        <div className="min-w-0">
          {asked ? (
            <Loaded query={query} what={t("The answer")}>
              {(told) => <Chain told={told} what={what} />}
            </Loaded>
          ) : (
            <div className="rounded-sheet border border-line border-dashed">
              <Empty glyph={<ShieldQuestionMark size={26} className="text-text-3" />} title={t("Nothing is asked yet")}>
                {t("Choose a person and an object. With a record too, the answer tells why that one.")}
              </Empty>
            </div>
          )}
        </div>
        {object && record && (
          <section aria-label={t("Everybody who may")}>
            <h2 className="mb-2 font-semibold">{t("Everybody who may {action} it", { action: actionWord(action) })}</h2>
            <WhoList
              key={`${record}${action}`}
              object={object.name}
              record={record}
              action={action}
              chosen={search.user}
              onChoose={(user) => set({ user: user.id })}
            />
          </section>
        )}
      </div>
    </PageFrame>
  );
}
