/** Whether version `a` comes after `b`, both `1.2.3` or `1.2.3-beta.1`: a pre-release comes before its release. */
export function isNewer(a: string, b: string): boolean {
  const [one, other] = [parts(a), parts(b)];
  for (let i = 0; i < 3; i++) {
    const difference = (one.numbers[i] ?? 0) - (other.numbers[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  if (one.rest === other.rest) return false;
  if (one.rest === "" || other.rest === "") return one.rest === "";
  return one.rest.localeCompare(other.rest, "en", { numeric: true }) > 0;
}

function parts(version: string): { numbers: number[]; rest: string } {
  const [core = "", ...rest] = (version.split("+")[0] ?? "").split("-");
  return { numbers: core.split(".").map(Number), rest: rest.join("-") };
}
