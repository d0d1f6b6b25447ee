// What becomes of the records of an object: others, by its conversions, or the next ones, by its recurrence.
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useCatalog } from "@/catalog/catalog";
import { Empty } from "@/components/bits";
import { backLink, PageFrame, useTitle } from "@/components/page-frame";
import { t } from "@/lib/i18n";
import { Conversions } from "./conversions";
import { Recurrences } from "./recurrences";

export function BecomingPage() {
  const catalog = useCatalog();
  const { object: name } = useParams({ from: "/shell/setup/objects/$object/becoming" });
  const object = catalog.object(name);
  useTitle(t("Conversions and recurrence"), object?.label ?? name, catalog.me.tenant.name);
  if (!object || object.system) return <Empty title={t("There is no object {name}", { name })} />;
  return (
    <PageFrame
      above={
        <Link to="/setup/objects/$object" params={{ object: name }} search={{ tab: "rules" }} className={backLink}>
          <ArrowLeft size={13} />
          {object.label}
        </Link>
      }
      title={t("Conversions and recurrence")}
      about={t("What records become, and how they come again.")}
    >
      <Conversions object={object} />
      <Recurrences object={object} />
    </PageFrame>
  );
}
