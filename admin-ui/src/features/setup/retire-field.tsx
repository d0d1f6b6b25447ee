// Taking a field away: views and layouts let go of it in the same change, everything else that stands on it says so.
import { applyChanges, type Change, planChanges } from "@/api/metadata";
import { useCatalog } from "@/catalog/catalog";
import type { Removal } from "@/catalog/field-removal";
import { useReloadCatalog } from "@/catalog/load";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import type { Part } from "@/changes/definition-diff";
import { ReviewDialog } from "@/changes/review-dialog";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";

interface RetireFieldProps {
  object: ObjectDef;
  field: FieldDef;
  onDone: () => void;
  onClose: () => void;
}

export function RetireField({ object, field, onDone, onClose }: RetireFieldProps) {
  const catalog = useCatalog();
  const reload = useReloadCatalog();
  const removal = catalog.removal(object.name, field.name);
  const shown = [...catalog.viewsOf(object.name), ...catalog.layoutsOf(object.name)];
  const part = ({ kind, name, definition }: Change): Part => {
    const { name: _, ...before } = shown.find((c) => c.name === name) ?? { name };
    return { kind, name, before, after: definition };
  };
  return (
    <ReviewDialog
      title={t("Delete the field {label}?", { label: field.label })}
      verb={t("Delete field")}
      danger
      about={t(
        "It disappears from lists, forms and the API at once. Its values are kept for 30 days, then purged. {what}",
        { what: alsoChanged(removal) },
      )}
      dependantsOf={{ kind: "fields", name: `${object.name}.${field.name}` }}
      word={field.name}
      planKey={removal.changes}
      plan={(signal) => planChanges(removal.changes, signal)}
      apply={({ allowDataLoss }) =>
        applyChanges(removal.changes, t("Delete the field {label}", { label: field.label }), allowDataLoss)
      }
      parts={removal.changes.map(part)}
      onClose={onClose}
      onDone={async () => {
        await reload();
        toast(t("Deleted {label}", { label: field.label }));
        onDone();
      }}
    />
  );
}

/** Which views and layouts let go of a field, in a sentence. */
function alsoChanged({ views, layouts }: Removal): string {
  const parts = [
    ...(views.length ? [`${views.length === 1 ? t("the view") : t("the views")} ${views.join(", ")}`] : []),
    ...(layouts ? [t("the record page")] : []),
  ];
  return parts.length ? t("It is also taken off {parts}.", { parts: parts.join(" and ") }) : "";
}
