// Other ways to sign in: a button for each provider that the workspace believes.
import { useEffect, useState } from "react";
import { listWays, type Way } from "@/api/session";
import { t } from "@/lib/i18n";

export function Ways({ tenant, next }: { tenant: string | undefined; next: string }) {
  const [ways, setWays] = useState<Way[]>([]);

  useEffect(() => {
    let current = true;
    // Without an answer a password is the way.
    listWays(tenant).then(
      (told) => current && setWays(told),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [tenant]);

  if (ways.length === 0) return null;
  const query = new URLSearchParams({ return_to: next, ...(tenant ? { tenant } : {}) });
  return (
    <nav aria-label={t("Other ways to sign in")} className="flex flex-col gap-2">
      {ways.map((way) => (
        <a
          key={way.name}
          href={`/auth/v1/providers/${way.name}/start?${query}`}
          className="inline-flex h-9 items-center justify-center rounded-control border border-line-2 bg-surface px-4 font-medium text-base hover:bg-hover"
        >
          <span className="truncate">{t("Continue with {label}", { label: way.label })}</span>
        </a>
      ))}
    </nav>
  );
}
