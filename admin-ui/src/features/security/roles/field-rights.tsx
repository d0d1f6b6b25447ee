// The fields of an object within the matrix: who reads and who edits them. Unsaid, a field follows its object.

import { ACTIONS, type FieldAction, fieldGiven, type RoleDef, type Roles, sayField } from "@/catalog/role-rights";
import type { ObjectDef } from "@/catalog/types";
import { kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";

interface FieldRightsProps {
  object: ObjectDef;
  roles: Roles;
  role: RoleDef;
  disabled: boolean;
  onChange: (role: RoleDef) => void;
}

const ALWAYS = new Set(["id", "version"]);

export function FieldRights({ object, roles, role, disabled, onChange }: FieldRightsProps) {
  return object.fields
    .filter((f) => !ALWAYS.has(f.name))
    .map((field) => {
      const path = `${object.name}.${field.name}`;
      const Icon = kindOf(field).icon;
      return (
        <tr key={path} className="bg-sunken">
          <th scope="row" className="h-8 border-line border-b ps-9 pe-3 text-start font-normal">
            <span className="flex items-center gap-2">
              <Icon size={13} aria-hidden="true" className="text-text-3" />
              <span className="truncate">{field.label}</span>
            </span>
          </th>
          {ACTIONS.map((action) => (
            <td key={action} className="border-line border-b pe-1 text-center">
              {(action === "read" || action === "edit") && !(action === "edit" && field.read_only) && (
                <FieldCell
                  label={`${humanize(action)} ${object.label} ${field.label}`}
                  state={fieldGiven(roles, role, path, action as FieldAction)}
                  disabled={disabled}
                  onChange={(value) => onChange(sayField(role, path, action as FieldAction, value))}
                />
              )}
            </td>
          ))}
        </tr>
      );
    });
}

interface FieldCellProps {
  label: string;
  state: { given: boolean; own: boolean };
  disabled: boolean;
  onChange: (value: boolean | undefined) => void;
}

/** Steps through: as inherited, the opposite, and back. */
function FieldCell({ label, state, disabled, onChange }: FieldCellProps) {
  const word = state.given ? t("Yes") : t("No");
  return (
    <button
      type="button"
      data-cell
      disabled={disabled}
      aria-label={`${word} ${label}, ${state.own ? t("said by this role") : t("follows")}`}
      className={cx(
        "inline-flex h-6 w-12 items-center justify-center rounded-tag border text-xs",
        state.given ? "bg-[var(--reach-2)] text-text" : "bg-red-soft text-red",
        state.own ? "border-transparent" : "border-line border-dashed",
        !disabled && "hover:border-text-3",
      )}
      onClick={() => onChange(state.own ? undefined : !state.given)}
    >
      {word}
    </button>
  );
}
