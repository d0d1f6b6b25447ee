// "/setup" without more: the first page that is of use to who is signed in.
import { Navigate } from "@tanstack/react-router";
import { useCatalog } from "@/catalog/catalog";
import { setupPages } from "@/catalog/setup-pages";
import { Empty } from "@/components/bits";
import { t } from "@/lib/i18n";

export function SetupHome() {
  const first = setupPages(useCatalog())[0];
  if (first) return <Navigate to={first.to} replace />;
  return (
    <div className="flex flex-1 items-center justify-center">
      <Empty title={t("There is nothing here for you to set up")}>
        {t("An administrator can give you a role that may.")}
      </Empty>
    </div>
  );
}
