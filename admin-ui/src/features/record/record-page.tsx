// A record's own page.
import { Link, useNavigate, useRouter } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import type { ObjectDef } from "@/catalog/types";
import { useCell } from "@/lib/cell";
import { t } from "@/lib/i18n";
import { neighbours } from "@/lib/neighbours";
import { useShortcuts } from "@/lib/shortcuts";
import { RecordView } from "./record-view";

export function RecordPage({ object, id }: { object: ObjectDef; id: string }) {
  const navigate = useNavigate();
  const list = useCell(neighbours);
  const back = list?.object === object.name ? list.href : `/o/${object.plural}`;
  const toList = () => navigate({ to: back });
  const { history } = useRouter();
  useShortcuts({ esc: () => (history.canGoBack() ? history.back() : toList()) });
  return (
    <section
      aria-label={t("{object} record", { object: object.label })}
      className="flex min-h-0 min-w-0 flex-1 flex-col"
    >
      <RecordView
        object={object}
        id={id}
        onGone={toList}
        onGo={(next) => navigate({ to: "/o/$plural/$id", params: { plural: object.plural, id: next }, replace: true })}
        back={
          <Link
            to={back}
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
