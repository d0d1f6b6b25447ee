// The sidebar: workspace, command menu, objects, setup, the person. Navigation comes from metadata.
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import {
  ChevronRight,
  ChevronsUpDown,
  CircleHelp,
  Languages,
  LayoutGrid,
  LogOut,
  Monitor,
  Moon,
  PanelLeft,
  Search,
  Settings,
  Sun,
} from "lucide-react";
import { useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import {
  appIcon,
  chooseApp,
  chosenApp,
  EVERYTHING,
  isHere,
  type Line,
  navigationOf,
  placeOf,
} from "@/catalog/navigation";
import { setupPages } from "@/catalog/setup-pages";
import { Avatar, Glyph, Tag } from "@/components/bits";
import { BrandMark } from "@/components/brand-mark";
import { IconButton } from "@/components/button";
import { Kbd } from "@/components/kbd";
import { MenuButton, type MenuItem } from "@/components/menu";
import { brand } from "@/lib/brand";
import { useCell } from "@/lib/cell";
import { objectHue } from "@/lib/hues";
import { LANGUAGES, language, setLanguage, t } from "@/lib/i18n";
import { commandMenuOpen, helpOpen } from "@/lib/intents";
import { shortcutLabel } from "@/lib/shortcuts";
import { recall, remember } from "@/lib/storage";
import { setTheme, theme } from "@/lib/theme";
import { fold, folded } from "./fold";

const row = "flex h-7.5 items-center gap-2 rounded-control px-2 text-sm transition-colors duration-100 hover:bg-hover";
/** What a line says; folded, only its icon is seen. */
const words = "min-w-0 flex-1 truncate group-data-folded/side:sr-only";
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

function NavigationLink({ line, lit }: { line: Line; lit: boolean }) {
  const small = useCell(folded);
  return (
    <Link
      {...placeOf(line)}
      aria-current={lit ? "page" : undefined}
      title={small ? line.label : undefined}
      className={`${row} ${(lit ? here : away).className}`}
    >
      <Glyph icon={objectIcon(line.object)} hue={objectHue(line.object.name)} size={18} />
      <span className={words}>{line.label}</span>
    </Link>
  );
}

/** The apps of who is signed in, and all objects at once; nothing where there is one way to see them. */
function AppSwitcher() {
  const catalog = useCatalog();
  const navigate = useNavigate();
  const { app } = navigationOf(catalog, useCell(chosenApp));
  if (catalog.apps.length === 0) return null;
  const Icon = appIcon(app);
  const open = (name: string) => {
    chooseApp(name);
    const [first] = navigationOf(catalog, name).lines;
    if (first) void navigate(placeOf(first));
  };
  const items: MenuItem[] = catalog.apps.map((one) => {
    const Mark = appIcon(one);
    return {
      label: one.label,
      icon: <Mark size={15} />,
      checked: one.name === app?.name,
      onSelect: () => open(one.name),
    };
  });
  items.push({
    label: t("Everything"),
    icon: <LayoutGrid size={15} />,
    checked: !app,
    separate: true,
    onSelect: () => open(EVERYTHING),
  });
  const label = app?.label ?? t("Everything");
  return (
    <div className="px-2 pb-1">
      <MenuButton items={items} label={t("Apps")}>
        {(button) => (
          <button
            type="button"
            {...button}
            aria-label={t("App: {label}", { label })}
            className={`${row} h-8 w-full text-start font-medium text-text`}
          >
            <Icon size={16} className="mx-px text-accent-text" />
            <span className={words}>{label}</span>
            <ChevronsUpDown size={13} className="text-text-3 group-data-folded/side:hidden" />
          </button>
        )}
      </MenuButton>
    </div>
  );
}

export function Sidebar({ onSignOut }: { onSignOut: () => void }) {
  const catalog = useCatalog();
  const { user, tenant } = catalog.me;
  const { name } = useCell(brand);
  const menu = useUserMenu(onSignOut);
  const { plural } = useParams({ strict: false });
  const { view } = useSearch({ strict: false }) as { view?: string };
  const { lines, more } = navigationOf(catalog, useCell(chosenApp));
  const lit = (line: Line) => isHere(line, [...lines, ...more], plural, view);
  const small = useCell(folded);
  const moreOpen = more.some(lit) || recall("nav-more") === "1";
  return (
    <aside data-folded={small || undefined} className="group/side flex w-58 shrink-0 flex-col data-folded:w-13">
      <div className="flex h-12 shrink-0 items-center gap-2.5 ps-3.5 pe-2 group-data-folded/side:h-auto group-data-folded/side:flex-col group-data-folded/side:py-3 group-data-folded/side:pe-3.5">
        <BrandMark size={22} />
        <span className="min-w-0 flex-1 truncate font-semibold text-base group-data-folded/side:sr-only">
          {name ?? tenant.name}
        </span>
        {tenant.sandbox && (
          <span
            className="group-data-folded/side:hidden"
            title={tenant.quiet ? t("A copy to try things in. It sends no mails.") : t("A copy to try things in.")}
          >
            <Tag color="amber">{t("Sandbox")}</Tag>
          </span>
        )}
        <IconButton label={small ? t("Unfold the sidebar ([)") : t("Fold the sidebar ([)")} onClick={fold}>
          <PanelLeft size={15} className="rtl:-scale-x-100" />
        </IconButton>
      </div>
      <div className="px-2 pb-2">
        <button
          type="button"
          title={small ? t("Search or go to") : undefined}
          className="flex h-8 w-full items-center gap-2 rounded-control border border-line bg-surface px-2 group-data-folded/side:justify-center text-start text-text-3 shadow-card hover:border-line-2"
          onClick={() => commandMenuOpen.set(true)}
        >
          <Search size={14} />
          <span className={words}>{t("Search or go to")}</span>
          <span className="group-data-folded/side:hidden">
            <Kbd keys={shortcutLabel("mod+k")} />
          </span>
        </button>
      </div>
      <AppSwitcher />
      <nav aria-label={t("Main")} className="flex min-h-0 flex-1 flex-col gap-px overflow-y-auto px-2 pt-1">
        {lines.map((line) => (
          <NavigationLink key={line.key} line={line} lit={lit(line)} />
        ))}
        {more.length > 0 && (
          <details open={moreOpen} onToggle={(event) => remember("nav-more", event.currentTarget.open ? "1" : "0")}>
            <summary className={`${row} list-none text-text-3 [&::-webkit-details-marker]:hidden`}>
              <ChevronRight size={14} className="mx-0.5 transition-transform [details[open]>summary>&]:rotate-90" />
              <span className={words}>{t("More")}</span>
            </summary>
            {more.map((line) => (
              <NavigationLink key={line.key} line={line} lit={lit(line)} />
            ))}
          </details>
        )}
        {catalog.navigation.length === 0 && (
          <p className="px-2 py-1 text-text-3 text-xs group-data-folded/side:hidden">
            {t("No objects yet. Install a package or create one in setup.")}
          </p>
        )}
      </nav>
      <div className="flex flex-col gap-px px-2 py-2">
        {setupPages(catalog).length > 0 && (
          <Link
            to="/setup"
            title={small ? t("Setup") : undefined}
            className={row}
            activeProps={here}
            inactiveProps={away}
          >
            <Settings size={16} className="mx-px" />
            <span className={words}>{t("Setup")}</span>
          </Link>
        )}
        <MenuButton items={menu} label={t("You")} side="top" header={<UserCard />}>
          {(button) => (
            <button
              type="button"
              {...button}
              className={`${row} mt-2 h-9 w-full text-start text-text group-data-folded/side:px-1.5`}
            >
              <Avatar name={user.name} size={22} />
              <span className={`${words} font-medium`}>{user.name}</span>
            </button>
          )}
        </MenuButton>
      </div>
    </aside>
  );
}
