// The pages of setup, in the order of their menu: for the menu itself, for the command menu and for the first page one may see.
import {
  AppWindow,
  ArrowLeftRight,
  BadgeCheck,
  Boxes,
  Fingerprint,
  FlaskConical,
  History,
  KeyRound,
  Languages,
  LifeBuoy,
  ListTodo,
  LockKeyhole,
  LogIn,
  type LucideIcon,
  MonitorSmartphone,
  Package,
  Palette,
  ScrollText,
  Share2,
  ShieldCheck,
  ShieldQuestionMark,
  SquareTerminal,
  Users,
  UsersRound,
  Waypoints,
} from "lucide-react";
import { t } from "@/lib/i18n";
import type { Catalog } from "./catalog";

export interface SetupPage {
  to: SetupPath;
  label: string;
  group: string;
  icon: LucideIcon;
  /** The system permissions without which the page is of no use; pages without one are for everybody. */
  needs?: string | string[];
  /** Where its parts are, beside the address of the page itself. */
  parts?: string;
  /** More words that a search finds it by. */
  words?: string;
}

export type SetupPath =
  | "/setup/objects"
  | "/setup/requests"
  | "/setup/diagram"
  | "/setup/apps"
  | "/setup/packages"
  | "/setup/changes"
  | "/setup/users"
  | "/setup/teams"
  | "/setup/roles"
  | "/setup/sharing"
  | "/setup/explain"
  | "/setup/audit"
  | "/setup/my-security"
  | "/setup/security-settings"
  | "/setup/sign-in-providers"
  | "/setup/support-access"
  | "/setup/sign-in-history"
  | "/setup/sessions"
  | "/setup/branding"
  | "/setup/search"
  | "/setup/sandboxes"
  | "/setup/jobs"
  | "/setup/api-keys"
  | "/setup/api";

const PAGES: SetupPage[] = [
  {
    to: "/setup/objects",
    label: "Objects and fields",
    group: "Data model",
    icon: Boxes,
    needs: "manage_metadata",
    words: "metadata table column layout view",
  },
  {
    to: "/setup/diagram",
    label: "Schema diagram",
    group: "Data model",
    icon: Waypoints,
    needs: "manage_metadata",
    words: "picture relations graph erd",
  },
  {
    to: "/setup/apps",
    label: "Apps",
    group: "Data model",
    icon: AppWindow,
    needs: "manage_metadata",
    words: "navigation menu sidebar tabs",
  },
  {
    to: "/setup/packages",
    label: "Packages",
    group: "Data model",
    icon: Package,
    needs: "manage_metadata",
    words: "install uninstall upgrade",
  },
  {
    to: "/setup/changes",
    label: "Change history",
    group: "Data model",
    icon: History,
    needs: "manage_metadata",
    words: "revision rollback diff undo",
  },
  {
    to: "/setup/branding",
    label: "Branding",
    group: "Data model",
    icon: Palette,
    needs: "manage_metadata",
    words: "logo colour color name theme white label",
  },
  {
    to: "/setup/search",
    label: "Search",
    group: "Data model",
    icon: Languages,
    needs: "manage_metadata",
    words: "language words stem find text",
  },
  {
    to: "/setup/users",
    label: "Users",
    group: "People and access",
    icon: Users,
    needs: "manage_users",
    words: "people password deactivate manager",
  },
  {
    to: "/setup/teams",
    label: "Teams",
    group: "People and access",
    icon: UsersRound,
    needs: "manage_users",
    words: "groups members",
  },
  {
    to: "/setup/roles",
    parts: "/setup/access",
    label: "Roles",
    group: "People and access",
    icon: ShieldCheck,
    needs: "manage_metadata",
    words: "permission sets matrix rights profile",
  },
  {
    to: "/setup/sharing",
    label: "Sharing",
    group: "People and access",
    icon: Share2,
    needs: "manage_metadata",
    words: "rules defaults visibility",
  },
  {
    to: "/setup/explain",
    label: "Explain access",
    group: "People and access",
    icon: ShieldQuestionMark,
    needs: "explain_access",
    words: "why who may see security permission reason record",
  },
  {
    to: "/setup/audit",
    label: "Audit log",
    group: "People and access",
    icon: ScrollText,
    needs: "view_audit",
    words: "history who changed what security trail export",
  },
  {
    to: "/setup/sign-in-history",
    label: "Sign-in history",
    group: "People and access",
    icon: LogIn,
    needs: "manage_security",
    words: "login attempts failed address security",
  },
  {
    to: "/setup/security-settings",
    label: "Security settings",
    group: "People and access",
    icon: LockKeyhole,
    needs: "manage_security",
    words: "password lockout session two factor ip address rate limit policy",
  },
  {
    to: "/setup/sign-in-providers",
    label: "Sign-in providers",
    group: "People and access",
    icon: BadgeCheck,
    needs: "manage_security",
    words: "sso single sign-on oidc openid connect google entra keycloak okta login",
  },
  {
    to: "/setup/support-access",
    label: "Support access",
    group: "People and access",
    icon: LifeBuoy,
    needs: "manage_security",
    words: "reseller help consent impersonate sign in as",
  },
  {
    to: "/setup/sandboxes",
    label: "Sandboxes",
    group: "System",
    icon: FlaskConical,
    needs: ["manage_metadata", "manage_users"],
    words: "copy clone test staging environment try",
  },
  {
    to: "/setup/jobs",
    label: "Jobs",
    group: "System",
    icon: ListTodo,
    needs: "manage_metadata",
    words: "queue background work failed dead retry worker",
  },
  {
    to: "/setup/my-security",
    label: "Your sign-in",
    group: "You",
    icon: Fingerprint,
    words: "password two factor second totp recovery codes security",
  },
  {
    to: "/setup/sessions",
    label: "Your sessions",
    group: "You",
    icon: MonitorSmartphone,
    words: "signed in devices security",
  },
  {
    to: "/setup/api-keys",
    label: "API keys",
    group: "Developers",
    icon: KeyRound,
    words: "token program integration",
  },
  {
    to: "/setup/requests",
    label: "Requests",
    group: "Developers",
    icon: ArrowLeftRight,
    words: "log api key error status program integration",
  },
  {
    to: "/setup/api",
    label: "API explorer",
    group: "Developers",
    icon: SquareTerminal,
    words: "rest request curl openapi documentation",
  },
];

/** The pages that are of use to who is signed in. */
export function setupPages(catalog: Catalog): SetupPage[] {
  return PAGES.filter((page) => [page.needs ?? []].flat().every((one) => catalog.may(one))).map((page) => ({
    ...page,
    label: t(page.label),
    group: t(page.group),
  }));
}

/** Whether an address is that of a page, or of a part of it. */
export const isAt = (page: SetupPage, path: string): boolean =>
  [page.to, page.parts].some((place) => place && (path === place || path.startsWith(`${place}/`)));

/** The pages that typed words find: by what they are called, by their group and by what else people say for them. */
export function pagesFor(pages: SetupPage[], text: string): SetupPage[] {
  const sought = text.toLowerCase().split(/\s+/).filter(Boolean);
  return pages.filter((page) => {
    const all = `${page.label} ${page.group} ${page.words ?? ""}`.toLowerCase();
    return sought.every((word) => all.includes(word));
  });
}
