// The API explorer: a request to one's own objects, put together, sent with one's own session, and as code.
import { useSearch } from "@tanstack/react-router";
import { Copy, Send } from "lucide-react";
import { useMemo, useState } from "react";
import { useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import type { ObjectDef } from "@/catalog/types";
import { Empty, Glyph } from "@/components/bits";
import { Button } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { TextArea, TextInput } from "@/components/inputs";
import { outlineLink, PageFrame, useTitle } from "@/components/page-frame";
import { Select } from "@/components/select";
import { toast } from "@/components/toast";
import { cx } from "@/lib/cx";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { type ApiRequest, bodyFor, type Language, pathOf, SHAPES, type Shape, sampleOf, urlOf } from "./requests";
import { ResponseView, useSend } from "./response";

const PARAMETERS: Record<string, { name: string; hint: string }[]> = {
  list: [
    { name: "fields", hint: "name,owner.name" },
    { name: "where", hint: "a condition, as in formulas" },
    { name: "sort", hint: "-created_at,name" },
    { name: "limit", hint: "50" },
    { name: "include_total", hint: "true" },
  ],
  one: [{ name: "fields", hint: "name,owner.name" }],
};

export function ExplorerPage() {
  const catalog = useCatalog();
  const { object: wanted } = useSearch({ from: "/shell/setup/api" });
  const objects = catalog.navigation;
  const [name, setName] = useState(wanted ?? objects[0]?.name);
  const object = objects.find((o) => o.name === name) ?? objects[0];
  useTitle(t("API explorer"), t("Setup"), catalog.me.tenant.name);
  return (
    <PageFrame
      title={t("API explorer")}
      about={t(
        "Every object has an API the moment it exists. Requests from here are sent with your own session and do what they say.",
      )}
      action={
        <>
          <a href="/api/v1/openapi.json" className={outlineLink} target="_blank" rel="noreferrer">
            {t("OpenAPI")}
          </a>
          <a href="/docs" className={outlineLink} target="_blank" rel="noreferrer">
            {t("Documentation")}
          </a>
        </>
      }
    >
      {object ? (
        <Explorer key={object.name} object={object} objects={objects} onObject={setName} />
      ) : (
        <Empty title={t("No objects yet")}>{t("Create one, and its API is here.")}</Empty>
      )}
    </PageFrame>
  );
}

interface ExplorerProps {
  object: ObjectDef;
  objects: ObjectDef[];
  onObject: (name: string) => void;
}

function Explorer({ object, objects, onObject }: ExplorerProps) {
  const [shape, setShape] = useState<Shape>(SHAPES[0] as Shape);
  const [id, setId] = useState("");
  const [query, setQuery] = useState<Record<string, string>>({ limit: "5" });
  const [body, setBody] = useState("");
  const { answer, busy, send } = useSend();
  const request: ApiRequest = {
    method: shape.method,
    path: pathOf(object, shape, id.trim()),
    query: shape.id === "list" || shape.id === "one" ? query : {},
    body: shape.hasBody ? body : "",
  };
  const broken = useMemo(() => {
    if (!shape.hasBody) return null;
    try {
      JSON.parse(body);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : t("This is no JSON.");
    }
  }, [body, shape]);

  function choose(next: Shape) {
    setShape(next);
    setQuery(next.id === "list" ? { limit: "5" } : {});
    setBody(next.hasBody ? bodyFor(object, next.id) : "");
  }

  return (
    <div className="grid gap-8 wide:grid-cols-2">
      <form
        className="flex min-w-0 flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          send(request);
        }}
      >
        <div className="grid gap-4 phone:grid-cols-2">
          <FieldFrame label={t("Object")}>
            {(ids) => (
              <Select
                id={ids.id}
                label={t("Object")}
                choices={objects.map((o) => ({
                  id: o.name,
                  label: o.plural_label,
                  icon: <Glyph icon={objectIcon(o)} hue={objectHue(o.name)} size={18} />,
                }))}
                value={[object.name]}
                onChange={(next) => next[0] && onObject(next[0])}
              />
            )}
          </FieldFrame>
          <FieldFrame label={t("Request")}>
            {(ids) => (
              <Select
                id={ids.id}
                label={t("Request")}
                choices={SHAPES.map((s) => ({ id: s.id, label: t(s.label), detail: s.method }))}
                value={[shape.id]}
                onChange={(next) => choose(SHAPES.find((s) => s.id === next[0]) ?? shape)}
              />
            )}
          </FieldFrame>
        </div>
        {shape.needsId && (
          <FieldFrame label={t("Id of the record")} required>
            {(ids) => (
              <TextInput
                id={ids.id}
                spellCheck={false}
                className="font-mono text-xs"
                value={id}
                onChange={(e) => setId(e.target.value)}
              />
            )}
          </FieldFrame>
        )}
        {(PARAMETERS[shape.id] ?? []).map((parameter) => (
          <FieldFrame key={parameter.name} label={<span className="font-mono">{parameter.name}</span>}>
            {(ids) => (
              <TextInput
                id={ids.id}
                spellCheck={false}
                className="font-mono text-xs"
                placeholder={parameter.hint && t(parameter.hint)}
                value={query[parameter.name] ?? ""}
                onChange={(e) => setQuery({ ...query, [parameter.name]: e.target.value })}
              />
            )}
          </FieldFrame>
        ))}
        {shape.hasBody && (
          <FieldFrame label={t("Body")} error={broken ?? undefined}>
            {(ids) => (
              <TextArea
                id={ids.id}
                rows={8}
                spellCheck={false}
                className="font-mono text-xs"
                aria-describedby={ids.describedBy}
                aria-invalid={ids.invalid || undefined}
                value={body}
                onChange={(e) => setBody(e.target.value)}
              />
            )}
          </FieldFrame>
        )}
        <div className="flex items-center gap-3">
          <Button
            look={shape.method === "DELETE" ? "danger" : "solid"}
            size="md"
            type="submit"
            icon={<Send size={14} />}
            busy={busy}
            disabled={Boolean(broken) || (shape.needsId && !id.trim())}
          >
            {t("Send")}
          </Button>
          <code className="min-w-0 flex-1 truncate font-mono text-text-2 text-xs">
            {shape.method} {urlOf(request)}
          </code>
        </div>
        <Samples request={request} />
      </form>
      <ResponseView answer={answer} busy={busy} />
    </div>
  );
}

const LANGUAGES: { id: Language; label: string }[] = [
  { id: "curl", label: "cURL" },
  { id: "javascript", label: "JavaScript" },
  { id: "python", label: "Python" },
];

function Samples({ request }: { request: ApiRequest }) {
  const [language, setLanguage] = useState<Language>("curl");
  const text = sampleOf(request, location.origin, language);
  return (
    <section aria-label={t("As code")} className="min-w-0 overflow-hidden rounded-control border border-line">
      <div className="flex items-center gap-1 border-line border-b bg-sunken px-1.5 py-1">
        <div role="radiogroup" aria-label={t("Language")} className="flex flex-1 gap-0.5">
          {LANGUAGES.map((one) => (
            <button
              key={one.id}
              type="button"
              role="radio"
              aria-checked={language === one.id}
              className={cx(
                "h-7 rounded-control px-2 text-xs",
                language === one.id ? "bg-press font-medium" : "text-text-2 hover:bg-hover",
              )}
              onClick={() => setLanguage(one.id)}
            >
              {one.label}
            </button>
          ))}
        </div>
        <Button
          icon={<Copy size={13} />}
          onClick={() => navigator.clipboard?.writeText(text).then(() => toast(t("Copied")))}
        >
          {t("Copy")}
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard. */}
      <pre tabIndex={0} className="overflow-x-auto px-3 py-2.5 font-mono text-xs leading-5">
        {text}
      </pre>
    </section>
  );
}
