// The frame before anything is known: the same lines and places, so that nothing jumps.
import { Skeleton } from "@/components/bits";
import { t } from "@/lib/i18n";

export function ShellSkeleton() {
  return (
    <div className="flex h-full" role="status" aria-busy="true" aria-label={t("Loading")}>
      <div className="hidden w-58 shrink-0 flex-col gap-4 px-4 pt-4 phone:flex">
        <Skeleton className="h-5 w-32" />
        <Skeleton className="h-8 w-full" />
        {[60, 75, 50, 65].map((w) => (
          <Skeleton key={w} style={{ width: `${w}%` }} />
        ))}
      </div>
      <div className="flex-1 bg-surface phone:my-2 phone:me-2 phone:rounded-sheet phone:border phone:border-line">
        <div className="flex h-11 items-center border-line border-b px-4">
          <Skeleton className="w-24" />
        </div>
        <div className="h-10 border-line border-b" />
      </div>
    </div>
  );
}
