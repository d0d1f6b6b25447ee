// One layer: what it says, how far it has come in tenants, its editions; and the way to change it and to take it back.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, Ellipsis, Layers2, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Component, Layer } from "@/api/layers";
import { Loaded } from "@/api/loaded";
import { messageOf } from "@/api/problem";
import type { Reseller } from "@/api/resellers";
import { Empty, Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { LinkTabs } from "@/components/link-tabs";
import { MenuButton } from "@/components/menu";
import { backLink, PageFrame } from "@/components/page-frame";
import { toast } from "@/components/toast";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import type { LayerPart } from "../console-tabs";
import { Problems } from "./fate-words";
import { LayerChanges } from "./layer-changes";
import { Editions } from "./layer-editions";
import { LayerProgress } from "./layer-progress";
import { LayerTenants } from "./layer-tenants";
import { LAYERS, useFates, useLayer, usePackage } from "./queries";

interface LayerPageProps {
  reseller: Reseller;
  name: string;
  part: LayerPart | undefined;
}

export function LayerPage({ reseller, name, part }: LayerPageProps) {
  const navigate = useNavigate();
  const query = useLayer(reseller, name);
  const offered = usePackage(reseller, name);
  const [removing, setRemoving] = useState(false);
  const layer = query.data;
  const fates = useFates(reseller, name, layer);
  const label = offered.data?.label || humanize(name);
  const components = offered.data?.components ?? [];
  const partly = fates.data?.pages.flatMap((page) => page.data).filter((one) => one.conflicts.length > 0).length;
  const edit = () => navigate({ to: "/tenants", search: { tab: "layers", layer: name, part: "edit" } });
  const tabs = [
    { id: "says", label: t("What it says") },
    { id: "tenants", label: t("Tenants") },
    { id: "editions", label: t("Editions") },
  ];
  return (
    <PageFrame
      above={
        <Link to="/tenants" search={{ tab: "layers" }} className={backLink}>
          <ArrowLeft size={13} aria-hidden="true" className="rtl:rotate-180" /> {t("Layers")}
        </Link>
      }
      title={label}
      about={layer && <About layer={layer} partly={partly} />}
      action={
        layer?.edition && (
          <>
            <Button look="solid" size="md" icon={<Pencil size={14} />} disabled={!offered.data} onClick={edit}>
              {t("Change")}
            </Button>
            <MenuButton
              label={t("More for this layer")}
              align="end"
              items={[
                {
                  label: t("Take it back"),
                  icon: <Trash2 size={15} />,
                  danger: true,
                  onSelect: () => setRemoving(true),
                },
              ]}
            >
              {(button) => (
                <Button look="outline" size="md" aria-label={t("More for this layer")} {...button}>
                  <Ellipsis size={16} aria-hidden="true" />
                </Button>
              )}
            </MenuButton>
          </>
        )
      }
    >
      {layer && layer.problems.length > 0 && (
        <div className="mb-4">
          <Notice title={t("It does not fit version {version} of the package", { version: layer.version ?? "" })}>
            <Problems problems={layer.problems} components={components} />
            <p className="mt-1">
              {t("New tenants are made without it, and tenants that have it cannot upgrade until it fits again.")}
            </p>
          </Notice>
        </div>
      )}
      <LinkTabs
        label={t("Parts of the layer")}
        tabs={tabs}
        current={part ?? "says"}
        link={({ id }, props) => (
          <Link
            key={id}
            to="/tenants"
            search={{ tab: "layers", layer: name, ...(id !== "says" && { part: id as LayerPart }) }}
            activeOptions={{ exact: true }}
            {...props}
          />
        )}
      />
      <Loaded query={query} what={t("The layer")}>
        {(found) => (
          <>
            {!part && <Says reseller={reseller} layer={found} components={components} onEdit={edit} />}
            {part === "tenants" && <LayerTenants query={fates} layer={found} components={components} onEdit={edit} />}
            {part === "editions" && <Editions reseller={reseller} layer={found} />}
          </>
        )}
      </Loaded>
      {layer && removing && (
        <RemoveDialog reseller={reseller} layer={layer} label={label} onClose={() => setRemoving(false)} />
      )}
    </PageFrame>
  );
}

function About({ layer, partly }: { layer: Layer; partly: number | undefined }) {
  return (
    <span className="mt-1 flex flex-col gap-2">
      {layer.changed_at && (
        <span title={formatDateTime(layer.changed_at)}>
          {t("Said {when}, over version {version}", { when: ago(layer.changed_at), version: layer.version ?? "–" })}
        </span>
      )}
      {(layer.edition || layer.tenants.waiting > 0) && <LayerProgress layer={layer} partly={partly} />}
    </span>
  );
}

interface SaysProps {
  reseller: Reseller;
  layer: Layer;
  components: Component[];
  onEdit: () => void;
}

function Says({ reseller, layer, components, onEdit }: SaysProps) {
  const fits = layer.edition !== null && layer.version !== null && layer.problems.length === 0;
  const tried = useQuery({
    queryKey: [...LAYERS, layer.package, "says", layer.edition],
    queryFn: () => reseller.tryLayer(layer.package, layer.layer),
    enabled: fits,
  });
  if (layer.edition === null)
    return (
      <Empty
        glyph={<Layers2 size={28} className="text-text-3" />}
        title={t("Nothing is said of this package")}
        action={
          <Button look="solid" size="md" onClick={onEdit}>
            {t("Say something")}
          </Button>
        }
      >
        {t("Tenants have it as it comes, and as they have made it themselves.")}
      </Empty>
    );
  if (!fits)
    return (
      <pre className="whitespace-pre-wrap break-words rounded-control bg-sunken px-3 py-2 font-mono text-xs leading-5">
        {JSON.stringify(layer.layer, null, 2)}
      </pre>
    );
  return (
    <Loaded query={tried} what={t("What it says")}>
      {({ changes }) => <LayerChanges changes={changes} components={components} />}
    </Loaded>
  );
}

interface RemoveDialogProps {
  reseller: Reseller;
  layer: Layer;
  label: string;
  onClose: () => void;
}

function RemoveDialog({ reseller, layer, label, onClose }: RemoveDialogProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function remove() {
    setBusy(true);
    try {
      await reseller.removeLayer(layer.package);
      await client.invalidateQueries({ queryKey: LAYERS });
      toast(t("Taken back; it is leaving tenants"));
      onClose();
      await navigate({ to: "/tenants", search: { tab: "layers", layer: layer.package } });
    } catch (problem) {
      setError(messageOf(problem));
      setBusy(false);
    }
  }

  return (
    <Dialog
      title={t("Take back what is said of {name}?", { name: label })}
      width="480px"
      onClose={onClose}
      onSubmit={remove}
      footer={
        <>
          <Button size="md" data-autofocus onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="danger" size="md" type="submit" busy={busy}>
            {t("Take it back")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {error && <Notice title={t("The layer was not taken back.")}>{error}</Notice>}
        <p className="text-text-2">
          {t(
            "In all tenants the package is as it comes again, wherever nobody there has said something else. What is said now is not kept here: copy it from the JSON first if you may want it again.",
          )}
        </p>
      </div>
    </Dialog>
  );
}
