// One's own way in: the password, the second factor, and when one signed in.
import { useCatalog } from "@/catalog/catalog";
import { PageFrame, useTitle } from "@/components/page-frame";
import { t } from "@/lib/i18n";
import { LoginList } from "../logins/login-list";
import { Password } from "./password";
import { TwoFactorSection } from "./two-factor";

export function MySecurityPage() {
  const catalog = useCatalog();
  useTitle(t("Your sign-in"), t("Setup"), catalog.me.tenant.name);
  return (
    <PageFrame title={t("Your sign-in")} about={t("How you prove that you are you, and where that was done.")}>
      <div className="flex flex-col gap-9">
        <TwoFactorSection />
        <Password />
        <section aria-label={t("Recent sign-ins")}>
          <h2 className="mb-2 font-semibold text-base">{t("Recent sign-ins")}</h2>
          <LoginList whose="own" filter={{}} />
        </section>
      </div>
    </PageFrame>
  );
}
