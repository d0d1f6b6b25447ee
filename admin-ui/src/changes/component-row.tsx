// A component of metadata in a list of its kind: what it is called, where it comes from, what it says, and its name.
import type { LucideIcon } from "lucide-react";
import { Tag } from "@/components/bits";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";

interface ComponentRowProps {
  icon: LucideIcon;
  component: { name: string; active?: boolean; package?: string | null };
  title: string;
  about: string;
  onOpen: () => void;
}

export function ComponentRow({ icon: Icon, component, title, about, onOpen }: ComponentRowProps) {
  return (
    <button
      type="button"
      className={cx(
        "flex w-full items-start gap-3 px-1.5 py-2.5 text-start hover:bg-hover",
        component.active === false && "opacity-60",
      )}
      onClick={onOpen}
    >
      <Icon size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-text-3" />
      <span className="min-w-0 flex-1">
        <span className="flex flex-wrap items-center gap-2 font-medium">
          {title}
          {component.active === false && <Tag>{t("Off")}</Tag>}
          {component.package && <Tag color="indigo">{component.package}</Tag>}
        </span>
        <span className="block truncate text-text-2 text-xs">{about}</span>
      </span>
      <span className="hidden font-mono text-text-3 text-xs phone:block">{component.name}</span>
    </button>
  );
}
