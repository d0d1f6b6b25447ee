// One object in setup: what it is, and its fields.
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowLeft, Ellipsis, ExternalLink, Plus, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { deleteObject } from "@/api/metadata";
import { useCatalog } from "@/catalog/catalog";
import { ownFields } from "@/catalog/fields";
import { objectIcon } from "@/catalog/icons";
import { useReloadCatalog } from "@/catalog/load";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Empty, Glyph } from "@/components/bits";
import { Button, IconButton } from "@/components/button";
import { MenuButton } from "@/components/menu";
import { PageFrame } from "@/components/page-frame";
import { toast } from "@/components/toast";
import { objectHue } from "@/lib/hues";
import { useShortcuts } from "@/lib/shortcuts";
import { inSentence } from "@/lib/text";
import { ConfirmLoss } from "./confirm-loss";
import { FieldPanel } from "./field-panel";
import { FieldTable } from "./field-table";
import { Source } from "./objects-page";

export function ObjectPage() {
  const { object: name } = useParams({ from: "/shell/setup/objects/$object" });
  const object = useCatalog().object(name);
  if (!object) {
    return (
      <div className="flex flex-1 items-center justify-center">
        <Empty
          title={`There is no object ${name}`}
          action={
            <Link to="/setup/objects" className="font-medium text-accent-text hover:underline">
              All objects
            </Link>
          }
        />
      </div>
    );
  }
  return <ObjectDetail key={object.name} object={object} />;
}

type Open = { kind: "new" } | { kind: "edit"; field: FieldDef } | { kind: "delete-object" } | null;

function ObjectDetail({ object }: { object: ObjectDef }) {
  const catalog = useCatalog();
  const navigate = useNavigate();
  const reload = useReloadCatalog();
  const [open, setOpen] = useState<Open>(null);

  useEffect(() => {
    document.title = `${object.label} · Setup · ${catalog.me.tenant.name}`;
  }, [object, catalog]);
  useShortcuts({ c: () => (object.system ? false : setOpen({ kind: "new" })) });

  const standard = object.fields.filter((f) => f.standard);
  return (
    <PageFrame
      above={
        <Link
          to="/setup/objects"
          className="-ms-1.5 mb-3 inline-flex h-7 items-center gap-1.5 rounded-control px-1.5 font-medium text-text-2 text-xs hover:bg-hover hover:text-text"
        >
          <ArrowLeft size={13} />
          Objects and fields
        </Link>
      }
      title={
        <span className="flex items-center gap-3">
          <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={32} />
          {object.label}
        </span>
      }
      about={
        <span className="mt-2 flex flex-col gap-2">
          {object.description && <span>{object.description}</span>}
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="font-mono text-xs">{object.name}</span>
            <span className="font-mono text-text-3 text-xs">/api/v1/{object.plural}</span>
            <Source package_={object.package} system={Boolean(object.system)} />
          </span>
        </span>
      }
      action={
        !object.system && (
          <>
            <Link
              to="/o/$plural"
              params={{ plural: object.plural }}
              className="inline-flex h-8 items-center gap-1.5 rounded-control border border-line-2 bg-surface px-3 font-medium hover:bg-hover"
            >
              <ExternalLink size={14} />
              Records
            </Link>
            <Button look="solid" size="md" icon={<Plus size={15} />} onClick={() => setOpen({ kind: "new" })}>
              New field
            </Button>
            <MenuButton
              align="end"
              label="Object actions"
              items={[
                {
                  label: "Delete object",
                  icon: <Trash2 size={15} />,
                  danger: true,
                  onSelect: () => setOpen({ kind: "delete-object" }),
                },
              ]}
            >
              {(button) => (
                <IconButton label="Object actions" className="size-8" {...button}>
                  <Ellipsis size={16} />
                </IconButton>
              )}
            </MenuButton>
          </>
        )
      }
    >
      <FieldTable
        object={object}
        fields={ownFields(object)}
        title="Fields"
        onOpen={(field) => setOpen({ kind: "edit", field })}
        onNew={() => setOpen({ kind: "new" })}
      />
      {standard.length > 0 && (
        <FieldTable
          object={object}
          fields={standard}
          title="Standard fields"
          about={`Every ${inSentence(object.label)} has these.`}
        />
      )}
      {open?.kind === "new" && <FieldPanel object={object} onClose={() => setOpen(null)} />}
      {open?.kind === "edit" && (
        <FieldPanel key={open.field.name} object={object} field={open.field} onClose={() => setOpen(null)} />
      )}
      {open?.kind === "delete-object" && (
        <ConfirmLoss
          title={`Delete ${object.plural_label}?`}
          verb="Delete object"
          about="The object disappears from lists, pages and the API at once. Its data is kept for 30 days, then purged."
          changes={[{ kind: "objects", name: object.name, definition: null }]}
          run={(loss) => deleteObject(object.name, loss)}
          word={object.name}
          onClose={() => setOpen(null)}
          onDone={async () => {
            setOpen(null);
            navigate({ to: "/setup/objects" });
            await reload();
            toast(`Deleted ${object.plural_label}`);
          }}
        />
      )}
    </PageFrame>
  );
}
