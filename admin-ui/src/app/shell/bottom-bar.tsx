// The bar at the foot of a phone: objects, search, create, you.
import { useNavigate, useParams } from "@tanstack/react-router";
import { AppWindow, LayoutGrid, Plus, Search, Settings } from "lucide-react";
import { mayCreate, useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import { chooseApp, chosenApp, EVERYTHING, navigationOf, placeOf } from "@/catalog/navigation";
import { setupPages } from "@/catalog/setup-pages";
import { Avatar, Glyph } from "@/components/bits";
import { MenuButton, type MenuItem } from "@/components/menu";
import { useCell } from "@/lib/cell";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { commandMenuOpen, createIntent } from "@/lib/intents";
import { UserCard, useUserMenu } from "./sidebar";

const item =
  "flex h-full flex-1 flex-col items-center justify-center gap-0.5 text-2xs font-medium text-text-2 active:bg-hover";

export function BottomBar({ onSignOut }: { onSignOut: () => void }) {
  const catalog = useCatalog();
  const navigate = useNavigate();
  const { plural } = useParams({ strict: false });
  const here = plural ? catalog.objectByPlural(plural) : undefined;
  const you = useUserMenu(onSignOut);
  const { app, lines, more } = navigationOf(catalog, useCell(chosenApp));
  const objects: MenuItem[] = [...lines, ...more].map((line, i) => ({
    label: line.label,
    icon: <Glyph icon={objectIcon(line.object)} hue={objectHue(line.object.name)} size={18} />,
    separate: i === lines.length && i > 0,
    onSelect: () => navigate(placeOf(line)),
  }));
  const others = catalog.apps.filter((one) => one.name !== app?.name);
  for (const [i, one] of others.entries())
    objects.push({
      label: t("App: {label}", { label: one.label }),
      icon: <AppWindow size={16} />,
      separate: i === 0,
      onSelect: () => chooseApp(one.name),
    });
  if (app)
    objects.push({
      label: t("App: {label}", { label: t("Everything") }),
      icon: <AppWindow size={16} />,
      separate: others.length === 0,
      onSelect: () => chooseApp(EVERYTHING),
    });
  if (setupPages(catalog).length > 0) {
    objects.push({
      label: t("Setup"),
      icon: <Settings size={16} />,
      separate: true,
      onSelect: () => navigate({ to: "/setup" }),
    });
  }
  const target = here && mayCreate(here) ? here : catalog.navigation.find(mayCreate);
  return (
    <nav
      aria-label={t("Main")}
      className="flex h-14 shrink-0 items-stretch border-line border-t bg-surface pb-[env(safe-area-inset-bottom)]"
    >
      <MenuButton items={objects} label={t("Objects")} side="top">
        {(button) => (
          <button type="button" {...button} className={item}>
            <LayoutGrid size={19} />
            {t("Objects")}
          </button>
        )}
      </MenuButton>
      <button type="button" className={item} onClick={() => commandMenuOpen.set(true)}>
        <Search size={19} />
        {t("Search")}
      </button>
      <button
        type="button"
        className={item}
        disabled={!target}
        onClick={() => target && createIntent.set({ object: target.name })}
      >
        <Plus size={19} />
        {t("Create")}
      </button>
      <MenuButton items={you} label={t("You")} side="top" align="end" header={<UserCard />}>
        {(button) => (
          <button type="button" {...button} className={item}>
            <Avatar name={catalog.me.user.name} size={20} />
            {t("You")}
          </button>
        )}
      </MenuButton>
    </nav>
  );
}
