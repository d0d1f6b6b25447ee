// Asks before a part of a view that one does not see is lost, since nobody could bring it back.
import type { ListViewDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { t } from "@/lib/i18n";

interface LeftOutDialogProps {
  view: ListViewDef;
  /** What is to be done with it. */
  deed: "save" | "delete";
  onClose: () => void;
  onConfirm: () => void;
}

export function LeftOutDialog({ view, deed, onClose, onConfirm }: LeftOutDialogProps) {
  const name = view.label;
  return (
    <Dialog
      title={deed === "save" ? t("Save {name} without what you do not see?", { name }) : t("Delete {name}?", { name })}
      width="420px"
      onClose={onClose}
      onSubmit={() => {
        onClose();
        onConfirm();
      }}
      footer={
        <>
          <Button size="md" data-autofocus onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="danger" size="md" type="submit">
            {deed === "save" ? t("Save anyway") : t("Delete")}
          </Button>
        </>
      }
    >
      <p className="text-text-2">
        {deed === "save"
          ? t("This view was made of fields that you do not see any more. What it says of them is lost for good.")
          : t("This view was made of fields that you do not see any more. It cannot be brought back.")}
      </p>
    </Dialog>
  );
}
