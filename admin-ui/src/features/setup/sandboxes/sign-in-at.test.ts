import { expect, it } from "vitest";
import { signInAt } from "./sign-in-at";

const at = (address: string) => new URL(address);

it("goes to the copy's own host where this tenant has one, else here with its short name", () => {
  expect(signInAt("acme-try", "acme", at("https://acme.example.com/setup"))).toBe(
    "https://acme-try.example.com/sign-in",
  );
  expect(signInAt("acme-try", "acme", at("http://acme.localhost:8080/"))).toBe(
    "http://acme-try.localhost:8080/sign-in",
  );
  expect(signInAt("acme-try", "acme", at("http://127.0.0.1:8080/"))).toBe("/sign-in?tenant=acme-try");
  expect(signInAt("acme-try", "acme", at("https://acme2.example.com/"))).toBe("/sign-in?tenant=acme-try");
});
