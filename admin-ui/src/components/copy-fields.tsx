// What is asked of a copy of a tenant: its name and how much of the tenant comes along.
import { t } from "@/lib/i18n";
import { slugOf } from "@/lib/text";
import { FieldFrame } from "./field-frame";
import { Checkbox, TextInput } from "./inputs";
import { Segments } from "./segments";

type Scope = "metadata" | "sample" | "full";

export interface CopyDraft {
  name: string;
  slug: string;
  scope: Scope;
  records: string;
  mask: boolean;
}

export const BLANK_COPY: CopyDraft = { name: "", slug: "", scope: "metadata", records: "", mask: false };

/** Those whose problems stand at their field. */
export const COPY_FIELDS = ["name", "slug", "scope", "records", "mask_emails"];

const SCOPES: { id: Scope; label: string; about: string }[] = [
  {
    id: "metadata",
    label: "Setup only",
    about: "Objects, fields, rules, pages and packages with their history, people and teams. No records.",
  },
  {
    id: "sample",
    label: "A sample",
    about: "All of the setup, and the newest records of each object with what they point to.",
  },
  { id: "full", label: "Everything", about: "All of the setup and all records, with their history." },
];

export const scopeLabel = (scope: Scope): string => t(SCOPES.find((one) => one.id === scope)?.label ?? scope);

/** The short name that a copy gets where none is typed. */
export const copySlug = (draft: CopyDraft, of: string): string =>
  draft.slug.trim() || slugOf(draft.name) || `${of.slice(0, 36)}-try`;

/** What the server is asked for. */
export function copyWish(draft: CopyDraft, of: string) {
  const name = draft.name.trim();
  const records = draft.scope === "sample" && draft.records ? Number(draft.records) : undefined;
  return {
    slug: copySlug(draft, of),
    scope: draft.scope,
    ...(name ? { name } : {}),
    ...(records === undefined ? {} : { records }),
    ...(draft.mask ? { mask_emails: true } : {}),
  };
}

interface CopyFieldsProps {
  draft: CopyDraft;
  errors: Record<string, string>;
  /** The tenant that is copied. */
  of: { name: string; slug: string };
  onChange: (patch: Partial<CopyDraft>) => void;
}

export function CopyFields({ draft, errors, of, onChange }: CopyFieldsProps) {
  const line = (key: "name" | "slug", label: string, placeholder: string, hint?: string) => (
    <FieldFrame label={label} hint={hint} error={errors[key]}>
      {(ids) => (
        <TextInput
          id={ids.id}
          data-autofocus={key === "name" || undefined}
          maxLength={200}
          spellCheck={false}
          className={key === "slug" ? "font-mono" : ""}
          aria-describedby={ids.describedBy}
          aria-invalid={ids.invalid || undefined}
          placeholder={placeholder}
          value={draft[key]}
          onChange={(event) => onChange({ [key]: event.target.value })}
        />
      )}
    </FieldFrame>
  );
  return (
    <>
      {line("name", t("Name"), t("{name} (sandbox)", { name: of.name }))}
      {line(
        "slug",
        t("Short name"),
        copySlug({ ...draft, slug: "" }, of.slug),
        t("In its address. It stays as it is."),
      )}
      <div className="flex flex-col gap-1">
        <Segments
          label={t("What comes along")}
          value={draft.scope}
          choices={SCOPES.map(({ id, label }) => ({ id, label: t(label) }))}
          onChange={(scope) => onChange({ scope: scope as Scope })}
        />
        <p className="text-text-2 text-xs">{t(SCOPES.find((one) => one.id === draft.scope)?.about ?? "")}</p>
        {errors.scope && <p className="text-red text-xs">{errors.scope}</p>}
      </div>
      {draft.scope === "sample" && (
        <FieldFrame label={t("Records of each object")} hint={t("1 to 10,000.")} error={errors.records}>
          {(ids) => (
            <TextInput
              id={ids.id}
              inputMode="numeric"
              className="num max-w-32"
              maxLength={6}
              placeholder="100"
              aria-describedby={ids.describedBy}
              aria-invalid={ids.invalid || undefined}
              value={draft.records}
              onChange={(event) => onChange({ records: event.target.value.replace(/\D/g, "") })}
            />
          )}
        </FieldFrame>
      )}
      <div className="flex flex-col gap-1">
        <label className="flex items-center gap-2">
          <Checkbox checked={draft.mask} onChange={(event) => onChange({ mask: event.target.checked })} />
          {t("Make every email one that nobody has")}
        </label>
        <p className="ps-6 text-text-2 text-xs">
          {t(
            "Those of people and in records, but of who signs in with a password that comes along. The history of records stays behind. Names, phones and texts are as they were.",
          )}
        </p>
        {errors.mask_emails && <p className="text-red text-xs">{errors.mask_emails}</p>}
      </div>
    </>
  );
}
