// Who sees a record: with whom it is shared by hand, sharing it with more, and everybody who may see it with the reason.
import type { RecordData } from "@/api/record-store";
import { mayShare, useCatalog } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { inSentence } from "@/lib/text";
import { Seers } from "./seers";
import { Shares } from "./shares";

const DEFAULTS: Record<string, () => string> = {
  private: () =>
    t("Records of this kind are private: only their owner sees them, and whom something below opens them to."),
  read: () => t("Everybody whose role allows it sees records of this kind."),
  read_write: () => t("Everybody whose role allows it sees and edits records of this kind."),
  controlled_by_parent: () => t("Whoever may see the record that this one is part of sees this one too."),
};

interface SharingProps {
  object: ObjectDef;
  id: string;
  record: RecordData | undefined;
  narrow: boolean;
}

export function Sharing({ object, id, record, narrow }: SharingProps) {
  const catalog = useCatalog();
  const sharing = (object.sharing ?? {}) as { default?: string; hierarchy?: boolean };
  const ofParent = sharing.default === "controlled_by_parent";
  const managers = sharing.hierarchy !== false && (sharing.default ?? "private") === "private";
  return (
    <div className={cx("max-w-5xl px-4 py-4 phone:px-5", !narrow && "wide:grid wide:grid-cols-2 wide:gap-x-10")}>
      <p className="col-span-2 mb-4 max-w-[75ch] text-text-2">
        {(DEFAULTS[sharing.default ?? "private"] ?? DEFAULTS.private)?.()}{" "}
        {managers && t("Managers see what their people own.")}
      </p>
      {mayShare(object) && !ofParent && (
        <section aria-label={t("Shared by hand")} className="mb-7 min-w-0">
          <h2 className="mb-2 font-semibold">{t("Shared by hand")}</h2>
          <Shares object={object} id={id} />
        </section>
      )}
      {catalog.may("explain_access") && (
        <section aria-label={t("Who can see this")} className="min-w-0">
          <h2 className="mb-2 font-semibold">
            {t("Who can see this {object}, and why", { object: inSentence(object.label) })}
          </h2>
          <Seers object={object} id={id} version={record?.version} />
        </section>
      )}
    </div>
  );
}
