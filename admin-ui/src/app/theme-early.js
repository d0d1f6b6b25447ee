// Runs before the first paint, as a classic script: sets the theme so that nothing flashes.
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
})();
