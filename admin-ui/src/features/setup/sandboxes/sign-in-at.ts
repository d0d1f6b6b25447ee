// Where one signs in to another tenant of the same installation.

interface Here {
  protocol: string;
  hostname: string;
  port: string;
}

/** At a host of its own where this tenant has one under the same name, else here with its short name. */
export function signInAt(slug: string, own: string, here: Here): string {
  const mine = `${own}.`;
  if (!here.hostname.startsWith(mine)) return `/sign-in?tenant=${encodeURIComponent(slug)}`;
  const port = here.port ? `:${here.port}` : "";
  return `${here.protocol}//${slug}.${here.hostname.slice(mine.length)}${port}/sign-in`;
}
