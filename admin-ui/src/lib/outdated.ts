// Whether the server has other pages by now than those that run here: what they still want to fetch may be gone then.

export async function isOutdated(): Promise<boolean> {
  const own = document.querySelector('script[type="module"][src]')?.getAttribute("src");
  if (!own) return false;
  try {
    const answer = await fetch("/", { cache: "no-store" });
    return answer.ok && !(await answer.text()).includes(own);
  } catch {
    // Who cannot be asked has not said so.
    return false;
  }
}
