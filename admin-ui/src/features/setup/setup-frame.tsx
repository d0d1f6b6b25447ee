// The frame of setup pages: title, one action, content.
import type { ReactNode } from "react";

interface SetupFrameProps {
  title: ReactNode;
  above?: ReactNode;
  about?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}

export function SetupFrame({ title, above, about, action, children }: SetupFrameProps) {
  return (
    <section className="min-w-0 flex-1 overflow-y-auto">
      <div className="mx-auto max-w-5xl px-4 pt-5 pb-16 phone:px-8 phone:pt-8">
        {above}
        <header className="mb-5 flex flex-wrap items-start gap-x-4 gap-y-3">
          <div className="min-w-0 basis-full phone:flex-1 phone:basis-0">
            <h1 className="font-semibold text-lg tracking-tight">{title}</h1>
            {about && <div className="mt-0.5 max-w-[70ch] text-text-2">{about}</div>}
          </div>
          {action && <div className="flex shrink-0 gap-2">{action}</div>}
        </header>
        {children}
      </div>
    </section>
  );
}

export const tableHead = "h-8 border-line border-b text-start font-medium text-text-2 text-xs";
export const tableCell = "h-10 border-line border-b py-1.5 pe-3 align-middle";
