// Routes. Signing in is in the entry, so that it is there at once; the shell and the list are asked for by `early.js`
// together with it. Everything else comes when it is needed, and is fetched ahead on hover.
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { readListSearch } from "@/features/list/list-search";
import { readFoundSearch } from "@/features/search/found-search";
import { listInAdvance, recordInAdvance, roleInAdvance } from "./in-advance";
import { forgot, root, setPassword, signIn, tenants } from "./outside";
import {
  readAuditFilter,
  readChangesSearch,
  readDiagramSearch,
  readExplainSearch,
  readJobsSearch,
  readObjectSearch,
  readRequestFilter,
  readUsersSearch,
} from "./search-params";

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: lazyRouteComponent(() => import("./shell/shell"), "Shell"),
});

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  component: lazyRouteComponent(() => import("./home"), "Home"),
});

const list = createRoute({
  getParentRoute: () => shell,
  path: "/o/$plural",
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import("./list-route"), "ListRoute"),
  beforeLoad: ({ cause, context, params, search }) => listInAdvance(cause, context.client, params.plural, search),
});

const record = createRoute({
  getParentRoute: () => shell,
  path: "/o/$plural/$id",
  component: lazyRouteComponent(() => import("./record-route"), "RecordRoute"),
  beforeLoad: ({ cause, context, params }) => recordInAdvance(cause, context.client, params.plural, params.id),
});

const bin = createRoute({
  getParentRoute: () => shell,
  path: "/o/$plural/bin",
  component: lazyRouteComponent(() => import("./object-pages"), "BinRoute"),
});

const importing = createRoute({
  getParentRoute: () => shell,
  path: "/o/$plural/import",
  component: lazyRouteComponent(() => import("./object-pages"), "ImportRoute"),
});

const found = createRoute({
  getParentRoute: () => shell,
  path: "/search",
  validateSearch: readFoundSearch,
  component: lazyRouteComponent(() => import("./search-route"), "SearchRoute"),
});

const setup = createRoute({
  getParentRoute: () => shell,
  path: "/setup",
  component: lazyRouteComponent(() => import("./setup/setup-layout"), "SetupLayout"),
});

const setupHome = createRoute({
  getParentRoute: () => setup,
  path: "/",
  component: lazyRouteComponent(() => import("./setup/setup-home"), "SetupHome"),
});

const objects = createRoute({
  getParentRoute: () => setup,
  path: "/objects",
  component: lazyRouteComponent(() => import("@/features/setup/objects-page"), "ObjectsPage"),
});

const object = createRoute({
  getParentRoute: () => setup,
  path: "/objects/$object",
  validateSearch: readObjectSearch,
  component: lazyRouteComponent(() => import("@/features/setup/object-page"), "ObjectPage"),
});

/** Editors take the whole sheet: they have a way back of their own and need the room of the menu. */
const layout = createRoute({
  getParentRoute: () => shell,
  path: "/setup/objects/$object/layouts/$layout",
  component: lazyRouteComponent(() => import("@/features/setup/layout/layout-editor"), "LayoutEditorPage"),
});

const view = createRoute({
  getParentRoute: () => setup,
  path: "/objects/$object/views/$view",
  component: lazyRouteComponent(() => import("@/features/setup/views/view-editor"), "ViewEditorPage"),
});

const diagram = createRoute({
  getParentRoute: () => setup,
  path: "/diagram",
  validateSearch: readDiagramSearch,
  component: lazyRouteComponent(() => import("@/features/setup/diagram/diagram-page"), "DiagramPage"),
});

const becoming = createRoute({
  getParentRoute: () => setup,
  path: "/objects/$object/becoming",
  component: lazyRouteComponent(() => import("@/features/setup/becoming/becoming-page"), "BecomingPage"),
});

const apps = createRoute({
  getParentRoute: () => setup,
  path: "/apps",
  component: lazyRouteComponent(() => import("@/features/setup/apps/apps-page"), "AppsPage"),
});

const branding = createRoute({
  getParentRoute: () => setup,
  path: "/branding",
  component: lazyRouteComponent(() => import("@/features/setup/branding-page"), "BrandingPage"),
});

const searching = createRoute({
  getParentRoute: () => setup,
  path: "/search",
  component: lazyRouteComponent(() => import("@/features/setup/search-page"), "SearchPage"),
});

const packages = createRoute({
  getParentRoute: () => setup,
  path: "/packages",
  component: lazyRouteComponent(() => import("@/features/setup/packages-page"), "PackagesPage"),
});

const changes = createRoute({
  getParentRoute: () => setup,
  path: "/changes",
  validateSearch: readChangesSearch,
  component: lazyRouteComponent(() => import("@/features/setup/changes-page"), "ChangesPage"),
});

const users = createRoute({
  getParentRoute: () => setup,
  path: "/users",
  validateSearch: readUsersSearch,
  component: lazyRouteComponent(() => import("@/features/security/users/users-page"), "UsersPage"),
});

const sessions = createRoute({
  getParentRoute: () => setup,
  path: "/sessions",
  component: lazyRouteComponent(() => import("@/features/security/sessions-page"), "SessionsPage"),
});

const sandboxes = createRoute({
  getParentRoute: () => setup,
  path: "/sandboxes",
  component: lazyRouteComponent(() => import("@/features/setup/sandboxes/sandboxes-page"), "SandboxesPage"),
});

const jobs = createRoute({
  getParentRoute: () => setup,
  path: "/jobs",
  validateSearch: readJobsSearch,
  component: lazyRouteComponent(() => import("@/features/setup/jobs/jobs-page"), "JobsPage"),
});

const keys = createRoute({
  getParentRoute: () => setup,
  path: "/api-keys",
  component: lazyRouteComponent(() => import("@/features/dev/keys-page"), "KeysPage"),
});

const requests = createRoute({
  getParentRoute: () => setup,
  path: "/requests",
  validateSearch: readRequestFilter,
  component: lazyRouteComponent(() => import("@/features/dev/requests-page"), "RequestsPage"),
});

const roles = createRoute({
  getParentRoute: () => setup,
  path: "/roles",
  component: lazyRouteComponent(() => import("@/features/security/roles/roles-page"), "RolesPage"),
});

const role = createRoute({
  getParentRoute: () => setup,
  path: "/access/$kind/$name",
  component: lazyRouteComponent(() => import("@/features/security/roles/role-page"), "RolePage"),
  beforeLoad: ({ cause, context, params }) => roleInAdvance(cause, context.client, params.kind),
});

const teams = createRoute({
  getParentRoute: () => setup,
  path: "/teams",
  component: lazyRouteComponent(() => import("@/features/security/teams/teams-page"), "TeamsPage"),
});

const sharing = createRoute({
  getParentRoute: () => setup,
  path: "/sharing",
  component: lazyRouteComponent(() => import("@/features/security/sharing/sharing-page"), "SharingPage"),
});

const explain = createRoute({
  getParentRoute: () => setup,
  path: "/explain",
  validateSearch: readExplainSearch,
  component: lazyRouteComponent(() => import("@/features/security/access/explain-page"), "ExplainPage"),
});

const audit = createRoute({
  getParentRoute: () => setup,
  path: "/audit",
  validateSearch: readAuditFilter,
  component: lazyRouteComponent(() => import("@/features/security/audit/audit-page"), "AuditPage"),
});

const mySecurity = createRoute({
  getParentRoute: () => setup,
  path: "/my-security",
  component: lazyRouteComponent(() => import("@/features/security/mine/my-security-page"), "MySecurityPage"),
});

const securitySettings = createRoute({
  getParentRoute: () => setup,
  path: "/security-settings",
  component: lazyRouteComponent(() => import("@/features/security/settings/settings-page"), "SecuritySettingsPage"),
});

const providers = createRoute({
  getParentRoute: () => setup,
  path: "/sign-in-providers",
  component: lazyRouteComponent(() => import("@/features/security/providers/providers-page"), "ProvidersPage"),
});

const support = createRoute({
  getParentRoute: () => setup,
  path: "/support-access",
  component: lazyRouteComponent(() => import("@/features/security/support/support-page"), "SupportPage"),
});

const logins = createRoute({
  getParentRoute: () => setup,
  path: "/sign-in-history",
  component: lazyRouteComponent(() => import("@/features/security/logins/logins-page"), "LoginsPage"),
});

const explorer = createRoute({
  getParentRoute: () => setup,
  path: "/api",
  validateSearch: (raw: Record<string, unknown>): { object?: string | undefined } => ({
    object: typeof raw.object === "string" ? raw.object : undefined,
  }),
  component: lazyRouteComponent(() => import("@/features/dev/explorer/explorer-page"), "ExplorerPage"),
});

const process = createRoute({
  getParentRoute: () => shell,
  path: "/setup/objects/$object/processes/$process",
  component: lazyRouteComponent(() => import("@/features/setup/process/process-page"), "ProcessPage"),
});

export const tree = root.addChildren([
  signIn,
  forgot,
  setPassword,
  tenants,
  shell.addChildren([
    home,
    list,
    record,
    bin,
    importing,
    found,
    setup.addChildren([
      setupHome,
      objects,
      object,
      view,
      diagram,
      becoming,
      apps,
      branding,
      searching,
      packages,
      changes,
      users,
      sessions,
      keys,
      requests,
      roles,
      role,
      teams,
      sharing,
      explain,
      audit,
      mySecurity,
      securitySettings,
      providers,
      support,
      logins,
      sandboxes,
      jobs,
      explorer,
    ]),
    layout,
    process,
  ]),
]);
