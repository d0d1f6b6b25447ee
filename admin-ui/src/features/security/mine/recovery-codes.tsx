// Recovery codes, shown once: each signs in one time in place of a code of the app.
import { Copy, Download } from "lucide-react";
import { useMemo } from "react";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { toast } from "@/components/toast";
import { t } from "@/lib/i18n";

export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const text = codes.join("\n");
  const file = useMemo(() => `data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`, [text]);
  return (
    <Dialog
      title={t("Your recovery codes")}
      width="440px"
      onClose={onClose}
      footer={
        <>
          <Button
            size="md"
            look="outline"
            icon={<Copy size={14} />}
            onClick={() => {
              navigator.clipboard?.writeText(text);
              toast(t("Copied"));
            }}
          >
            {t("Copy")}
          </Button>
          <a
            href={file}
            download="trellis-recovery-codes.txt"
            className="inline-flex h-8 items-center gap-1.5 rounded-control border border-line-2 px-3 font-medium hover:bg-hover"
          >
            <Download size={14} />
            {t("Save as a file")}
          </a>
          <Button look="solid" size="md" onClick={onClose} data-autofocus>
            {t("I have kept them")}
          </Button>
        </>
      }
    >
      <p className="mb-3 text-text-2">
        {t(
          "Keep these where only you find them. Each signs you in once when the app is not at hand. They are not shown again.",
        )}
      </p>
      <ul
        aria-label={t("Your recovery codes")}
        className="num grid grid-cols-2 gap-x-6 gap-y-1.5 rounded-control bg-sunken p-3 font-mono"
      >
        {codes.map((code) => (
          <li key={code} className="select-all">
            {code}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
