// Says when the server cannot be reached, tries again by itself, and brings the page up to date when it is back.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { request, unreachable } from "@/api/client";
import { toast } from "@/components/toast";
import { useCell } from "@/lib/cell";
import { t } from "@/lib/i18n";

const AGAIN_MS = 4000;

export function ConnectionStrip() {
  const away = useCell(unreachable);
  const client = useQueryClient();

  useEffect(() => {
    if (!away) return;
    const look = () => {
      // An answer of any kind turns `unreachable` off.
      request("GET", "/healthz").catch(() => {});
    };
    const timer = setInterval(look, AGAIN_MS);
    window.addEventListener("online", look);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", look);
      if (unreachable.get()) return;
      toast(t("Connected again"));
      void client.invalidateQueries();
    };
  }, [away, client]);

  if (!away) return null;
  return (
    <div role="status" className="bg-amber-soft px-4 py-1 text-center font-medium text-xs">
      {t("The server cannot be reached. Trying again; what you see may be out of date.")}
    </div>
  );
}
