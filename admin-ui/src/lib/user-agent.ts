// "Mozilla/5.0 (Macintosh…) … Chrome/142…" → "Chrome on macOS": enough to know one's own sessions by.

const BROWSERS: [RegExp, string][] = [
  [/\bEdg(?:A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bFirefox\/|\bFxiOS\//, "Firefox"],
  [/\bChrome\/|\bCriOS\/|\bHeadlessChrome\//, "Chrome"],
  [/\bVersion\/.*\bSafari\//, "Safari"],
  [/^curl\//, "curl"],
];

const SYSTEMS: [RegExp, string][] = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X|Macintosh/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

const find = (list: [RegExp, string][], text: string) => list.find(([pattern]) => pattern.test(text))?.[1];

export function browserName(agent: string | null | undefined): string {
  if (!agent) return "Unknown browser";
  const browser = find(BROWSERS, agent) ?? agent.split(/[\s/]/)[0] ?? "Unknown browser";
  const system = find(SYSTEMS, agent);
  return system ? `${browser} on ${system}` : browser;
}
