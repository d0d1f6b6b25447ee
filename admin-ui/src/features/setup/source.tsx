// Where an object comes from: the system, a package, or this workspace.
import { Tag } from "@/components/bits";
import { t } from "@/lib/i18n";

export function Source({ package_, system }: { package_: string | null | undefined; system: boolean }) {
  if (system) return <Tag>{t("System")}</Tag>;
  if (package_) return <Tag color="indigo">{t("Package {package_}", { package_ })}</Tag>;
  return <Tag color="teal">{t("Custom")}</Tag>;
}
