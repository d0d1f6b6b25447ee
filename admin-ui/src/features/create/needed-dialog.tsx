// Asks for what a change still needs: the fields of the transition that goes there, or those that the server refused,
// together with the change itself in one save.
import { useState } from "react";
import { messageOf, problemsByField, warningsOf } from "@/api/problem";
import { recordStore } from "@/api/record-store";
import { updateRecord } from "@/api/records";
import { takeWay, type Way } from "@/api/transitions";
import { useCatalog } from "@/catalog/catalog";
import { fieldOf } from "@/catalog/fields";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Segments } from "@/components/segments";
import { toastError } from "@/components/toast";
import { Warned } from "@/components/warned";
import { errorOf, FormField } from "@/fields/form-field";
import { isEmpty } from "@/fields/kind";
import { keyed, liveField } from "@/fields/live";
import { checkValue, kindOf } from "@/fields/registry";
import { askedBy, type Needed, setValue } from "@/fields/save";
import { t } from "@/lib/i18n";
import { nothingSaid, OnTheWay, saidPatch, unsaid } from "./on-the-way";

/** The fields that the server named when it refused. */
function refused(object: ObjectDef, field: FieldDef, errors: Record<string, string>): FieldDef[] {
  return Object.keys(errors).flatMap((name) => {
    const found = fieldOf(object, name);
    return found && found.name !== field.name ? [{ ...found, required: true }] : [];
  });
}

/** The way that asks for the least, among those that are ready. */
const easiest = (ways: Way[]): Way | undefined =>
  ways.filter((way) => way.ready).sort((a, b) => a.missing.length - b.missing.length)[0];

export function NeededDialog({ needed, onClose }: { needed: Needed; onClose: () => void }) {
  const { object, id, field, ways, free } = needed;
  const record = recordStore.find(object.name, id) ?? { id };
  const [way, setWay] = useState(() => easiest(ways));
  const [warnings, setWarnings] = useState(() => warningsOf(needed.problem));
  const [errors, setErrors] = useState(() =>
    needed.problem && !warnings.length ? problemsByField(needed.problem) : {},
  );
  const [told] = useState(() => refused(object, field, errors));
  const [draft, setDraft] = useState<Record<string, unknown>>({});
  const [said, setSaid] = useState(nothingSaid);
  const [busy, setBusy] = useState(false);
  const asked = way ? askedBy(object, way) : told;
  const drafted = (f: FieldDef) => (f.name in draft ? draft[f.name] : kindOf(f).read(record, f));
  const known = (name: string) =>
    ["_note", "_checklist"].includes(name) || asked.some((f) => errorOf({ [name]: "x" }, f));
  const general = Object.entries(errors).filter(([name]) => !known(name));
  const catalog = useCatalog();
  const now = {
    ...record,
    ...kindOf(field).patch(needed.value, field),
    ...keyed(
      asked.filter((f) => f.name in draft),
      draft,
    ),
  };
  const moves = field.kind === "picklist";
  const target = kindOf(field).text(needed.value, field);
  const firstEmpty = asked.findIndex((f) => isEmpty(drafted(f)));

  const close = () => {
    needed.cancel();
    onClose();
  };

  function send(confirmed: boolean) {
    const parts = asked.map((f): [FieldDef, unknown] => [f, drafted(f)]);
    if (way) {
      const typed = parts.filter(([f]) => f.name in draft);
      const patches = typed.map(([f, value]) => kindOf(f).patch(value, f));
      return takeWay(object, id, way.name, Object.assign(saidPatch(way, said), ...patches), confirmed);
    }
    parts.unshift([field, needed.value], ...(needed.beside ?? []));
    return updateRecord(
      object,
      id,
      Object.assign({}, ...parts.map(([f, value]) => kindOf(f).patch(value, f))),
      Object.assign({}, ...parts.map(([f, value]) => kindOf(f).shown(value, f))),
      confirmed,
    );
  }

  async function save(confirmed = false) {
    const wrong: Record<string, string> = way ? unsaid(way, said) : {};
    for (const f of asked) {
      const problem = checkValue(drafted(f), f);
      if (problem) wrong[f.name] = problem;
    }
    if (Object.keys(wrong).length) {
      setErrors(wrong);
      return;
    }
    setBusy(true);
    try {
      await send(confirmed);
      onClose();
      needed.done();
    } catch (error) {
      setBusy(false);
      const warned = warningsOf(error);
      setWarnings(warned);
      setErrors(warned.length ? {} : problemsByField(error));
    }
  }

  /** Past the process, where it only guides. */
  async function anyway() {
    close();
    await setValue(object, id, field, needed.value, (now) =>
      t("Moved {name} to {column}", { name: String(now.name ?? object.label), column: target }),
    ).catch((error) => toastError(messageOf(error)));
  }

  return (
    <Dialog
      title={
        moves
          ? t("Before {name} goes to {target}", { name: String(record.name ?? object.label), target })
          : t("Before {field} becomes {target}", { field: field.label, target: target || t("empty") })
      }
      width="460px"
      onClose={close}
      {...(asked.length || way ? { onSubmit: () => save() } : {})}
      footer={
        <>
          {way && free && (
            <Button size="md" className="me-auto" onClick={anyway}>
              {t("Move without this")}
            </Button>
          )}
          <Button size="md" onClick={close}>
            {asked.length || way ? t("Cancel") : t("Close")}
          </Button>
          {(asked.length > 0 || way) && (
            <Button look="solid" size="md" type="submit" busy={busy}>
              {way ? way.label : moves ? t("Save and move") : t("Save")}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {warnings.length > 0 && <Warned texts={warnings} busy={busy} onConfirm={() => void save(true)} />}
        {general.length > 0 && (
          <Notice title={moves ? t("This move was refused.") : t("This could not be saved.")}>
            {general.map(([, text]) => text).join(" ")}
          </Notice>
        )}
        {ways.length > 1 && (
          <Segments
            label={t("By which way")}
            value={way?.name ?? ""}
            choices={ways.filter((one) => one.ready).map((one) => ({ id: one.name, label: one.label }))}
            onChange={(name) => {
              setWay(ways.find((one) => one.name === name));
              setErrors({});
            }}
          />
        )}
        {asked.map((f, i) => (
          <FormField
            key={f.name}
            field={liveField(catalog, object, f, now, { shown: true, required: false, readOnly: false })}
            value={drafted(f)}
            error={errorOf(errors, f)}
            autoFocus={i === Math.max(0, firstEmpty) && !Object.keys(draft).length}
            onChange={(value) => {
              setDraft((d) => ({ ...d, [f.name]: value }));
              setErrors(({ [f.name]: _, ...rest }) => rest);
            }}
          />
        ))}
        {way && (
          <OnTheWay
            way={way}
            said={said}
            errors={errors}
            onChange={(next) => {
              setSaid(next);
              setErrors(({ _note, _checklist, ...rest }) => rest);
            }}
          />
        )}
      </div>
    </Dialog>
  );
}
