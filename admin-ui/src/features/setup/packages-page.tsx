// Packages: what is installed, what could be, each with its plan before anything happens.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Package } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { installPackage, listPackages, type PackageInfo, uninstallPackage } from "@/api/metadata";
import { useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import { useReloadCatalog } from "@/catalog/load";
import { Merges, NO_CHOICES } from "@/changes/merges";
import { MovedParts } from "@/changes/moved-parts";
import { ReviewDialog } from "@/changes/review-dialog";
import { Empty, Glyph, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { Checkbox } from "@/components/inputs";
import { PageFrame, useTitle } from "@/components/page-frame";
import { toast } from "@/components/toast";
import { formatDateTime } from "@/lib/dates";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { isNewer } from "@/lib/versions";

type Open = { doing: "install" | "uninstall"; item: PackageInfo } | null;

export function PackagesPage() {
  const catalog = useCatalog();
  const client = useQueryClient();
  const reload = useReloadCatalog();
  const [open, setOpen] = useState<Open>(null);
  const query = useQuery({ queryKey: ["packages"], queryFn: ({ signal }) => listPackages(signal) });
  useTitle(t("Packages"), t("Setup"), catalog.me.tenant.name);
  const labelOf = (name: string) => query.data?.find((item) => item.name === name)?.label ?? name;

  async function done(text: string) {
    setOpen(null);
    await Promise.all([client.invalidateQueries({ queryKey: ["packages"] }), reload()]);
    toast(text);
  }

  return (
    <PageFrame
      title={t("Packages")}
      about={t(
        "Ready-made objects, fields, views and pages. They stay yours to change; upgrades keep what you changed.",
      )}
    >
      <Loaded query={query} what={t("The packages")}>
        {(packages) =>
          packages.length === 0 ? (
            <Empty title={t("No packages are available")} />
          ) : (
            [true, false].map((installed) => {
              const list = packages.filter((item) => item.installed === installed);
              return list.length === 0 ? null : (
                <section
                  key={String(installed)}
                  aria-label={installed ? t("Installed") : t("Available")}
                  className="mb-8"
                >
                  <h2 className="mb-1 font-semibold text-base">{installed ? t("Installed") : t("Available")}</h2>
                  <ul className="divide-y divide-line border-line border-y">
                    {list.map((item) => (
                      <PackageRow key={item.name} item={item} all={packages} onOpen={setOpen} />
                    ))}
                  </ul>
                </section>
              );
            })
          )
        }
      </Loaded>
      {open?.doing === "install" && (
        <InstallDialog
          item={open.item}
          labelOf={labelOf}
          onClose={() => setOpen(null)}
          onDone={() =>
            done(t(open.item.installed ? "Upgraded {item}" : "Installed {item}", { item: open.item.label }))
          }
        />
      )}
      {open?.doing === "uninstall" && (
        <ReviewDialog
          title={t("Uninstall {item}?", { item: open.item.label })}
          verb={t("Uninstall")}
          danger
          about={t("Its objects, fields and views disappear at once. What you added yourself stays.")}
          word={open.item.name}
          planKey={["uninstall", open.item.name]}
          plan={() => uninstallPackage(open.item.name, { dry_run: true, allow_data_loss: true })}
          more={(plan) => <MovedParts plan={plan} labelOf={labelOf} />}
          apply={({ allowDataLoss, approve, plan }) =>
            uninstallPackage(open.item.name, {
              expected_revision: plan.revision,
              ...(allowDataLoss ? { allow_data_loss: true } : {}),
              ...(approve.length > 0 ? { approve: approve.join(",") } : {}),
            })
          }
          onClose={() => setOpen(null)}
          onDone={() => done(t("Uninstalled {item}", { item: open.item.label }))}
        />
      )}
    </PageFrame>
  );
}

interface PackageRowProps {
  item: PackageInfo;
  all: PackageInfo[];
  onOpen: (open: Open) => void;
}

function PackageRow({ item, all, onOpen }: PackageRowProps) {
  const catalog = useCatalog();
  const labelOf = (name: string) => all.find((p) => p.name === name)?.label ?? name;
  const needs = Object.keys(item.requires ?? {}).map(labelOf);
  const worksWith = Object.keys(item.optional ?? {}).map(labelOf);
  const neededBy = all.filter((p) => p.installed && p.requires && item.name in p.requires).map((p) => p.label);
  const objects = catalog.objects.filter((o) => o.package === item.name);
  const fields = catalog.objects.flatMap((o) => o.fields).filter((f) => f.package === item.name).length;
  const canUpgrade = item.installed_version !== null && isNewer(item.version, item.installed_version);
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 py-3.5">
      <Glyph icon={Package} hue={objectHue(item.name)} size={32} />
      <div className="min-w-0 flex-1 basis-60">
        <div className="flex flex-wrap items-center gap-2">
          <h3 className="font-semibold text-base">{item.label}</h3>
          <span className="font-mono text-text-3 text-xs">
            {item.name} {item.installed_version ?? item.version}
          </span>
          {canUpgrade && <Tag color="yellow">{t("{version} available", { version: item.version })}</Tag>}
        </div>
        {item.description && <p className="max-w-[70ch] text-text-2">{item.description}</p>}
        {objects.length > 0 && (
          <p className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1 text-xs">
            {objects.map((o) => (
              <span key={o.name} className="inline-flex items-center gap-1.5">
                <Glyph icon={objectIcon(o)} hue={objectHue(o.name)} size={16} />
                {o.plural_label}
              </span>
            ))}
            <span className="text-text-3">{count(fields, t("field"), t("fields"))}</span>
          </p>
        )}
        <p className="mt-1 text-text-3 text-xs">
          {[
            item.installed_at ? t("Installed {installed_at}", { installed_at: formatDateTime(item.installed_at) }) : "",
            needs.length ? `${item.installed ? t("Stands on") : t("Brings along")} ${needs.join(", ")}` : "",
            worksWith.length ? t("Works with {worksWith}", { worksWith: worksWith.join(", ") }) : "",
            neededBy.length ? t("Needed by {neededBy}", { neededBy: neededBy.join(", ") }) : "",
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      {canUpgrade && (
        <Button
          look="solid"
          size="md"
          aria-label={t("Upgrade {item}", { item: item.label })}
          onClick={() => onOpen({ doing: "install", item })}
        >
          {t("Upgrade")}
        </Button>
      )}
      <Button
        look={item.installed ? "outline" : "solid"}
        size="md"
        aria-label={`${item.installed ? t("Uninstall") : t("Install")} ${item.label}`}
        onClick={() => onOpen({ doing: item.installed ? "uninstall" : "install", item })}
      >
        {item.installed ? t("Uninstall") : t("Install")}
      </Button>
    </li>
  );
}

interface InstallDialogProps {
  item: PackageInfo;
  /** What a package is called. */
  labelOf: (name: string) => string;
  onDone: () => void;
  onClose: () => void;
}

/** Installing: the plan with all that comes along, what holds where it differs, and whether sample records come too. */
function InstallDialog({ item, labelOf, onDone, onClose }: InstallDialogProps) {
  const [samples, setSamples] = useState(false);
  const [choices, setChoices] = useState(NO_CHOICES);
  const { take, archive } = choices;
  const needs = Object.keys(item.requires ?? {});
  return (
    <ReviewDialog
      title={t(item.installed ? "Upgrade {item}" : "Install {item}", { item: item.label })}
      verb={t(item.installed ? "Upgrade" : "Install")}
      word={item.name}
      about={
        <div className="flex flex-col gap-3">
          <p>{item.description}</p>
          {needs.length > 0 && (
            <p>
              {t("Packages it stands on come along when they are not here yet: {needs}.", {
                needs: needs.map(labelOf).join(", "),
              })}
            </p>
          )}
          {!item.installed && (
            <label className="flex items-center gap-2 text-text">
              <Checkbox checked={samples} onChange={(e) => setSamples(e.target.checked)} />
              {t("With sample records to try it out")}
            </label>
          )}
        </div>
      }
      planKey={["install", item.name, choices]}
      plan={() => installPackage(item.name, { dry_run: true, take, allow_data_loss: archive })}
      more={(plan) => (
        <>
          <MovedParts plan={plan} labelOf={labelOf} />
          <Merges merges={plan.merges ?? []} choices={choices} onChange={setChoices} />
        </>
      )}
      apply={({ approve, allowDataLoss, plan }) =>
        installPackage(item.name, {
          ...(samples ? { samples } : {}),
          approve,
          take,
          allow_data_loss: [...archive, ...(allowDataLoss ? (plan.data_loss ?? []) : [])],
          expected_revision: plan.revision,
        })
      }
      onClose={onClose}
      onDone={onDone}
    />
  );
}
