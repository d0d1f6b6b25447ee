import { expect, it } from "vitest";
import { harmlessHtml, htmlText, safeUrl } from "./html";

it("keeps marks and drops what runs", () => {
  const html = '<p onclick="x()">Hi <b>you</b><script>alert(1)</script><img src=x onerror=alert(1)></p>';
  expect(harmlessHtml(html)).toBe("<p>Hi <b>you</b></p>");
  expect(harmlessHtml('<a href="javascript:alert(1)">a</a>')).toBe("<a>a</a>");
  expect(harmlessHtml('<a href="https://x.example">a</a>')).toContain('rel="noopener noreferrer"');
  expect(harmlessHtml("<custom><i>kept</i></custom>")).toBe("<i>kept</i>");
});

it("reads the words", () => {
  expect(htmlText("<p>One</p><p>two <b>three</b></p>")).toBe("One two three");
});

it("follows only harmless addresses", () => {
  expect(safeUrl("javascript:alert(1)")).toBeNull();
  expect(safeUrl("example.com/a")).toBe("https://example.com/a");
  expect(safeUrl("https://example.com")).toBe("https://example.com");
});
