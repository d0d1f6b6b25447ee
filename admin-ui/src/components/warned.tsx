// What rules warn about, and the way past it: saving all the same.
import { t } from "@/lib/i18n";
import { Notice } from "./bits";
import { Button } from "./button";

interface WarnedProps {
  texts: string[];
  busy?: boolean;
  /** What is done when they are confirmed, on the button. */
  label?: string;
  onConfirm: () => void;
}

export function Warned({ texts, busy, label, onConfirm }: WarnedProps) {
  return (
    <Notice
      tone="warning"
      title={t("Is this as it should be?")}
      action={
        <Button look="outline" busy={Boolean(busy)} onClick={onConfirm}>
          {label ?? t("Save anyway")}
        </Button>
      }
    >
      {texts.join(" ")}
    </Notice>
  );
}
