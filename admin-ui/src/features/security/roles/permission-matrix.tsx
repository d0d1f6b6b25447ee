// The permission matrix: objects and actions, with what each reaches; an object opens to its fields.
import { ChevronRight } from "lucide-react";
import { Fragment, type KeyboardEvent, useRef, useState } from "react";
import { useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import { ACTIONS, type Action, effective, type RoleDef, type Roles, said, say } from "@/catalog/role-rights";
import type { ObjectDef } from "@/catalog/types";
import { Glyph } from "@/components/bits";
import { TextInput } from "@/components/inputs";
import { tableCell, tableHead } from "@/components/page-frame";
import { cx } from "@/lib/cx";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { useAfterPaint } from "@/lib/use-after-paint";
import { FieldRights } from "./field-rights";
import { MatrixCell } from "./matrix-cell";

interface PermissionMatrixProps {
  roles: Roles;
  role: RoleDef;
  before: RoleDef;
  disabled: boolean;
  onChange: (role: RoleDef) => void;
}

/** Rows of the first drawing; the others follow once it is on screen. */
const FIRST = 4;

/** Users are changed by those who manage users, whatever a role says: only reading can be given. */
const fixed = (object: ObjectDef | null, action: Action) =>
  Boolean(object?.system) && action !== "read" && action !== "export";

export function PermissionMatrix({ roles, role, before, disabled, onChange }: PermissionMatrixProps) {
  const catalog = useCatalog();
  const [text, setText] = useState("");
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const table = useRef<HTMLTableElement>(null);
  const painted = useAfterPaint();
  const objects = catalog.objects.filter((o) =>
    `${o.label} ${o.plural_label} ${o.name}`.toLowerCase().includes(text.trim().toLowerCase()),
  );
  const rows: (ObjectDef | null)[] = [...(text ? [] : [null]), ...objects];

  /** Arrows move between the cells as in any grid. */
  function onKeyDown(event: KeyboardEvent) {
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
    };
    const step = steps[event.key];
    const cell = (event.target as HTMLElement).closest("[data-cell]");
    if (!step || !cell || !table.current) return;
    const grid = [...table.current.querySelectorAll("tr")].map((row) => [
      ...row.querySelectorAll<HTMLButtonElement>("[data-cell]"),
    ]);
    const lines = grid.filter((line) => line.length);
    const y = lines.findIndex((line) => line.includes(cell as HTMLButtonElement));
    const x = lines[y]?.indexOf(cell as HTMLButtonElement) ?? 0;
    const line = lines[y + step[0]] ?? [];
    line[Math.min(x + step[1], line.length - 1)]?.focus();
    event.preventDefault();
  }

  return (
    <>
      <TextInput
        type="search"
        className="mb-3 max-w-72"
        placeholder={t("Find an object")}
        aria-label={t("Find an object")}
        value={text}
        onChange={(e) => setText(e.target.value)}
      />
      <div className="overflow-x-auto">
        <table ref={table} className="w-full border-collapse" onKeyDown={onKeyDown}>
          <thead>
            <tr>
              <th scope="col" className={cx(tableHead, "min-w-44")}>
                {t("Object")}
              </th>
              {ACTIONS.map((action) => (
                <th
                  key={action}
                  scope="col"
                  className="h-8 w-18 border-line border-b text-center font-medium text-text-2 text-xs"
                >
                  {t(humanize(action))}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, painted ? rows.length : FIRST).map((object) => {
              const name = object?.name ?? "*";
              const label = object?.plural_label ?? t("Every other object");
              const isOpen = open.has(name);
              return (
                <Fragment key={name}>
                  <tr className={object ? "" : "bg-sunken"}>
                    <th scope="row" className={cx(tableCell, "text-start font-medium")}>
                      <ObjectHead
                        object={object}
                        label={label}
                        open={isOpen}
                        onToggle={() =>
                          setOpen((old) => new Set(isOpen ? [...old].filter((n) => n !== name) : [...old, name]))
                        }
                      />
                    </th>
                    {ACTIONS.map((action) => (
                      <td key={action} className={cx(tableCell, "pe-1 text-center")}>
                        {fixed(object, action) ? (
                          <span className="text-text-3 text-xs">–</span>
                        ) : (
                          <MatrixCell
                            action={action}
                            object={label}
                            value={effective(roles, role, name, action)}
                            own={role.objects?.[name]?.[action] !== undefined}
                            changed={said(role, name, action) !== said(before, name, action)}
                            disabled={disabled}
                            onChange={(reach) => onChange(say(role, name, action, reach))}
                          />
                        )}
                      </td>
                    ))}
                  </tr>
                  {isOpen && object && (
                    <FieldRights object={object} roles={roles} role={role} disabled={disabled} onChange={onChange} />
                  )}
                </Fragment>
              );
            })}
          </tbody>
        </table>
      </div>
      {rows.length === 0 && <p className="py-4 text-text-2">{t("No object matches “{text}”.", { text })}</p>}
      <Legend />
    </>
  );
}

interface ObjectHeadProps {
  object: ObjectDef | null;
  label: string;
  open: boolean;
  onToggle: () => void;
}

function ObjectHead({ object, label, open, onToggle }: ObjectHeadProps) {
  if (!object) return <span className="ps-7">{label}</span>;
  return (
    <button type="button" aria-expanded={open} className="flex items-center gap-2 rounded-tag" onClick={onToggle}>
      <ChevronRight size={14} className={cx("text-text-3 transition-transform", open && "rotate-90")} />
      <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={20} />
      {label}
    </button>
  );
}

function Legend() {
  return (
    <p className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-1.5 text-text-2 text-xs">
      <span className="inline-flex items-center gap-1.5">
        <span className="inline-block h-4 w-7 rounded-tag bg-[var(--reach-3)]" /> {t("said by this role")}
      </span>
      <span className="inline-flex items-center gap-1.5">
        <span className="inline-block h-4 w-7 rounded-tag border border-text-3 border-dashed bg-[var(--reach-3)]" />
        {t("inherited, or as every other object")}
      </span>
      <span>
        {t("With the keyboard: arrows move,")} <span className="font-mono">N O T A</span>{" "}
        {t("give nothing, own, team, all, Delete takes back")}
      </span>
    </p>
  );
}
