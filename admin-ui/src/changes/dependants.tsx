// What uses a component, and where: said before it is changed or taken away.
import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { loadDependencies, type Use } from "@/api/metadata";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { kindLabel } from "./definition-diff";

export function useDependencies(kind: string, name: string) {
  return useQuery({
    queryKey: ["dependencies", kind, name],
    retry: false,
    staleTime: 5_000,
    queryFn: ({ signal }) => loadDependencies(kind, name, signal),
  });
}

export function Dependants({ kind, name, open = false }: { kind: string; name: string; open?: boolean }) {
  const { data } = useDependencies(kind, name);
  if (!data) return null;
  if (data.used_by.length === 0) return <p className="text-text-2 text-xs">{t("Nothing else uses it.")}</p>;
  return (
    <details open={open} className="group overflow-hidden rounded-control border border-line">
      <summary className="flex min-h-9 list-none items-center gap-2 px-2.5 hover:bg-hover [&::-webkit-details-marker]:hidden">
        <ChevronRight size={12} aria-hidden="true" className="text-text-3 transition-transform group-open:rotate-90" />
        <span className="font-medium">
          {t("Used in {what}", { what: count(data.used_by.length, t("place"), t("places")) })}
        </span>
      </summary>
      <UseList uses={data.used_by} />
    </details>
  );
}

function UseList({ uses }: { uses: Use[] }) {
  return (
    <ul className="flex max-h-60 flex-col gap-1 overflow-y-auto border-line border-t px-7 py-2 text-xs">
      {uses.map((use) => (
        <li key={`${use.kind}/${use.name}/${use.at}`} className="flex flex-wrap gap-x-2">
          <span className="text-text-2">{kindLabel(use.kind)}</span>
          <span className="font-mono">{use.name}</span>
          <span className="font-mono text-text-3">{use.at}</span>
        </li>
      ))}
    </ul>
  );
}
