// What search knows of the workspace: the language that its texts are in. Objects may say another.
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { applyChanges, planChanges } from "@/api/metadata";
import { useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import { ReviewDialog } from "@/changes/review-dialog";
import { useComponents } from "@/changes/use-components";
import { Glyph } from "@/components/bits";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { PageFrame, useTitle } from "@/components/page-frame";
import { toast } from "@/components/toast";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { LanguageSelect, languageName } from "./language-select";

interface Setting {
  name: string;
  language: string;
}

/** What holds while nothing is said. */
const UNSAID = "none";

export function SearchPage() {
  const catalog = useCatalog();
  const query = useComponents<Setting>("settings");
  useTitle(t("Search"), t("Setup"), catalog.me.tenant.name);
  const others = catalog.objects.filter((object) => typeof object.language === "string");
  return (
    <PageFrame
      title={t("Search")}
      about={t("In which language texts are, so that a search for one form of a word finds its others.")}
    >
      <Loaded query={query} what={t("The settings")} lines={[45]}>
        {(settings) => (
          <LanguageForm
            key={settings.find((one) => one.name === "search")?.language}
            before={settings.find((one) => one.name === "search")?.language}
            onDone={() => void query.refetch()}
          />
        )}
      </Loaded>
      {others.length > 0 && (
        <section className="mt-8" aria-label={t("Objects in another language")}>
          <h2 className="mb-2 font-semibold">{t("Objects in another language")}</h2>
          <ul className="divide-y divide-line border-line border-y">
            {others.map((object) => (
              <li key={object.name}>
                <Link
                  to="/setup/objects/$object"
                  params={{ object: object.name }}
                  search={{ tab: "settings" }}
                  className="flex items-center gap-2.5 px-1.5 py-2 hover:bg-hover"
                >
                  <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={20} />
                  <span className="flex-1">{object.plural_label}</span>
                  <span className="text-text-2">{languageName(String(object.language))}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </PageFrame>
  );
}

function LanguageForm({ before, onDone }: { before: string | undefined; onDone: () => void }) {
  const [code, setCode] = useState(before ?? UNSAID);
  const [reviewing, setReviewing] = useState(false);
  const definition = { language: code };
  const change = { kind: "settings", name: "search", definition };
  return (
    <div className="flex max-w-md flex-col gap-4">
      <FieldFrame
        label={t("Language of texts")}
        hint={t("Large tables are searched in the former language until their index is made anew.")}
      >
        {({ id }) => (
          <LanguageSelect
            id={id}
            label={t("Language of texts")}
            value={code}
            onChange={(next) => setCode(next ?? UNSAID)}
          />
        )}
      </FieldFrame>
      <div className="flex gap-2">
        <Button look="solid" size="md" disabled={code === (before ?? UNSAID)} onClick={() => setReviewing(true)}>
          {t("Review changes")}
        </Button>
        {code !== (before ?? UNSAID) && (
          <Button size="md" onClick={() => setCode(before ?? UNSAID)}>
            {t("Reset")}
          </Button>
        )}
      </div>
      {reviewing && (
        <ReviewDialog
          title={t("Change the language of texts")}
          verb={t("Publish changes")}
          word="search"
          planKey={change}
          plan={(signal) => planChanges([change], signal)}
          apply={({ message, allowDataLoss }) => applyChanges([change], message, allowDataLoss)}
          parts={[{ kind: "settings", name: "search", before: before ? { language: before } : {}, after: definition }]}
          messageHint={t("Why it is changed; shown in the change history.")}
          onClose={() => setReviewing(false)}
          onDone={() => {
            setReviewing(false);
            toast(t("Texts are in {language} now", { language: languageName(code) }));
            onDone();
          }}
        />
      )}
    </div>
  );
}
