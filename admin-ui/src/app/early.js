// Runs before the first paint, as a classic script: sets the theme so that nothing flashes, and asks for what every page
// of who is signed in needs while the scripts are still on their way.
(() => {
  const root = document.documentElement;
  let choice = "system";
  try {
    choice = localStorage.getItem("trellis.theme") || "system";
  } catch {
    // Storage may be forbidden; the system's theme is a good answer then.
  }
  const dark = choice === "dark" || (choice === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  const outside = /^\/(sign-in|forgot-password|set-password|tenants)/.test(location.pathname);
  try {
    // The colour that the workspace had when this browser was here last: the one that the address names where one is not
    // signed in, else the one that one is signed in to. `brand.ts` says the same.
    const named = new URLSearchParams(location.search).get("tenant");
    const tenant = outside ? named : localStorage.getItem("trellis.tenant");
    const { accent } = JSON.parse(localStorage.getItem(`trellis.brand.${tenant || ""}`) || "{}");
    if (/^#[0-9a-f]{6}$/i.test(accent)) root.style.setProperty("--brand", accent);
  } catch {
    // Without it the page has the colour of the product until it knows better.
  }

  if (outside) return;
  const headers = { accept: "application/json" };
  let language = null;
  try {
    language = localStorage.getItem("trellis.language");
  } catch {
    // Labels are told as they are written.
  }
  // `i18n.ts` says the same.
  const spoken = language === "en" || language === "de" ? `?language=${language}` : "";
  const asked = ["/auth/v1/me", `/metadata/v1/bootstrap${spoken}`];
  const toRole = /^\/setup\/access\/(roles|permission-sets)\//.exec(location.pathname);
  if (toRole) asked.push(`/metadata/v1/${toRole[1]}`);
  window.early = Object.fromEntries(asked.map((path) => [path, fetch(path, { headers })]));
  for (const answer of Object.values(window.early)) answer.catch(() => {});
  // The build puts the names of the scripts in: those of the shell and the list, and what some pages need beside them.
  const app = "__APP__";
  const wanted = [
    ["__BOARD__", /[?&](as|view)=board(&|$)/.test(location.search)],
    ["__RECORD__", /[?&]peek=/.test(location.search) || /^\/o\/[^/]+\/[^/]{36}\/?$/.test(location.pathname)],
    ["__SETUP__", location.pathname.startsWith("/setup/")],
    ["__OBJECT__", /^\/setup\/objects\/[^/]+\/?$/.test(location.pathname)],
    ["__ROLE__", toRole],
  ];
  const names = [app, ...wanted.filter(([, here]) => here).map(([some]) => some)];
  for (const name of names.join(" ").split(" ")) {
    if (!name.endsWith(".js")) continue;
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = `/assets/${name}`;
    document.head.append(link);
  }
})();
