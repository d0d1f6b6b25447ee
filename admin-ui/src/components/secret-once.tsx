// A secret at the only moment at which it can be read.
import { Copy } from "lucide-react";
import { t } from "@/lib/i18n";
import { Notice } from "./bits";
import { Button } from "./button";
import { toast } from "./toast";

export function SecretOnce({ value, copied }: { value: string; copied: string }) {
  return (
    <>
      <Notice tone="warning" title={t("Copy it now. It is not shown again.")} />
      <div className="flex items-center gap-2 rounded-control border border-line bg-sunken py-2 ps-3 pe-2">
        <code className="min-w-0 flex-1 break-all font-mono text-xs">{value}</code>
        <Button
          look="outline"
          data-autofocus
          icon={<Copy size={13} />}
          onClick={() => navigator.clipboard?.writeText(value).then(() => toast(copied))}
        >
          {t("Copy")}
        </Button>
      </div>
    </>
  );
}
