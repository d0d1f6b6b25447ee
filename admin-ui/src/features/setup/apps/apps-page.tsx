// The apps of the workspace: what people of one kind of work have in their navigation, and who that is.
import { Plus } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { useCatalog } from "@/catalog/catalog";
import { appIcon } from "@/catalog/navigation";
import { useComponents } from "@/changes/use-components";
import { Empty, Glyph, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { PageFrame, useTitle } from "@/components/page-frame";
import { cx } from "@/lib/cx";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { humanize } from "@/lib/text";
import { AppDrawer, type AppSource } from "./app-drawer";

export function AppsPage() {
  const catalog = useCatalog();
  const query = useComponents<AppSource>("apps");
  const [open, setOpen] = useState<AppSource | "new" | null>(null);
  useTitle(t("Apps"), t("Setup"), catalog.me.tenant.name);
  const all = [...(query.data ?? [])].sort(
    (a, b) => Number(Boolean(a.extends)) - Number(Boolean(b.extends)) || (a.order ?? 0) - (b.order ?? 0),
  );
  const labelOf = (name: string) => all.find((one) => one.name === name)?.label || humanize(name);
  const title = (app: AppSource) =>
    app.extends ? t("More for {label}", { label: labelOf(app.extends) }) : labelOf(app.name);
  return (
    <PageFrame
      title={t("Apps")}
      about={t(
        "What people of one kind of work find in their navigation. They switch between the apps that are for them.",
      )}
      action={
        <Button look="solid" size="md" icon={<Plus size={15} />} onClick={() => setOpen("new")}>
          {t("New app")}
        </Button>
      }
    >
      <Loaded query={query} what={t("The apps")} lines={[50, 40]}>
        {() =>
          all.length === 0 ? (
            <Empty title={t("No apps yet")}>
              {t("Until there is one, everybody finds every object that they may see.")}
            </Empty>
          ) : (
            <ul aria-label={t("Apps")} className="divide-y divide-line border-line border-y">
              {all.map((app) => (
                <li key={app.name}>
                  <button
                    type="button"
                    className={cx(
                      "flex w-full items-start gap-3 px-1.5 py-2.5 text-start hover:bg-hover",
                      app.active === false && "opacity-60",
                    )}
                    onClick={() => setOpen(app)}
                  >
                    <Glyph icon={appIcon(app)} hue={objectHue(app.extends ?? app.name)} size={24} />
                    <span className="min-w-0 flex-1">
                      <span className="flex flex-wrap items-center gap-2 font-medium">
                        {title(app)}
                        {app.active === false && <Tag>{t("Off")}</Tag>}
                        {app.package && <Tag color="indigo">{app.package}</Tag>}
                        {app.shared_with?.map((party) => (
                          <Tag key={JSON.stringify(party)} color="blue">
                            {party.everyone ? t("Everybody") : humanize(String(Object.values(party)[0]))}
                          </Tag>
                        ))}
                      </span>
                      <span className="block truncate text-text-2 text-xs">
                        {app.items
                          .map((item) => item.label || catalog.object(item.object)?.plural_label || item.object)
                          .join(", ")}
                      </span>
                    </span>
                    <span className="hidden font-mono text-text-3 text-xs phone:block">{app.name}</span>
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {open && (
        <AppDrawer
          app={open === "new" ? undefined : open}
          label={open === "new" ? "" : title(open)}
          all={all}
          onClose={() => setOpen(null)}
        />
      )}
    </PageFrame>
  );
}
