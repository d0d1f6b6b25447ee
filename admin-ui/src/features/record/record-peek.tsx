// A record beside its list: the same page in a narrow panel.
import { Link } from "@tanstack/react-router";
import { Maximize2, X } from "lucide-react";
import type { ObjectDef } from "@/catalog/types";
import { IconButton } from "@/components/button";
import { t } from "@/lib/i18n";
import { RecordView } from "./record-view";

interface RecordPeekProps {
  object: ObjectDef;
  id: string;
  onClose: () => void;
  onGo: (id: string) => void;
}

export function RecordPeek({ object, id, onClose, onGo }: RecordPeekProps) {
  return (
    <aside
      aria-label={t("{object} preview", { object: object.label })}
      className="slide-in fixed inset-0 z-40 flex flex-col border-line bg-surface phone:static phone:z-auto phone:w-110 phone:shrink-0 phone:border-s"
    >
      <RecordView
        key={id}
        object={object}
        id={id}
        narrow
        onGone={onClose}
        onGo={onGo}
        actions={
          <>
            <Link
              to="/o/$plural/$id"
              params={{ plural: object.plural, id }}
              aria-label={t("Open full page")}
              title={t("Open full page")}
              className="inline-flex size-7 items-center justify-center rounded-control text-text-2 hover:bg-hover hover:text-text"
            >
              <Maximize2 size={14} />
            </Link>
            <IconButton label={t("Close")} onClick={onClose}>
              <X size={15} />
            </IconButton>
          </>
        }
      />
    </aside>
  );
}
