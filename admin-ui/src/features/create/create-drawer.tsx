// Making a record: what is needed first, the rest on demand; ⌘Enter saves.
import { useNavigate } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useRef, useState } from "react";
import { problemsByField, warningsOf } from "@/api/problem";
import { createRecord } from "@/api/records";
import { type Catalog, useCatalog } from "@/catalog/catalog";
import { formFields } from "@/catalog/fields";
import { objectIcon } from "@/catalog/icons";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Glyph, Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Checkbox } from "@/components/inputs";
import { Kbd } from "@/components/kbd";
import { toast } from "@/components/toast";
import { Warned } from "@/components/warned";
import { errorOf, FormField } from "@/fields/form-field";
import { isEmpty } from "@/fields/kind";
import { keyed, liveField, liveFields, offered } from "@/fields/live";
import { checkValue, kindOf } from "@/fields/registry";
import { cx } from "@/lib/cx";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import type { CreateIntent } from "@/lib/intents";
import { shortcutLabel } from "@/lib/shortcuts";
import { inSentence } from "@/lib/text";
import { Similar } from "./similar";

type Draft = Record<string, unknown>;

function startOf(object: ObjectDef, preset: Draft | undefined): Draft {
  const draft: Draft = {};
  for (const field of object.fields) {
    const literal = field.default !== undefined && (typeof field.default !== "object" || Array.isArray(field.default));
    if (literal && !field.standard) draft[field.name] = field.default;
  }
  return { ...draft, ...preset };
}

/** The body of the request: what was given, in the keys of the API. */
function bodyOf(fields: FieldDef[], draft: Draft): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const field of fields) {
    if (!(field.name in draft) || (isEmpty(draft[field.name]) && !("default" in field))) continue;
    Object.assign(body, kindOf(field).patch(draft[field.name], field));
  }
  return body;
}

/** The draft without options that a change elsewhere took away. */
function withoutUnoffered(catalog: Catalog, object: ObjectDef, fields: FieldDef[], draft: Draft): Draft {
  const record = keyed(fields, draft);
  const next = { ...draft };
  for (const field of fields) {
    const left = offered(catalog, object, field, record);
    const value = draft[field.name];
    if (!left || isEmpty(value)) continue;
    if (Array.isArray(value)) next[field.name] = value.filter((one) => left.includes(String(one)));
    else if (!left.includes(String(value))) next[field.name] = null;
  }
  return next;
}

export function CreateDrawer({ intent, onClose }: { intent: CreateIntent; onClose: () => void }) {
  const catalog = useCatalog();
  const object = catalog.object(intent.object);
  if (!object) return null;
  return <CreateForm object={object} intent={intent} onClose={onClose} />;
}

function CreateForm({ object, intent, onClose }: { object: ObjectDef; intent: CreateIntent; onClose: () => void }) {
  const navigate = useNavigate();
  const catalog = useCatalog();
  const layout = catalog.layout(object.name);
  const form = formFields(object, layout);
  const every = [...form.first, ...form.more];
  const presetMore = form.more.some((f) => intent.preset && f.name in intent.preset && !isEmpty(intent.preset[f.name]));
  const [draft, setDraft] = useState<Draft>(() => startOf(object, intent.preset));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [warnings, setWarnings] = useState<string[]>([]);
  const [showMore, setShowMore] = useState(presetMore);
  const [another, setAnother] = useState(false);
  const [busy, setBusy] = useState(false);
  const [round, setRound] = useState(0);
  const body = useRef<HTMLDivElement>(null);
  const record = keyed(every, draft);
  const live = liveFields(catalog, object, record, null);
  const narrowed = (fields: FieldDef[]) =>
    fields.filter((f) => live(f).shown).map((f) => liveField(catalog, object, f, record, live(f)));
  const first = narrowed([...form.first, ...form.more.filter((f) => live(f).required)]);
  const more = narrowed(form.more.filter((f) => !live(f).required));
  const all = [...first, ...more];

  function fail(found: Record<string, string>) {
    setErrors(found);
    if (more.some((f) => errorOf(found, f))) setShowMore(true);
    requestAnimationFrame(() => {
      const el = body.current?.querySelector<HTMLElement>("[aria-invalid=true], [role=alert]");
      el?.scrollIntoView({ block: "center" });
      el?.focus();
    });
  }

  async function save(confirmed = false) {
    if (busy) return;
    const wrong: Record<string, string> = {};
    for (const field of all) {
      const problem = checkValue(draft[field.name], field.name === "owner" ? { ...field, required: false } : field);
      if (problem) wrong[field.name] = problem;
    }
    if (Object.keys(wrong).length) {
      fail(wrong);
      return;
    }
    setBusy(true);
    setWarnings([]);
    try {
      const record = await createRecord(object, bodyOf(all, draft), confirmed);
      const open = () => navigate({ to: "/o/$plural/$id", params: { plural: object.plural, id: record.id } });
      toast(t("Created {name}", { name: String(record.name || object.label) }), {
        action: { label: t("Open"), run: open },
      });
      if (another) {
        setDraft(startOf(object, intent.preset));
        setErrors({});
        setRound(round + 1);
        setBusy(false);
        requestAnimationFrame(() => body.current?.querySelector<HTMLElement>("input, button")?.focus());
      } else {
        onClose();
      }
    } catch (error) {
      setBusy(false);
      const warned = warningsOf(error);
      setWarnings(warned);
      fail(warned.length ? {} : problemsByField(error));
    }
  }

  const set = (name: string) => (value: unknown) => {
    setDraft((d) => withoutUnoffered(catalog, object, every, { ...d, [name]: value }));
    setErrors(({ [name]: _, ...rest }) => rest);
    setWarnings([]);
  };
  const known = new Set(all.flatMap((f) => [f.name, ...Object.keys(kindOf(f).patch(null, f))]));
  const general = Object.entries(errors).filter(([name]) => !known.has(name));

  const field = (f: FieldDef, i: number) => (
    <FormField
      key={`${round}:${f.name}`}
      field={f}
      value={draft[f.name]}
      error={errorOf(errors, f)}
      onChange={set(f.name)}
      autoFocus={i === 0}
      readOnly={live(f).readOnly}
    />
  );

  return (
    <Dialog
      shape="drawer"
      width="520px"
      title={t("New {object}", { object: inSentence(object.label) })}
      mark={<Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={22} />}
      onClose={onClose}
      onSubmit={() => save()}
      footer={
        <>
          <label className="me-auto flex items-center gap-2 text-text-2">
            <Checkbox checked={another} onChange={(e) => setAnother(e.target.checked)} />
            {t("Create another")}
          </label>
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {t("Create {object}", { object: inSentence(object.label) })}
          </Button>
          <span className="hidden phone:inline">
            <Kbd keys={shortcutLabel("mod+enter")} />
          </span>
        </>
      }
    >
      <div ref={body} className="flex flex-col gap-4">
        {warnings.length > 0 && <Warned texts={warnings} busy={busy} onConfirm={() => void save(true)} />}
        {general.length > 0 && (
          <Notice title={t("This could not be saved.")}>{general.map(([, text]) => text).join(" ")}</Notice>
        )}
        <div className="grid gap-x-4 gap-y-3.5 phone:grid-cols-2">{first.map(field)}</div>
        <Similar object={object} draft={draft} />
        {more.length > 0 && (
          <button
            type="button"
            aria-expanded={showMore}
            className="-mx-1 flex h-7 items-center gap-1 self-start rounded-control px-1 font-medium text-text-2 hover:bg-hover hover:text-text"
            onClick={() => setShowMore(!showMore)}
          >
            <ChevronRight size={14} className={cx("transition-transform", showMore && "rotate-90")} />
            {showMore
              ? t("Fewer fields")
              : more.length === 1
                ? t("1 more field")
                : t("{n} more fields", { n: more.length })}
          </button>
        )}
        {showMore && <div className="grid gap-x-4 gap-y-3.5 phone:grid-cols-2">{more.map((f) => field(f, 1))}</div>}
      </div>
    </Dialog>
  );
}
