// What deleted tenants have left behind: signed statements that they are gone.
import { BadgeCheck, Download, FileText } from "lucide-react";
import { Pages, usePages } from "@/api/pages";
import type { Certificate, Reseller } from "@/api/resellers";
import { Empty, Tag } from "@/components/bits";
import { Button } from "@/components/button";
import { PageFrame } from "@/components/page-frame";
import { formatDateTime } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { saveFile } from "@/lib/save-file";

export function Certificates({ reseller }: { reseller: Reseller }) {
  const query = usePages(["reseller", "certificates"], (cursor) => reseller.certificates(cursor));
  return (
    <PageFrame
      title={t("Deleted tenants")}
      about={t(
        "Nothing of them is left here but a statement, signed with the key that seals audit logs: which tenant it was, when it went, and what went with it.",
      )}
    >
      <Pages query={query} what={t("The certificates")} more={t("Show older ones")}>
        {(certificates) =>
          certificates.length === 0 ? (
            <Empty glyph={<BadgeCheck size={28} className="text-text-3" />} title={t("No tenant was deleted yet")}>
              {t("When one is, its certificate is here for whoever asks for proof.")}
            </Empty>
          ) : (
            <ul className="divide-y divide-line border-line border-y">
              {certificates.map((certificate) => (
                <CertificateRow key={certificate.id} certificate={certificate} />
              ))}
            </ul>
          )
        }
      </Pages>
    </PageFrame>
  );
}

interface Statement {
  tenant?: { slug?: string; name?: string } | string;
  slug?: string;
  name?: string;
}

/** What the statement calls the tenant; its id where it cannot be read. */
function nameOf({ statement, tenant_id }: Certificate): string {
  try {
    const said = JSON.parse(statement) as Statement;
    const inner = typeof said.tenant === "object" ? said.tenant : said;
    return inner.name ?? inner.slug ?? tenant_id;
  } catch {
    return tenant_id;
  }
}

function stateOf({ sound, signature }: Certificate): { label: string; color: string } {
  if (sound) return { label: "Signature is right", color: "green" };
  return signature ? { label: "Signature is not right", color: "red" } : { label: "Not signed", color: "gray" };
}

function CertificateRow({ certificate }: { certificate: Certificate }) {
  const name = nameOf(certificate);
  const state = stateOf(certificate);
  const Mark = certificate.sound ? BadgeCheck : FileText;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3">
      <Mark size={17} aria-hidden="true" className={certificate.sound ? "text-green" : "text-text-3"} />
      <span className="min-w-0 flex-1 basis-60">
        <span className="flex flex-wrap items-center gap-2">
          <span className="min-w-0 truncate font-medium">{name}</span>
          <Tag color={state.color}>{t(state.label)}</Tag>
        </span>
        <span className="block break-all text-text-2 text-xs">
          {t("Deleted {when}", { when: formatDateTime(certificate.deleted_at) })} ·{" "}
          <span className="font-mono">{certificate.tenant_id}</span>
        </span>
      </span>
      <Button
        look="outline"
        size="md"
        icon={<Download size={14} />}
        aria-label={t("Download the certificate of {name}", { name })}
        onClick={() =>
          saveFile(
            `certificate-${certificate.tenant_id}.json`,
            JSON.stringify(certificate, null, 2),
            "application/json",
          )
        }
      >
        {t("Certificate")}
      </Button>
    </li>
  );
}
