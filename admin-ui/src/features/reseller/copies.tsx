// Sandboxes of the reseller's tenants: what was asked for, and how far each is.
import { FlaskConical } from "lucide-react";
import { askAgain } from "@/api/clones";
import { Pages, usePages } from "@/api/pages";
import type { Reseller } from "@/api/resellers";
import { Empty } from "@/components/bits";
import { CopyRow } from "@/components/copy-state";
import { PageFrame } from "@/components/page-frame";
import { ago, formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";

export const COPIES = ["reseller", "copies"];

export function Copies({ reseller }: { reseller: Reseller }) {
  const query = usePages(COPIES, (cursor) => reseller.copies(cursor), {
    again: (pages) => askAgain(pages?.flatMap((page) => page.data)),
  });
  return (
    <PageFrame
      title={t("Sandboxes")}
      about={t(
        "Copies of your tenants to try things in. They are made beside everybody's work, cost nothing and go with their tenant.",
      )}
    >
      <Pages query={query} what={t("The sandboxes")} more={t("Show older ones")}>
        {(copies) =>
          copies.length === 0 ? (
            <Empty glyph={<FlaskConical size={28} className="text-text-3" />} title={t("No sandboxes yet")}>
              {t("Open a tenant and make one, or let its administrators do so in their setup.")}
            </Empty>
          ) : (
            <ul className="divide-y divide-line border-line border-y">
              {copies.map((copy) => (
                <CopyRow
                  key={copy.id}
                  copy={copy}
                  about={
                    <span title={formatDateTime(copy.asked_at)}>
                      {t(WHO[copy.asked_by], { when: ago(copy.asked_at), slug: copy.source.slug })}
                    </span>
                  }
                />
              ))}
            </ul>
          )
        }
      </Pages>
    </PageFrame>
  );
}

const WHO = {
  reseller: "of {slug}, asked for {when} by you",
  operator: "of {slug}, asked for {when} by who runs Trellis",
  tenant: "of {slug}, asked for {when} by the tenant itself",
};
