// The layouts of an object: what its page shows, and for whom.
import { Link, useNavigate } from "@tanstack/react-router";
import { LayoutTemplate, Plus } from "lucide-react";
import { useState } from "react";
import { applyChanges } from "@/api/metadata";
import { messageOf } from "@/api/problem";
import { assignmentWords } from "@/catalog/assignment";
import { useCatalog } from "@/catalog/catalog";
import { fieldOf, isOff } from "@/catalog/fields";
import { useReloadCatalog } from "@/catalog/load";
import { placement } from "@/catalog/placement";
import type { LayoutDef, ObjectDef } from "@/catalog/types";
import { Empty, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { Select } from "@/components/select";
import { toastError } from "@/components/toast";
import { t } from "@/lib/i18n";
import { apiName, count, humanize } from "@/lib/text";

const shownSections = ({ sections }: LayoutDef) => sections.filter((section) => !isOff(section));
const slugOf = (layout: LayoutDef) => layout.name.split(".").slice(1).join(".");

export function LayoutsTab({ object }: { object: ObjectDef }) {
  const catalog = useCatalog();
  const navigate = useNavigate();
  const reload = useReloadCatalog();
  const [busy, setBusy] = useState(false);
  const [naming, setNaming] = useState(false);
  const layouts = catalog.layoutsOf(object.name);

  /** Begins with what the page shows already, so that there is something to change. */
  async function create(label: string, from: LayoutDef | undefined) {
    const layout = layouts.length ? apiName(label) : "default";
    const definition = {
      object: object.name,
      sections: placement(object, undefined).sections.map((s) => ({
        label: t(s.label),
        columns: Math.min(2, s.columns),
        items: s.fields.map((f) => ({ field: f.name })),
      })),
    };
    const { name: _, assign: __, ...copy } = from ?? { name: "" };
    setBusy(true);
    try {
      await applyChanges(
        [{ kind: "layouts", name: `${object.name}.${layout}`, definition: from ? copy : definition }],
        t("Add a layout to {label}", { label: object.label }),
      );
      await reload();
      navigate({ to: "/setup/objects/$object/layouts/$layout", params: { object: object.name, layout } });
    } catch (error) {
      toastError(t("The layout could not be made. {error}", { error: messageOf(error) }));
      setBusy(false);
    }
  }

  const add = (
    <Button
      look="outline"
      size="md"
      icon={<Plus size={14} />}
      busy={busy}
      onClick={() => (layouts.length ? setNaming(true) : create("", undefined))}
    >
      {t("New layout")}
    </Button>
  );
  if (layouts.length === 0) {
    return (
      <Empty title={t("No layout yet")} action={add}>
        {t("The page shows every field in two columns. A layout says what stands where.")}
      </Empty>
    );
  }
  return (
    <>
      <ul className="mb-4 divide-y divide-line border-line border-y">
        {layouts.map((layout) => (
          <li key={layout.name}>
            <Link
              to="/setup/objects/$object/layouts/$layout"
              params={{ object: object.name, layout: slugOf(layout) }}
              className="flex items-center gap-3 px-1.5 py-2.5 hover:bg-hover"
            >
              <LayoutTemplate size={16} aria-hidden="true" className="text-text-3" />
              <span className="min-w-0 flex-1">
                <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
                  <span className="font-medium">{humanize(slugOf(layout))}</span>
                  {layout.assign?.map((one) => (
                    <Tag key={JSON.stringify(one)} color="blue">
                      {assignmentWords(one)}
                    </Tag>
                  ))}
                </span>
                <span className="block text-text-2 text-xs">
                  {shownSections(layout)
                    .map((s) => s.label)
                    .join(", ")}{" "}
                  ·{" "}
                  {count(
                    shownSections(layout).reduce((n, s) => n + s.items.length, 0),
                    t("item"),
                    t("items"),
                  )}
                  {layout.highlights?.length
                    ? t(" · highlights {highlights}", {
                        highlights: layout.highlights.map((name) => fieldOf(object, name)?.label ?? name).join(", "),
                      })
                    : ""}
                </span>
              </span>
              <span className="hidden font-mono text-text-3 text-xs phone:block">{layout.name}</span>
            </Link>
          </li>
        ))}
      </ul>
      {add}
      {naming && (
        <NewLayout
          layouts={layouts}
          busy={busy}
          onClose={() => setNaming(false)}
          onCreate={(label, from) => create(label, from)}
        />
      )}
    </>
  );
}

interface NewLayoutProps {
  layouts: LayoutDef[];
  busy: boolean;
  onClose: () => void;
  onCreate: (label: string, from: LayoutDef | undefined) => void;
}

/** A further layout begins as a copy, under a name of its own. */
function NewLayout({ layouts, busy, onClose, onCreate }: NewLayoutProps) {
  const [label, setLabel] = useState("");
  const [from, setFrom] = useState(layouts[0]?.name ?? "");
  const [tried, setTried] = useState(false);
  const name = apiName(label);
  const taken = layouts.some((layout) => slugOf(layout) === name);
  const error = !name
    ? t("Give it a name with letters or digits.")
    : taken
      ? t("There is already a layout of this name.")
      : "";
  return (
    <Dialog
      title={t("New layout")}
      width="420px"
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (!error)
          onCreate(
            label,
            layouts.find((layout) => layout.name === from),
          );
      }}
      footer={
        <>
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {t("Create layout")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <FieldFrame label={t("Name")} required error={tried ? error : undefined} hint={name || undefined}>
          {(ids) => (
            <TextInput
              id={ids.id}
              data-autofocus
              maxLength={40}
              aria-describedby={ids.describedBy}
              aria-invalid={ids.invalid || undefined}
              value={label}
              onChange={(event) => setLabel(event.target.value)}
            />
          )}
        </FieldFrame>
        <FieldFrame label={t("Begins as a copy of")}>
          {({ id }) => (
            <Select
              id={id}
              label={t("Begins as a copy of")}
              choices={layouts.map((layout) => ({ id: layout.name, label: humanize(slugOf(layout)) }))}
              value={[from]}
              onChange={([next]) => setFrom(next ?? from)}
            />
          )}
        </FieldFrame>
      </div>
    </Dialog>
  );
}
