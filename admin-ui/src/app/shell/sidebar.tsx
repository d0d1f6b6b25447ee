// The sidebar: workspace, command menu, objects, setup, the person. Navigation comes from metadata.
import { Link, useParams } from "@tanstack/react-router";
import { ChevronRight, CircleHelp, Languages, LogOut, Monitor, Moon, Search, Settings, Sun } from "lucide-react";
import { isPart, useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import { setupPages } from "@/catalog/setup-pages";
import type { ObjectDef } from "@/catalog/types";
import { Avatar, Glyph } from "@/components/bits";
import { Kbd } from "@/components/kbd";
import { Logo } from "@/components/logo";
import { MenuButton, type MenuItem } from "@/components/menu";
import { useCell } from "@/lib/cell";
import { objectHue } from "@/lib/hues";
import { LANGUAGES, language, setLanguage, t } from "@/lib/i18n";
import { commandMenuOpen, helpOpen } from "@/lib/intents";
import { shortcutLabel } from "@/lib/shortcuts";
import { recall, remember } from "@/lib/storage";
import { setTheme, theme } from "@/lib/theme";

const row = "flex h-7.5 items-center gap-2 rounded-control px-2 text-sm transition-colors duration-100 hover:bg-hover";
const here = { className: "bg-press font-medium text-text" };
const away = { className: "text-text-2" };

export function useUserMenu(onSignOut: () => void): MenuItem[] {
  const choice = useCell(theme);
  return [
    { label: t("Light"), icon: <Sun size={15} />, checked: choice === "light", onSelect: () => setTheme("light") },
    { label: t("Dark"), icon: <Moon size={15} />, checked: choice === "dark", onSelect: () => setTheme("dark") },
    {
      label: t("As the system"),
      icon: <Monitor size={15} />,
      checked: choice === "system",
      onSelect: () => setTheme("system"),
    },
    ...LANGUAGES.map(({ id, label }, i) => ({
      label,
      icon: <Languages size={15} />,
      checked: id === language,
      separate: i === 0,
      onSelect: () => setLanguage(id),
    })),
    {
      label: t("Keyboard shortcuts"),
      icon: <CircleHelp size={15} />,
      shortcut: "?",
      separate: true,
      onSelect: () => helpOpen.set(true),
    },
    { label: t("Sign out"), icon: <LogOut size={15} />, separate: true, onSelect: onSignOut },
  ];
}

export function UserCard() {
  const { user } = useCatalog().me;
  return (
    <div className="flex items-center gap-2 border-line border-b px-3 py-2">
      <Avatar name={user.name} size={28} />
      <div className="min-w-0">
        <div className="truncate font-medium">{user.name}</div>
        <div className="truncate text-text-2 text-xs">{user.email}</div>
      </div>
    </div>
  );
}

function ObjectLink({ object }: { object: ObjectDef }) {
  return (
    <Link to="/o/$plural" params={{ plural: object.plural }} className={row} activeProps={here} inactiveProps={away}>
      <Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={18} />
      <span className="truncate">{object.plural_label}</span>
    </Link>
  );
}

export function Sidebar({ onSignOut }: { onSignOut: () => void }) {
  const catalog = useCatalog();
  const { user, tenant } = catalog.me;
  const menu = useUserMenu(onSignOut);
  const { plural } = useParams({ strict: false });
  const whole = catalog.navigation.filter((o) => !isPart(o));
  const parts = catalog.navigation.filter(isPart);
  const moreOpen = parts.some((o) => o.plural === plural) || recall("nav-more") === "1";
  return (
    <aside className="hidden w-58 shrink-0 flex-col phone:flex">
      <div className="flex h-12 items-center gap-2.5 px-3.5">
        <Logo size={22} />
        <span className="truncate font-semibold text-base">{tenant.name}</span>
      </div>
      <div className="px-2 pb-2">
        <button
          type="button"
          className="flex h-8 w-full items-center gap-2 rounded-control border border-line bg-surface px-2 text-start text-text-3 shadow-card hover:border-line-2"
          onClick={() => commandMenuOpen.set(true)}
        >
          <Search size={14} />
          <span className="min-w-0 flex-1 truncate">{t("Search or go to")}</span>
          <Kbd keys={shortcutLabel("mod+k")} />
        </button>
      </div>
      <nav aria-label={t("Main")} className="flex min-h-0 flex-1 flex-col gap-px overflow-y-auto px-2 pt-1">
        {whole.map((object) => (
          <ObjectLink key={object.name} object={object} />
        ))}
        {parts.length > 0 && (
          <details open={moreOpen} onToggle={(event) => remember("nav-more", event.currentTarget.open ? "1" : "0")}>
            <summary className={`${row} list-none text-text-3 [&::-webkit-details-marker]:hidden`}>
              <ChevronRight size={14} className="mx-0.5 transition-transform [details[open]>summary>&]:rotate-90" />
              {t("More")}
            </summary>
            {parts.map((object) => (
              <ObjectLink key={object.name} object={object} />
            ))}
          </details>
        )}
        {catalog.navigation.length === 0 && (
          <p className="px-2 py-1 text-text-3 text-xs">
            {t("No objects yet. Install a package or create one in setup.")}
          </p>
        )}
      </nav>
      <div className="flex flex-col gap-px px-2 py-2">
        {setupPages(catalog).length > 0 && (
          <Link to="/setup" className={row} activeProps={here} inactiveProps={away}>
            <Settings size={16} className="mx-px" />
            {t("Setup")}
          </Link>
        )}
        <MenuButton items={menu} label={t("You")} side="top" header={<UserCard />}>
          {(button) => (
            <button type="button" {...button} className={`${row} mt-2 h-9 w-full text-start text-text`}>
              <Avatar name={user.name} size={22} />
              <span className="min-w-0 flex-1 truncate font-medium">{user.name}</span>
            </button>
          )}
        </MenuButton>
      </div>
    </aside>
  );
}
