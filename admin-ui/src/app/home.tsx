// The start: the first object, or what to do when there is none.
import { Link, Navigate } from "@tanstack/react-router";
import { useCatalog } from "@/catalog/catalog";
import { Empty } from "@/components/bits";
import { Logo } from "@/components/logo";
import { t } from "@/lib/i18n";
import { recall } from "@/lib/storage";

const button = "inline-flex h-8 items-center rounded-control px-3 font-medium text-sm";

export function Home() {
  const catalog = useCatalog();
  const last = catalog.objectByPlural(recall("last-list") ?? "");
  const target = last && !last.system ? last : catalog.navigation[0];
  if (target) return <Navigate to="/o/$plural" params={{ plural: target.plural }} replace />;
  return (
    <div className="flex flex-1 items-center justify-center">
      <Empty
        glyph={<Logo size={40} />}
        title={t("A clean slate")}
        action={
          catalog.may("manage_metadata") && (
            <>
              <Link to="/setup/packages" className={`${button} bg-accent text-white hover:bg-accent-press`}>
                {t("Install a package")}
              </Link>
              <Link to="/setup/objects" className={`${button} border border-line-2 hover:bg-hover`}>
                {t("Create an object")}
              </Link>
            </>
          )
        }
      >
        {t("Nothing is defined yet. Start from a ready-made package, or create your own object and its fields.")}
      </Empty>
    </div>
  );
}
