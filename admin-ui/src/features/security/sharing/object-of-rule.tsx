// Whose records a rule is about; once it is there it stays with them.
import { useCatalog } from "@/catalog/catalog";
import { FieldFrame } from "@/components/field-frame";
import { Select } from "@/components/select";
import { t } from "@/lib/i18n";

interface ObjectOfRuleProps {
  value: string;
  fixed: boolean;
  error: string | undefined;
  onChange: (object: string) => void;
}

export function ObjectOfRule({ value, fixed, error, onChange }: ObjectOfRuleProps) {
  const objects = useCatalog().objects.filter((o) => !o.system);
  return (
    <FieldFrame label={t("Records of")} error={error}>
      {({ id }) => (
        <Select
          id={id}
          label={t("Records of")}
          disabled={fixed}
          choices={objects.map((o) => ({ id: o.name, label: o.plural_label }))}
          value={[value]}
          onChange={([next]) => onChange(next ?? value)}
        />
      )}
    </FieldFrame>
  );
}
