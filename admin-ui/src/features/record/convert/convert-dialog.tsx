// A record becomes others: what shall come out of it, target by target, then what did.
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { type Conversion, type Converted, convertRecord } from "@/api/conversions";
import { warningsOf } from "@/api/problem";
import type { RecordData } from "@/api/record-store";
import { useCatalog } from "@/catalog/catalog";
import { objectIcon } from "@/catalog/icons";
import type { ObjectDef } from "@/catalog/types";
import { Glyph, Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Warned } from "@/components/warned";
import { objectHue } from "@/lib/hues";
import { t } from "@/lib/i18n";
import { errorsOf, startOf, type TargetDraft, type TargetErrors, targetFields, wishOf, wrongIn } from "./convert-draft";
import { TargetForm } from "./target-form";

interface ConvertDialogProps {
  object: ObjectDef;
  record: RecordData;
  conversion: Conversion;
  onClose: () => void;
}

export function ConvertDialog({ object, record, conversion, onClose }: ConvertDialogProps) {
  const catalog = useCatalog();
  const client = useQueryClient();
  // Objects that are not in the catalog are not this person's to make anything of.
  const parts = conversion.targets.flatMap((target) => {
    const of = catalog.object(target.object);
    return of ? [{ target, of, fields: targetFields(of, catalog.layout(of.name), target) }] : [];
  });
  const every = (part: (typeof parts)[number]) => [...part.fields.first, ...part.fields.more];
  const [drafts, setDrafts] = useState<Record<string, TargetDraft>>(() =>
    Object.fromEntries(parts.map((part) => [part.target.name, startOf(every(part), part.target)])),
  );
  const [errors, setErrors] = useState<TargetErrors>({});
  const [warnings, setWarnings] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState<Converted | null>(null);
  const body = useRef<HTMLDivElement>(null);
  const name = String(record.name || object.label);

  function fail(found: TargetErrors) {
    setErrors(found);
    requestAnimationFrame(() => {
      const wrong = body.current?.querySelector<HTMLElement>("[aria-invalid=true], [role=alert]");
      wrong?.scrollIntoView({ block: "center" });
      wrong?.focus();
    });
  }

  async function convert(confirmed = false) {
    if (busy || done) return;
    const wrong: TargetErrors = {};
    for (const part of parts) {
      const draft = drafts[part.target.name];
      const needed = t("Choose {object}", { object: part.target.label });
      const found = draft ? wrongIn(every(part), draft, needed) : {};
      if (Object.keys(found).length) wrong[part.target.name] = found;
    }
    if (Object.keys(wrong).length) {
      fail(wrong);
      return;
    }
    setBusy(true);
    setErrors({});
    setWarnings([]);
    const wishes = parts.map((part) => {
      const draft = drafts[part.target.name];
      return [part.target.name, draft ? wishOf(every(part), part.target, draft) : null] as const;
    });
    try {
      setDone(await convertRecord(object, record.id, conversion.name, Object.fromEntries(wishes), confirmed));
      await client.invalidateQueries();
    } catch (error) {
      const warned = warningsOf(error);
      setWarnings(warned);
      fail(warned.length ? {} : errorsOf(error));
    }
    setBusy(false);
  }

  if (done)
    return (
      <Dialog
        key="done"
        title={t("{name} has been converted", { name })}
        onClose={onClose}
        footer={
          <Button look="solid" size="md" data-autofocus onClick={onClose}>
            {t("Done")}
          </Button>
        }
      >
        <ul className="flex flex-col gap-2">
          {parts.map(({ target, of }) => {
            const made = done.targets[target.name];
            if (!made) return null;
            return (
              <li key={target.name} className="flex items-center gap-2.5">
                <Glyph icon={objectIcon(of)} hue={objectHue(of.name)} size={24} />
                <span className="min-w-0 flex-1">
                  <span className="block text-text-2 text-xs">{target.label}</span>
                  <Link
                    to="/o/$plural/$id"
                    params={{ plural: of.plural, id: made.id }}
                    className="block truncate font-medium text-accent-text underline-offset-2 hover:underline"
                    onClick={onClose}
                  >
                    {String(made.data?.name ?? "") || t("Unnamed")}
                  </Link>
                </span>
                <span className="text-text-2 text-xs">{made.created ? t("created") : t("was there")}</span>
              </li>
            );
          })}
        </ul>
      </Dialog>
    );

  return (
    <Dialog
      shape="drawer"
      width="600px"
      title={`${conversion.label}: ${name}`}
      mark={<Glyph icon={objectIcon(object)} hue={objectHue(object.name)} size={22} />}
      onClose={onClose}
      onSubmit={() => convert()}
      footer={
        <>
          <Button size="md" onClick={onClose}>
            {t("Cancel")}
          </Button>
          <Button look="solid" size="md" type="submit" busy={busy}>
            {conversion.label}
          </Button>
        </>
      }
    >
      <div ref={body} className="flex flex-col gap-5">
        {conversion.description && <p className="text-text-2">{conversion.description}</p>}
        {warnings.length > 0 && (
          <Warned texts={warnings} busy={busy} label={t("Go on anyway")} onConfirm={() => void convert(true)} />
        )}
        {errors[""] && <Notice title={t("Nothing was converted.")}>{Object.values(errors[""]).join(" ")}</Notice>}
        {parts.map(({ target, of, fields }) => {
          const draft = drafts[target.name];
          return draft ? (
            <TargetForm
              key={target.name}
              object={of}
              target={target}
              fields={fields}
              draft={draft}
              errors={errors[target.name] ?? {}}
              onChange={(next, field) => {
                setWarnings([]);
                setDrafts((all) => ({ ...all, [target.name]: next }));
                setErrors(({ [target.name]: own, ...rest }) => {
                  const { [field ?? ""]: _, ...left } = own ?? {};
                  return Object.keys(left).length ? { ...rest, [target.name]: left } : rest;
                });
              }}
            />
          ) : null;
        })}
      </div>
    </Dialog>
  );
}
