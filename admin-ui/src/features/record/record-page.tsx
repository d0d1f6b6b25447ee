// A record's own page.
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import type { ObjectDef } from "@/catalog/types";
import { useShortcuts } from "@/lib/shortcuts";
import { RecordView } from "./record-view";

export function RecordPage({ object, id }: { object: ObjectDef; id: string }) {
  const navigate = useNavigate();
  const toList = () => navigate({ to: "/o/$plural", params: { plural: object.plural } });
  useShortcuts({ esc: () => (history.length > 1 ? history.back() : toList()) });
  return (
    <section aria-label={`${object.label} record`} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <RecordView
        object={object}
        id={id}
        onGone={toList}
        back={
          <Link
            to="/o/$plural"
            params={{ plural: object.plural }}
            className="inline-flex h-7 items-center gap-1.5 rounded-control px-1.5 font-medium text-text-2 text-xs hover:bg-hover hover:text-text"
          >
            <ArrowLeft size={13} />
            {object.plural_label}
          </Link>
        }
      />
    </section>
  );
}
