// What became of a layer in one tenant, why, and what can be done.
import { Link } from "@tanstack/react-router";
import { Pencil } from "lucide-react";
import type { ReactNode } from "react";
import type { Component, Layer, LayerInTenant } from "@/api/layers";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { placed } from "./draft";
import { Conflicts, Problems } from "./fate-words";
import { type Standing, StandingTag } from "./layer-tenants";

interface FateDrawerProps {
  fate: LayerInTenant;
  standing: Standing;
  layer: Layer;
  components: Component[];
  onEdit: () => void;
  onClose: () => void;
}

export function FateDrawer(props: FateDrawerProps) {
  const { fate, standing, layer, onEdit, onClose } = props;
  return (
    <Dialog
      shape="drawer"
      width="520px"
      title={fate.slug}
      mark={<StandingTag standing={standing} />}
      reading
      onClose={onClose}
      footer={
        <>
          {standing === "refused" && layer.edition && (
            <Button look="outline" size="md" icon={<Pencil size={14} />} onClick={onEdit}>
              {t("Change the layer")}
            </Button>
          )}
          <Button look="solid" size="md" data-autofocus onClick={onClose}>
            {t("Close")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        <dl className="grid grid-cols-[max-content_1fr] gap-x-4 gap-y-1">
          <dt className="text-text-2">{t("Version of the package")}</dt>
          <dd className="num">{fate.version ?? "–"}</dd>
          {fate.at && (
            <>
              <dt className="text-text-2">{t("Tried")}</dt>
              <dd>{formatDateTime(fate.at)}</dd>
            </>
          )}
        </dl>
        <Story {...props} />
      </div>
    </Dialog>
  );
}

function Story({ fate, standing, components }: FateDrawerProps) {
  if (standing === "whole") return <p className="text-text-2">{t("What this edition changes holds there.")}</p>;
  if (standing === "waiting")
    return (
      <Ways title={t("It has not had its turn yet")}>
        <p>{t("Tenants have their turn one after the other. This page shows when it is there.")}</p>
      </Ways>
    );
  if (standing === "unreached")
    return (
      <Ways title={t("It could not be reached")}>
        <p>{t("It was tried again every two minutes for a while. Who runs Trellis sees in the log why.")}</p>
        <p>{t("It is tried anew when the layer is said anew, or when the package is installed there again.")}</p>
      </Ways>
    );
  if (standing === "part")
    return (
      <>
        <Told title={t("Where the tenant says something itself")}>
          <Conflicts conflicts={fate.conflicts} components={components} />
        </Told>
        <Ways title={t("What can be done")}>
          <p>{t("Nothing has to: everything else of the layer holds there, and what the tenant says is its own.")}</p>
          <p>
            {t(
              "If your word is to hold there, one of its administrators takes the tenant's back, with a request such as",
            )}
          </p>
          <Requests fate={fate} components={components} />
        </Ways>
      </>
    );
  const theirs = fate.problems.some(({ code }) => code === "tenant");
  return (
    <>
      <Told title={t("Why it did not fit")}>
        <Problems problems={fate.problems} components={components} />
      </Told>
      <Ways title={t("What can be done")}>
        <p>
          {t("Nothing of it holds there, and nothing of the tenant's was changed. It is not tried again by itself.")}
        </p>
        <p>{t("Change the layer so that it fits: a new edition is tried in every tenant.")}</p>
        {theirs && (
          <p>
            {t(
              "Or let one of its administrators change what stands in the way and install the package again. They may also have rolled the layer back on purpose.",
            )}{" "}
            <Link to="/tenants" search={{}} className="text-accent-text underline underline-offset-2">
              {t("Ask to be let in")}
            </Link>
          </p>
        )}
      </Ways>
    </>
  );
}

function Told({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h3 className="mb-1.5 font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function Ways({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-2 text-text-2">
      <h3 className="font-semibold text-text">{title}</h3>
      {children}
    </section>
  );
}

/** Those that take the tenant's layer away, each component once. */
function Requests({ fate, components }: { fate: LayerInTenant; components: Component[] }) {
  const found = fate.conflicts.map(({ path }) => placed({ path, code: "", message: "" }, components).component);
  const places = new Set(found.flatMap((one) => (one ? [`${one.kind}/${one.name}`] : [])));
  if (places.size === 0) return null;
  return (
    <pre className="whitespace-pre-wrap break-all rounded-control bg-sunken px-3 py-2 font-mono text-xs leading-5">
      {[...places].map((place) => `DELETE /metadata/v1/layers/${place}`).join("\n")}
    </pre>
  );
}
