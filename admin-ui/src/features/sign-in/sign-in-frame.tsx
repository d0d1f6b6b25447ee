// The frame of the pages before one is signed in: the mark, what is asked, and the form under it.
import { type ReactNode, useEffect } from "react";
import { wearBranding } from "@/api/branding";
import { BrandMark } from "@/components/brand-mark";

export const signInForm = "flex flex-col gap-4 rounded-sheet border border-line bg-surface p-5 shadow-card";

export function SignInFrame({ title, about, children }: { title: string; about?: ReactNode; children: ReactNode }) {
  // Whose page it is, the address says: its host, or the workspace that a link names.
  useEffect(() => {
    void wearBranding(new URLSearchParams(window.location.search).get("tenant") ?? undefined);
  }, []);
  return (
    <main className="flex min-h-full flex-col items-center justify-center bg-canvas px-4 py-10">
      <div className="flex w-full max-w-90 flex-col gap-6">
        <div className="flex flex-col items-center gap-3 text-center">
          <BrandMark size={36} />
          <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
          {about && <p className="text-text-2">{about}</p>}
        </div>
        {children}
      </div>
    </main>
  );
}
