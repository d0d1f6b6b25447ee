// What a workspace looks like, being changed: its name, its logo and one colour, seen in both themes before it is saved.
import { Upload } from "lucide-react";
import { type CSSProperties, useRef, useState } from "react";
import { type Brand, isColour, over, PLAIN } from "@/lib/brand";
import { contrastsOf } from "@/lib/contrast";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { shrunk } from "@/lib/picture";
import { Notice } from "./bits";
import { Button } from "./button";
import { ColourSwatches, OWN } from "./colour-swatches";
import { FieldFrame } from "./field-frame";
import { TextInput } from "./inputs";
import { Logo } from "./logo";
import { PageFrame } from "./page-frame";

interface BrandFormProps {
  about: string;
  before: Brand;
  /** What holds where nothing is said. */
  otherwise: Brand;
  /** Answers what is wrong, by field. */
  onSave: (draft: Brand, changed: (keyof Brand)[]) => Promise<Record<string, string>>;
}

const KEYS = ["name", "accent", "logo"] as const;

export function BrandForm({ about, before, otherwise, onSave }: BrandFormProps) {
  const [draft, setDraft] = useState<Brand>({ ...PLAIN, ...before });
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const changed = KEYS.filter((key) => draft[key] !== (before[key] ?? null));
  const part = (key: keyof Brand): PartProps => ({
    value: draft[key],
    otherwise: otherwise[key],
    error: errors[key],
    onChange: (value) => {
      setDraft((d) => ({ ...d, [key]: value || null }));
      setErrors({});
    },
  });

  async function save() {
    setBusy(true);
    setErrors({});
    setErrors(await onSave(draft, changed));
    setBusy(false);
  }

  const general = Object.entries(errors).filter(([key]) => !KEYS.some((known) => known === key));
  const seen = over(draft, otherwise);
  return (
    <PageFrame
      title={t("Branding")}
      about={about}
      action={
        <Button look="solid" size="md" busy={busy} disabled={changed.length === 0} onClick={save}>
          {t("Save")}
        </Button>
      }
    >
      <div className="grid gap-8 wide:grid-cols-[minmax(0,360px)_minmax(0,1fr)]">
        <div className="flex flex-col gap-5">
          {general.length > 0 && (
            <Notice title={t("This could not be saved.")}>{general.map(([, text]) => text).join(" ")}</Notice>
          )}
          <NameField {...part("name")} />
          <LogoField {...part("logo")} />
          <ColourField {...part("accent")} />
        </div>
        <div className="grid content-start gap-4 phone:grid-cols-2">
          <Preview theme="light" brand={seen} />
          <Preview theme="dark" brand={seen} />
        </div>
      </div>
    </PageFrame>
  );
}

interface PartProps {
  value: string | null;
  /** What holds without one. */
  otherwise: string | null;
  error: string | undefined;
  onChange: (value: string | null) => void;
}

function NameField({ value, otherwise, error, onChange }: PartProps) {
  return (
    <FieldFrame
      label={t("Name")}
      hint={otherwise ? t("Without one, {name}.", { name: otherwise }) : t("Without one, that of the workspace.")}
      error={error}
    >
      {(ids) => (
        <TextInput
          id={ids.id}
          maxLength={60}
          aria-describedby={ids.describedBy}
          aria-invalid={ids.invalid || undefined}
          placeholder={otherwise ?? ""}
          value={value ?? ""}
          onChange={(e) => onChange(e.target.value || null)}
        />
      )}
    </FieldFrame>
  );
}

function LogoField({ value, otherwise, error, onChange }: PartProps) {
  const file = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState("");
  const shown = value ?? otherwise;
  async function take(chosen: File | undefined) {
    if (!chosen) return;
    try {
      onChange(await shrunk(chosen));
      setWrong("");
    } catch {
      setWrong(t("This file is no picture that can be read."));
    }
  }
  return (
    <FieldFrame
      label={t("Logo")}
      hint={t("PNG, JPEG or WebP; large ones are made smaller. Best on a transparent ground.")}
      error={wrong || error}
    >
      {(ids) => (
        <div className="flex items-center gap-3">
          <span className="inline-flex h-12 min-w-12 items-center justify-center rounded-control border border-line bg-sunken px-2">
            {shown ? <img src={shown} alt={t("Logo")} className="max-h-9 max-w-36" /> : <Logo size={32} />}
          </span>
          <input
            ref={file}
            id={ids.id}
            type="file"
            accept="image/png,image/jpeg,image/webp"
            aria-describedby={ids.describedBy}
            className="sr-only"
            tabIndex={-1}
            onChange={(e) => {
              void take(e.target.files?.[0]);
              e.target.value = "";
            }}
          />
          <Button look="outline" icon={<Upload size={14} />} onClick={() => file.current?.click()}>
            {t("Choose a picture")}
          </Button>
          {value && <Button onClick={() => onChange(null)}>{t("Remove")}</Button>}
        </div>
      )}
    </FieldFrame>
  );
}

function ColourField({ value, otherwise, error, onChange }: PartProps) {
  const without = isColour(otherwise) ? otherwise : OWN;
  const shown = isColour(value) ? value : without;
  return (
    <FieldFrame
      label={t("Colour")}
      hint={t(
        "Its hue and strength are used; how light it is follows from the theme, so that everything stays readable.",
      )}
      error={error}
    >
      {(ids) => (
        <div className="flex flex-col gap-2.5">
          <div className="flex items-center gap-2">
            <input
              type="color"
              aria-label={t("Choose a colour")}
              className="h-8 w-12 rounded-control border border-line-2 bg-surface p-0.5"
              value={shown.toLowerCase()}
              onChange={(e) => onChange(e.target.value)}
            />
            <TextInput
              id={ids.id}
              className="num w-32 font-mono"
              maxLength={7}
              spellCheck={false}
              aria-describedby={ids.describedBy}
              aria-invalid={ids.invalid || undefined}
              placeholder={without}
              value={value ?? ""}
              onChange={(e) => onChange(e.target.value || null)}
            />
            {value && <Button onClick={() => onChange(null)}>{t("Remove")}</Button>}
          </div>
          <ColourSwatches value={shown} onChange={(colour) => onChange(colour === without ? null : colour)} />
        </div>
      )}
    </FieldFrame>
  );
}

/** A piece of the shell as it would be, and how well one reads it. */
function Preview({ theme, brand }: { theme: "light" | "dark"; brand: Brand }) {
  const colour = isColour(brand.accent) ? brand.accent : OWN;
  const { button, link } = contrastsOf(colour, theme);
  const label = theme === "light" ? t("Light") : t("Dark");
  const line = (what: string, ratio: number) => (
    <li className="flex items-center gap-1.5">
      <span className={cx("font-medium", ratio >= 4.5 ? "text-green" : "text-red")} aria-hidden="true">
        {ratio >= 4.5 ? "✓" : "!"}
      </span>
      <span className="flex-1">{what}</span>
      <span className="num">{ratio.toFixed(1)} : 1</span>
    </li>
  );
  return (
    <section
      aria-label={label}
      data-theme={theme}
      style={{ "--brand": colour } as CSSProperties}
      className="overflow-hidden rounded-sheet border border-line bg-canvas text-text"
    >
      <div className="flex h-11 items-center gap-2.5 px-3.5">
        {brand.logo ? <img src={brand.logo} alt="" className="max-h-6 max-w-24" /> : <Logo size={22} />}
        <span className="truncate font-semibold">{brand.name}</span>
      </div>
      <div className="mx-2 mb-2 flex flex-col gap-3 rounded-sheet border border-line bg-surface p-4">
        <h2 className="font-semibold">{label}</h2>
        <p>
          {t("A text with")} <span className="font-medium text-accent-text underline">{t("a link")}</span>
        </p>
        <span className="inline-flex h-8 w-fit items-center rounded-control bg-accent px-3 font-medium text-white">
          {t("A button")}
        </span>
        <ul className="flex flex-col gap-1 text-text-2 text-xs">
          {line(t("White on the button"), button)}
          {line(t("The link on its ground"), link)}
        </ul>
      </div>
    </section>
  );
}
