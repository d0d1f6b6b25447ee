import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { contrastsOf, oklchOf } from "./contrast";

const hex = (n: number): string => `#${n.toString(16).padStart(6, "0")}`;

it("knows colours as browsers do", () => {
  const [l, c, h] = oklchOf("#4f46e5");
  expect([l.toFixed(3), c.toFixed(3), (((h * 180) / Math.PI + 360) % 360).toFixed(1)]).toEqual([
    "0.511",
    "0.230",
    "277.0",
  ]);
  expect(oklchOf("#ffffff")[0]).toBeCloseTo(1, 3);
});

it("finds nothing of any colour that could not be read", () => {
  let least = 99;
  for (let r = 0; r < 256; r += 17)
    for (let g = 0; g < 256; g += 17)
      for (let b = 0; b < 256; b += 17)
        for (const theme of ["light", "dark"] as const) {
          const { button, link } = contrastsOf(hex((r << 16) | (g << 8) | b), theme);
          least = Math.min(least, button, link);
        }
  expect(least).toBeGreaterThan(4.5);
});

it("reckons with the numbers of the theme", () => {
  const css = readFileSync("src/app/theme.css", "utf8");
  for (const line of [
    "--accent: oklch(from var(--brand) 0.52 min(c, 0.19) h)",
    "--accent-text: oklch(from var(--brand) 0.49 min(c, 0.17) h)",
    "--accent: oklch(from var(--brand) 0.52 min(c, 0.17) h)",
    "--accent-text: oklch(from var(--brand) 0.77 min(c, 0.13) h)",
    "--surface: oklch(from var(--brand) 0.997 calc(min(c, 0.2) * 0.008) h)",
    "--surface: oklch(from var(--brand) 0.182 calc(min(c, 0.2) * 0.035) h)",
  ])
    expect(css).toContain(line);
});
