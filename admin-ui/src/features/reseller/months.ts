/** This month and those before it, as the server writes them, the newest first. */
export function lastMonths(now: Date, count: number): string[] {
  return Array.from({ length: count }, (_, back) => {
    const first = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1);
    return new Date(first).toISOString().slice(0, 7);
  });
}
