// What one sees while the server is asked and when it refuses; the content once it has answered.
import type { ReactNode } from "react";
import { Notice, Skeleton } from "@/components/bits";
import { Button } from "@/components/button";
import { t } from "@/lib/i18n";
import { messageOf } from "./problem";

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  isError: boolean;
  refetch: () => unknown;
}

interface LoadedProps<T> {
  query: Asked<T>;
  /** What is loaded, as the start of a sentence: "The packages". */
  what: string;
  /** Widths of the bars that stand for lines to come, in percent. */
  lines?: number[];
  children: (data: T) => ReactNode;
}

interface NotLoadedProps {
  /** What went wrong, as a sentence: "The board could not be loaded." */
  title: string;
  error: unknown;
  /** Asks once more. */
  again: () => unknown;
}

/** Says that the server refused or was not there, why, and offers to ask again. */
export function NotLoaded({ title, error, again }: NotLoadedProps) {
  return (
    <Notice
      title={title}
      action={
        <Button look="outline" onClick={() => again()}>
          {t("Try again")}
        </Button>
      }
    >
      {messageOf(error)}
    </Notice>
  );
}

export function Loaded<T>({ query, what, lines = [60, 45, 55, 40], children }: LoadedProps<T>) {
  const notice = query.isError && (
    <NotLoaded title={t("{what} could not be loaded.", { what })} error={query.error} again={query.refetch} />
  );
  if (query.data === undefined) {
    if (notice) return notice;
    return (
      <div role="status" aria-label={t("{what}: loading", { what })} className="flex flex-col gap-6 pt-3">
        {lines.map((width) => (
          <Skeleton key={width} style={{ width: `${width}%` }} />
        ))}
      </div>
    );
  }
  return (
    <>
      {notice && <div className="mb-4">{notice}</div>}
      {children(query.data)}
    </>
  );
}
