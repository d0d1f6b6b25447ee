// Packages: what can be installed, what is, and taking it away again.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Package } from "lucide-react";
import { useEffect, useState } from "react";
import { installPackage, listPackages, type PackageInfo, uninstallPackage } from "@/api/metadata";
import { messageOf } from "@/api/problem";
import { useCatalog } from "@/catalog/catalog";
import { useReloadCatalog } from "@/catalog/load";
import { Empty, Glyph, Notice, Skeleton, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { toast, toastError } from "@/components/toast";
import { objectHue } from "@/lib/hues";
import { ConfirmLoss } from "./confirm-loss";
import { SetupFrame } from "./setup-frame";

export function PackagesPage() {
  const catalog = useCatalog();
  const client = useQueryClient();
  const reload = useReloadCatalog();
  const [busy, setBusy] = useState<string | null>(null);
  const [leaving, setLeaving] = useState<PackageInfo | null>(null);
  const query = useQuery({ queryKey: ["packages"], queryFn: ({ signal }) => listPackages(signal) });

  useEffect(() => {
    document.title = `Packages · ${catalog.me.tenant.name}`;
  }, [catalog]);

  const refresh = () => Promise.all([client.invalidateQueries({ queryKey: ["packages"] }), reload()]);

  async function install(item: PackageInfo) {
    setBusy(item.name);
    try {
      await installPackage(item.name);
      await refresh();
      toast(`Installed ${item.label}`);
    } catch (error) {
      toastError(`${item.label} could not be installed. ${messageOf(error)}`);
    }
    setBusy(null);
  }

  return (
    <SetupFrame
      title="Packages"
      about="Ready-made objects, fields, views and pages. They stay yours to change; upgrades keep what you changed."
    >
      {query.isError && (
        <Notice
          title="The packages could not be loaded."
          action={
            <Button look="outline" onClick={() => query.refetch()}>
              Try again
            </Button>
          }
        >
          {messageOf(query.error)}
        </Notice>
      )}
      {query.isPending && (
        <div className="flex flex-col gap-6 pt-4">
          {[60, 45, 55].map((w) => (
            <Skeleton key={w} style={{ width: `${w}%` }} />
          ))}
        </div>
      )}
      {query.data?.length === 0 && <Empty title="No packages are available" />}
      <ul className="divide-y divide-line border-line border-y">
        {query.data?.map((item) => (
          <PackageRow
            key={item.name}
            item={item}
            busy={busy === item.name}
            onInstall={() => install(item)}
            onUninstall={() => setLeaving(item)}
          />
        ))}
      </ul>
      {leaving && (
        <ConfirmLoss
          title={`Uninstall ${leaving.label}?`}
          verb="Uninstall"
          about="Its objects, fields and views disappear at once. What you added yourself stays."
          changes={null}
          word={leaving.name}
          run={(loss) => uninstallPackage(leaving.name, loss)}
          onClose={() => setLeaving(null)}
          onDone={async () => {
            const { label } = leaving;
            setLeaving(null);
            await refresh();
            toast(`Uninstalled ${label}`);
          }}
        />
      )}
    </SetupFrame>
  );
}

interface PackageRowProps {
  item: PackageInfo;
  busy: boolean;
  onInstall: () => void;
  onUninstall: () => void;
}

function PackageRow({ item, busy, onInstall, onUninstall }: PackageRowProps) {
  const needs = Object.keys(item.requires ?? {});
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3.5">
      <Glyph icon={Package} hue={objectHue(item.name)} size={32} />
      <div className="min-w-0 flex-1 basis-60">
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="font-semibold text-base">{item.label}</h2>
          <span className="font-mono text-text-3 text-xs">
            {item.name} {item.installed_version ?? item.version}
          </span>
          {item.installed && <Tag color="green">Installed</Tag>}
        </div>
        {item.description && <p className="max-w-[70ch] text-text-2">{item.description}</p>}
        {needs.length > 0 && <p className="text-text-3 text-xs">Brings along {needs.join(", ")}</p>}
      </div>
      {item.installed ? (
        <Button look="outline" size="md" onClick={onUninstall}>
          Uninstall
        </Button>
      ) : (
        <Button look="solid" size="md" busy={busy} onClick={onInstall}>
          {busy ? "Installing" : "Install"}
        </Button>
      )}
    </li>
  );
}
