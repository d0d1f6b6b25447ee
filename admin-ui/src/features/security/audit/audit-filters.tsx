// What of the log is shown: by whom, what was done, to what, and when.
import { X } from "lucide-react";
import type { AuditFilter } from "@/api/audit";
import { useCatalog } from "@/catalog/catalog";
import { Button } from "@/components/button";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { DayFields, objectChoices, PersonField, RecordField, WordField } from "../question-fields";
import { deeds, things } from "./audit-words";

/** What entries are about that is no record. */
const THINGS = ["session", "api_key", "user", "team", "metadata", "settings", "audit"];

interface AuditFiltersProps {
  filter: AuditFilter;
  onChange: (patch: AuditFilter) => void;
}

export function AuditFilters({ filter, onChange }: AuditFiltersProps) {
  const catalog = useCatalog();
  const object = catalog.object(filter.object);
  const objects = catalog.objects.filter((o) => !o.system);
  const some = Object.values(filter).some(Boolean);
  return (
    <div className="mb-4 grid grid-cols-2 gap-3 wide:grid-cols-6">
      <PersonField label={t("Who")} value={filter.user_id} onChange={(user_id) => onChange({ user_id })} />
      <WordField
        label={t("Did what")}
        any={t("Anything")}
        choices={Object.entries(deeds()).map(([word, label]) => ({ id: word, label }))}
        value={filter.action}
        onChange={(action) => onChange({ action })}
      />
      <WordField
        label={t("To what")}
        any={t("Anything")}
        choices={[
          ...objectChoices(objects).map((choice) => ({ ...choice, group: t("Records") })),
          ...THINGS.map((word) => ({ id: word, label: things()[word] ?? humanize(word), group: t("Other") })),
        ]}
        value={filter.object}
        onChange={(next) => onChange({ object: next, record_id: undefined })}
      />
      <RecordField
        label={t("Record")}
        none={t("Any")}
        object={object}
        value={filter.record_id}
        onChange={(record_id) => onChange({ record_id })}
      />
      <DayFields from={filter.from} to={filter.to} onChange={onChange} />
      {some && (
        <div className="phone:col-span-full">
          <Button
            icon={<X size={13} />}
            onClick={() =>
              onChange({
                user_id: undefined,
                action: undefined,
                object: undefined,
                record_id: undefined,
                from: undefined,
                to: undefined,
              })
            }
          >
            {t("Show everything")}
          </Button>
        </div>
      )}
    </div>
  );
}
