// A record beside its list: the same page in a narrow panel.
import { Link } from "@tanstack/react-router";
import { Maximize2, X } from "lucide-react";
import type { ObjectDef } from "@/catalog/types";
import { IconButton } from "@/components/button";
import { RecordView } from "./record-view";

export function RecordPeek({ object, id, onClose }: { object: ObjectDef; id: string; onClose: () => void }) {
  return (
    <aside
      aria-label={`${object.label} preview`}
      className="slide-in fixed inset-0 z-40 flex flex-col border-line bg-surface phone:static phone:z-auto phone:w-110 phone:shrink-0 phone:border-s"
    >
      <RecordView
        key={id}
        object={object}
        id={id}
        narrow
        onGone={onClose}
        actions={
          <>
            <Link
              to="/o/$plural/$id"
              params={{ plural: object.plural, id }}
              aria-label="Open full page"
              title="Open full page"
              className="inline-flex size-7 items-center justify-center rounded-control text-text-2 hover:bg-hover hover:text-text"
            >
              <Maximize2 size={14} />
            </Link>
            <IconButton label="Close" onClick={onClose}>
              <X size={15} />
            </IconButton>
          </>
        }
      />
    </aside>
  );
}
