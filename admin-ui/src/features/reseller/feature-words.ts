// What a plan may have besides limits, in words.
import type { Feature } from "@/api/resellers";

export const FEATURES: { id: Feature; label: string; about: string }[] = [
  { id: "branding", label: "Branding", about: "A name, a colour and a logo of its own." },
  { id: "domains", label: "Domains", about: "Hosts of its own." },
  { id: "mcp", label: "Language models", about: "Tools for assistants, by MCP." },
  { id: "sandboxes", label: "Sandboxes", about: "Copies to try things in." },
];
