// The frame of setup: its menu beside the page, or above it on a narrow screen.

import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { ChevronsUpDown } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { CatalogContext, useCatalog } from "@/catalog/catalog";
import { isTranslated, writtenQuery } from "@/catalog/load";
import { isAt, pagesFor, type SetupPage, setupPages } from "@/catalog/setup-pages";
import { TextInput } from "@/components/inputs";
import { MenuButton } from "@/components/menu";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";

const row = "flex h-7.5 items-center gap-2 rounded-control px-2 transition-colors duration-100 hover:bg-hover";

/** Definitions are shown as they are written, whatever language their labels are told in elsewhere. */
export function SetupLayout() {
  const told = useCatalog();
  const differs = isTranslated(told);
  const written = useQuery({ ...writtenQuery, enabled: differs });
  if (!differs) return <SetupFrame />;
  if (!written.data)
    return (
      <Loaded query={written} what={t("Setup")}>
        {() => null}
      </Loaded>
    );
  return (
    <CatalogContext value={written.data}>
      <SetupFrame />
    </CatalogContext>
  );
}

function SetupFrame() {
  const pages = setupPages(useCatalog());
  const [text, setText] = useState("");
  const found = pagesFor(pages, text);
  const groups = [...new Set(found.map((page) => page.group))];
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const here = pages.find((page) => isAt(page, pathname));
  return (
    <div className="flex min-w-0 flex-1 flex-col wide:flex-row">
      <nav
        aria-label={t("Setup")}
        className="hidden w-55 shrink-0 flex-col gap-4 overflow-y-auto border-line border-e px-2 py-4 wide:flex"
      >
        <TextInput
          type="search"
          className="-mb-1 h-7 shrink-0"
          placeholder={t("Find in setup")}
          aria-label={t("Find in setup")}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") setText("");
            // The Enter that ends a composed word chooses that word alone.
            if (event.key === "Enter" && !event.nativeEvent.isComposing && text.trim() && found[0])
              void navigate({ to: found[0].to });
          }}
        />
        {found.length === 0 && <p className="px-2 text-text-3 text-xs">{t("Nothing matches")}</p>}
        {groups.map((group) => (
          <section key={group} aria-label={group} className="flex flex-col gap-px">
            <h2 className="px-2 pb-1 font-medium text-text-3 text-xs">{group}</h2>
            {found
              .filter((page) => page.group === group)
              .map((page) => (
                <PageLink key={page.to} page={page} here={page === here} />
              ))}
          </section>
        ))}
      </nav>
      <div className="flex h-11 shrink-0 items-center border-line border-b px-2 wide:hidden">
        <MenuButton
          label={t("Setup pages")}
          items={pages.map((page, i) => ({
            label: page.label,
            icon: <page.icon size={15} />,
            separate: i > 0 && pages[i - 1]?.group !== page.group,
            onSelect: () => navigate({ to: page.to }),
          }))}
        >
          {(button) => (
            <button type="button" {...button} className={`${row} font-medium`}>
              <span className="text-text-2">{t("Setup")}</span>
              <span aria-hidden="true" className="text-text-3">
                /
              </span>
              {here?.label ?? t("All pages")}
              <ChevronsUpDown size={13} className="text-text-3" />
            </button>
          )}
        </MenuButton>
      </div>
      <Outlet />
    </div>
  );
}

function PageLink({ page, here }: { page: SetupPage; here: boolean }) {
  return (
    <Link
      to={page.to}
      aria-current={here ? "page" : undefined}
      className={cx(row, here ? "bg-press font-medium text-text" : "text-text-2")}
    >
      <page.icon size={15} className="mx-px" />
      <span className="truncate">{page.label}</span>
    </Link>
  );
}
