// The fields of an object as a table.
import { Plus } from "lucide-react";
import { type Catalog, useCatalog } from "@/catalog/catalog";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Empty, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { tableCell, tableHead } from "@/components/page-frame";
import { kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { useAfterPaint } from "@/lib/use-after-paint";

/** Rows of the first drawing; the others follow once it is on screen. */
const FIRST = 10;

interface FieldTableProps {
  object: ObjectDef;
  fields: FieldDef[];
  title: string;
  about?: string;
  /** Said in place of the table when a search finds nothing. */
  empty?: string | undefined;
  onOpen?: (field: FieldDef) => void;
  onNew?: () => void;
}

/** What else is worth knowing about a field, in a word or two each. */
function rules(catalog: Catalog, field: FieldDef): string[] {
  const to = [field.to ?? []]
    .flat()
    .map((name) => (name === "*" ? t("any object") : (catalog.object(name)?.label ?? name)));
  return [
    to.length ? t("to {what}", { what: to.join(", ") }) : "",
    field.required && !field.standard ? t("required") : "",
    field.unique ? t("unique") : "",
    field.indexed ? t("indexed") : "",
    field.sensitive ? t("sensitive") : "",
    field.encrypted ? t("encrypted") : "",
    field.options ? count(field.options.length, t("option"), t("options")) : "",
  ].filter(Boolean);
}

export function FieldTable({ object, fields, title, about, empty, onOpen, onNew }: FieldTableProps) {
  const painted = useAfterPaint();
  return (
    <section aria-label={title} className="mb-8">
      <h2 className="mb-1 flex items-baseline gap-2 font-semibold text-base">
        {title}
        <span className="num font-normal text-text-3 text-xs">{fields.length}</span>
        {about && <span className="font-normal text-text-3 text-xs">{about}</span>}
      </h2>
      {fields.length === 0 && empty ? (
        <p className="py-4 text-text-2">{empty}</p>
      ) : fields.length === 0 ? (
        <Empty
          title={t("No fields of its own yet")}
          action={
            onNew && (
              <Button look="outline" icon={<Plus size={14} />} onClick={onNew}>
                {t("Add the first field")}
              </Button>
            )
          }
        >
          {t("Records have a name, an owner and dates. Add what else you want to keep.")}
        </Empty>
      ) : (
        <table className="w-full table-fixed border-collapse">
          <thead>
            <tr>
              <th scope="col" className={cx(tableHead, "w-[34%]")}>
                {t("Label")}
              </th>
              <th scope="col" className={cx(tableHead, "hidden phone:table-cell")}>
                {t("API name")}
              </th>
              <th scope="col" className={tableHead}>
                {t("Kind")}
              </th>
              <th scope="col" className={cx(tableHead, "hidden wide:table-cell")}>
                {t("Rules")}
              </th>
              <th scope="col" className={cx(tableHead, "hidden w-24 wide:table-cell")}>
                {t("Source")}
              </th>
            </tr>
          </thead>
          <tbody>
            {fields.slice(0, painted ? fields.length : FIRST).map((field) => (
              <Row key={field.name} object={object} field={field} onOpen={onOpen} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Row({
  object,
  field,
  onOpen,
}: {
  object: ObjectDef;
  field: FieldDef;
  onOpen: ((field: FieldDef) => void) | undefined;
}) {
  const catalog = useCatalog();
  const kind = kindOf(field);
  const Icon = kind.icon;
  const foreign = field.package && field.package !== object.package;
  const label = (
    <span className="flex min-w-0 items-center gap-2">
      <span className="truncate font-medium">{field.label}</span>
      {!field.standard && !field.package && object.package && <Tag color="teal">{t("Custom")}</Tag>}
      {foreign && <Tag color="indigo">{field.package}</Tag>}
    </span>
  );
  return (
    <tr className={onOpen ? "hover:bg-hover" : "text-text-2"} onClick={() => onOpen?.(field)}>
      <td className={tableCell}>
        {onOpen ? (
          <button
            type="button"
            aria-label={t("Edit {label}", { label: field.label })}
            className="flex max-w-full rounded-tag text-start"
            onClick={(e) => {
              e.stopPropagation();
              onOpen(field);
            }}
          >
            {label}
          </button>
        ) : (
          label
        )}
      </td>
      <td className={cx(tableCell, "hidden truncate font-mono text-text-2 text-xs phone:table-cell")}>{field.name}</td>
      <td className={tableCell}>
        <span className="flex min-w-0 items-center gap-2">
          <Icon size={14} aria-hidden="true" className="text-text-3" />
          <span className="truncate">{kind.kind === "unknown" ? field.kind : t(kind.label)}</span>
        </span>
      </td>
      <td className={cx(tableCell, "hidden truncate text-text-2 text-xs wide:table-cell")}>
        {rules(catalog, field).join(" · ")}
      </td>
      <td className={cx(tableCell, "hidden truncate text-text-3 text-xs wide:table-cell")}>
        {field.standard ? t("System") : (field.package ?? t("Custom"))}
      </td>
    </tr>
  );
}
