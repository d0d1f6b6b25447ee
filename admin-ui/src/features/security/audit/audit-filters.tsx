// What of the log is shown: by whom, what was done, to what, and when.
import { X } from "lucide-react";
import type { AuditFilter } from "@/api/audit";
import { useRecordName } from "@/api/names";
import { useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import { Glyph } from "@/components/bits";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { RecordSelect } from "@/fields/relation";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { deeds } from "./audit-words";

/** What entries are about that is no record. */
const THINGS = ["session", "api_key", "user", "team", "metadata", "settings", "audit"];

interface AuditFiltersProps {
  filter: AuditFilter;
  onChange: (patch: AuditFilter) => void;
}

export function AuditFilters({ filter, onChange }: AuditFiltersProps) {
  const catalog = useCatalog();
  const people = catalog.object("user");
  const object = catalog.object(filter.object);
  const userName = useRecordName(people, filter.user_id);
  const recordName = useRecordName(object, filter.record_id);
  const objects = catalog.objects.filter((o) => !o.system);
  const some = Object.values(filter).some(Boolean);
  const words = Object.entries(deeds());
  return (
    <div className="mb-4 grid gap-3 phone:grid-cols-2 wide:grid-cols-6">
      <FieldFrame label={t("Who")}>
        {({ id }) => (
          <RecordSelect
            id={id}
            object={people}
            label={t("Who")}
            clearable
            value={filter.user_id ? [{ id: filter.user_id, name: userName }] : []}
            onChange={(refs) => onChange({ user_id: refs[0]?.id })}
          />
        )}
      </FieldFrame>
      <FieldFrame label={t("Did what")}>
        {({ id }) => (
          <Select
            id={id}
            label={t("Did what")}
            placeholder={t("Anything")}
            clearable
            choices={words.map(([word, label]) => ({ id: word, label }))}
            value={filter.action ? [filter.action] : []}
            onChange={([action]) => onChange({ action })}
          />
        )}
      </FieldFrame>
      <FieldFrame label={t("To what")}>
        {({ id }) => (
          <Select
            id={id}
            label={t("To what")}
            placeholder={t("Anything")}
            clearable
            choices={[
              ...objects.map((o) => ({
                id: o.name,
                label: o.plural_label,
                group: t("Records"),
                icon: <Glyph icon={objectIcon(o)} hue={objectHue(o.name)} size={18} />,
              })),
              ...THINGS.map((word) => ({ id: word, label: humanize(word), group: t("Other") })),
            ]}
            value={filter.object ? [filter.object] : []}
            onChange={([next]) => onChange({ object: next, record_id: undefined })}
          />
        )}
      </FieldFrame>
      <FieldFrame label={t("Record")}>
        {({ id }) =>
          object ? (
            <RecordSelect
              key={object.name}
              id={id}
              object={object}
              label={t("Record")}
              clearable
              value={filter.record_id ? [{ id: filter.record_id, name: recordName }] : []}
              onChange={(refs) => onChange({ record_id: refs[0]?.id })}
            />
          ) : (
            <Select
              id={id}
              disabled
              label={t("Record")}
              placeholder={t("Any")}
              choices={[]}
              value={[]}
              onChange={() => {}}
            />
          )
        }
      </FieldFrame>
      <FieldFrame label={t("From")}>
        {({ id }) => (
          <TextInput
            id={id}
            type="date"
            value={filter.from ?? ""}
            onChange={(event) => onChange({ from: event.target.value || undefined })}
          />
        )}
      </FieldFrame>
      <FieldFrame label={t("Before")}>
        {({ id }) => (
          <TextInput
            id={id}
            type="date"
            value={filter.to ?? ""}
            onChange={(event) => onChange({ to: event.target.value || undefined })}
          />
        )}
      </FieldFrame>
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
