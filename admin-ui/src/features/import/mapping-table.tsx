// Which column becomes which field. The server's guess comes first; people change what is wrong.
import { useCatalog } from "@/catalog/catalog";
import { isWritable, nameField, ownFields } from "@/catalog/fields";
import type { ObjectDef } from "@/catalog/types";
import type { Choice } from "@/components/picker";
import { Select } from "@/components/select";
import { kindOf } from "@/fields/registry";
import { targetOf } from "@/fields/relation";
import { t } from "@/lib/i18n";

interface MappingTableProps {
  object: ObjectDef;
  mapping: Record<string, string>;
  samples: Record<string, string[]>;
  match: string | undefined;
  onMatch: (field: string | undefined) => void;
  onChange: (mapping: Record<string, string>) => void;
}

/** Fields as a file names them; related records are found by their name or by a unique field. */
function useTargets(object: ObjectDef): Choice[] {
  const catalog = useCatalog();
  const owner = object.fields.filter((f) => f.name === "owner");
  return [nameField(object), ...ownFields(object), ...owner]
    .filter((f) => isWritable(object, f) || f.unique)
    .flatMap((f) => {
      const Icon = kindOf(f).icon;
      const icon = <Icon size={14} className="text-text-3" />;
      const target = kindOf(f).group === "Relations" ? catalog.object(targetOf(f)) : undefined;
      if (!target) return [{ id: f.name, label: f.label, words: f.name, icon }];
      const keys = [nameField(target), ...target.fields.filter((g) => g.unique && g.name !== "id")];
      return keys.map((g) => ({ id: `${f.name}.${g.name}`, label: `${f.label}: ${g.label}`, words: f.name, icon }));
    });
}

export function MappingTable({ object, mapping, samples, match, onMatch, onChange }: MappingTableProps) {
  const targets = useTargets(object);
  // In the order of the file where that is known.
  const headers = [...new Set([...Object.keys(samples).filter((h) => h in mapping), ...Object.keys(mapping)])];
  const unique = object.fields.filter((f) => f.unique && f.name !== "id");
  return (
    <section aria-label={t("Columns")} className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3">
        <h2 className="flex-1 font-semibold">{t("Columns")}</h2>
        {unique.length > 0 && (
          <label className="flex items-center gap-2 text-text-2">
            {t("Change records that are there, found by")}
            <Select
              className="w-52"
              label={t("Found by")}
              placeholder={t("None, create all")}
              clearable
              value={match ? [match] : []}
              choices={unique.map((f) => ({ id: f.name, label: f.label }))}
              onChange={([field]) => onMatch(field)}
            />
          </label>
        )}
      </div>
      <table className="w-full table-fixed text-sm">
        <thead>
          <tr className="border-line border-b text-text-2 text-xs">
            <th className="py-1.5 text-start font-medium">{t("Column of the file")}</th>
            <th className="hidden py-1.5 text-start font-medium phone:table-cell">{t("Values")}</th>
            <th className="w-1/2 py-1.5 text-start font-medium phone:w-2/5">{t("Becomes")}</th>
          </tr>
        </thead>
        <tbody>
          {headers.map((header) => {
            const field = mapping[header] ?? "";
            const known = targets.some((c) => c.id === field);
            const choices = field && !known ? [{ id: field, label: field }, ...targets] : targets;
            return (
              <tr key={header} className="border-line border-b">
                <td className="truncate py-1 pe-3 font-medium">{header}</td>
                <td className="hidden truncate py-1 pe-3 text-text-2 text-xs phone:table-cell">
                  {samples[header]?.join(", ")}
                </td>
                <td className="py-1">
                  <Select
                    label={t("Field for {column}", { column: header })}
                    placeholder={t("Left out")}
                    clearable
                    value={field ? [field] : []}
                    choices={choices}
                    onChange={([next]) => onChange({ ...mapping, [header]: next ?? "" })}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
