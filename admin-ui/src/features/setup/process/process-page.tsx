// The process designer: the picture above, the states and ways as lists, and what is chosen beside them.

import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowLeft, Redo2, Trash2, Undo2 } from "lucide-react";
import { useState } from "react";
import { Loaded } from "@/api/loaded";
import { applyChanges, planChanges } from "@/api/metadata";
import { useCatalog } from "@/catalog/catalog";
import { useReloadCatalog } from "@/catalog/load";
import type { ObjectDef, Option } from "@/catalog/types";
import { ReviewDialog } from "@/changes/review-dialog";
import { useComponents } from "@/changes/use-components";
import { Empty, Notice } from "@/components/bits";
import { Button, IconButton } from "@/components/button";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextInput } from "@/components/inputs";
import { useTitle } from "@/components/page-frame";
import { Select } from "@/components/select";
import { toast, toastError } from "@/components/toast";
import { Unsaved } from "@/components/unsaved";
import { FormulaField } from "@/formulas/formula-field";
import { differences } from "@/lib/differences";
import { t } from "@/lib/i18n";
import { isTyping, useShortcuts } from "@/lib/shortcuts";
import { apiName, humanize } from "@/lib/text";
import { useUndoable } from "@/lib/use-undoable";
import { ChosenProperties } from "./chosen-properties";
import { type Chosen, ProcessDiagram } from "./process-diagram";
import { halfSaid, type Process, type RawProcess, readProcess, unreachable, writeProcess } from "./process-draft";
import { States, Ways } from "./process-lists";

export function ProcessPage() {
  const { object: objectName, process: slug } = useParams({ from: "/shell/setup/objects/$object/processes/$process" });
  const object = useCatalog().object(objectName);
  const query = useComponents<RawProcess>("processes");
  if (!object) return <Empty title={t("There is no object {objectName}", { objectName })} />;
  return (
    <Loaded query={query} what={t("The process")}>
      {(all) => {
        const found = all.find((p) => p.name === `${objectName}.${slug}`);
        if (!found && slug !== "new")
          return <Empty title={t("There is no process {objectName}.{slug}", { objectName, slug })} />;
        return <Designer key={slug} object={object} name={found?.name} before={found && readProcess(found)} />;
      }}
    </Loaded>
  );
}

/** Choice fields of which the options are known here, also those of a shared set. */
function useChoices(object: ObjectDef): { name: string; label: string; options: Option[] }[] {
  const catalog = useCatalog();
  return object.fields
    .filter((f) => f.kind === "picklist")
    .map((f) => ({
      name: f.name,
      label: f.label,
      options: (f.options ?? catalog.optionSets.find((s) => s.name === f.option_set)?.options ?? []).filter(
        (o) => o.active !== false,
      ),
    }));
}

function startProcess(object: ObjectDef, field: { name: string; options: Option[] } | undefined): Process {
  const states = (field?.options ?? []).map((o) => ({ value: o.value }));
  return {
    object: object.name,
    field: field?.name ?? "",
    label: "",
    mode: "guide",
    states,
    transitions: [],
    ...(states[0] ? { initial: [states[0].value] } : {}),
    active: true,
  };
}

/** An editor may live in a shadow root: the first of the path is where the key was really pressed. */
const isDrawing = (event: KeyboardEvent) => !isTyping(event.composedPath()[0] ?? event.target);

interface DesignerProps {
  object: ObjectDef;
  name: string | undefined;
  before: Process | undefined;
}

function Designer({ object, name, before }: DesignerProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const reload = useReloadCatalog();
  const choices = useChoices(object);
  const [start] = useState<Process>(() => before ?? startProcess(object, choices[0]));
  const { value: draft, set: setDraft, undo, redo } = useUndoable(start);
  const [chosen, setChosen] = useState<Chosen>(null);
  const [open, setOpen] = useState<"publish" | "delete" | null>(null);
  const [tried, setTried] = useState(false);
  const set = (patch: Partial<Process>) => setDraft((d) => ({ ...d, ...patch }));
  const options = choices.find((c) => c.name === draft.field)?.options ?? [];
  const label = draft.label || t("New process");
  const full = name ?? `${object.name}.${apiName(draft.label ?? "") || "process"}`;
  useTitle(label, object.label, t("Setup"));
  const lost = unreachable(draft);
  const written = writeProcess(draft);
  const changed = !before || differences(writeProcess(before), written).length > 0;
  const half = halfSaid(draft);
  const ready = draft.states.length > 1 && draft.transitions.length > 0 && Boolean(draft.label?.trim() || name);
  const definition = open === "delete" ? null : written;
  const changes = [{ kind: "processes", name: full, definition }];
  const toTab = { to: "/setup/objects/$object", params: { object: object.name }, search: { tab: "rules" } } as const;
  /** A step back or forth; what is chosen may not be there after it. Where there is none, nothing else is undone. */
  function step(to: (() => void) | undefined): true {
    if (to) setChosen(null);
    to?.();
    return true;
  }
  useShortcuts({
    "mod+z": (event) => isDrawing(event) && step(event.shiftKey ? redo : undo),
    "mod+y": (event) => isDrawing(event) && step(redo),
  });
  const labelOf = (value: string) => options.find((o) => o.value === value)?.label ?? humanize(value);

  /** What is begun and not said would be lost without a word: it is shown instead. */
  function publish() {
    setTried(true);
    if (!half) return setOpen("publish");
    setChosen(half);
    toastError(t("Something is begun here and not said yet."));
  }

  return (
    <section aria-label={t("Process designer")} className="flex min-w-0 flex-1 flex-col">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 border-line border-b px-3 py-1.5">
        <Link
          {...toTab}
          aria-label={t("Back to {label}", { label: object.label })}
          className="rounded-control p-1.5 text-text-2 hover:bg-hover"
        >
          <ArrowLeft size={16} />
        </Link>
        <h1 className="min-w-0 truncate font-semibold text-base">
          {label} <span className="font-mono font-normal text-text-3 text-xs">{full}</span>
        </h1>
        <div className="ms-auto flex items-center gap-1.5">
          <IconButton label={t("Undo")} disabled={!undo} onClick={() => step(undo)}>
            <Undo2 size={15} />
          </IconButton>
          <IconButton label={t("Redo")} disabled={!redo} onClick={() => step(redo)}>
            <Redo2 size={15} />
          </IconButton>
          {name && (
            <IconButton label={t("Delete process")} onClick={() => setOpen("delete")}>
              <Trash2 size={15} />
            </IconButton>
          )}
          <Button look="solid" size="md" disabled={(!changed && !half) || !ready} onClick={publish}>
            {t("Publish")}
          </Button>
        </div>
      </header>
      <Unsaved changed={differences(writeProcess(start), written).length > 0} />
      <div className="grid min-h-0 flex-1 overflow-y-auto wide:grid-cols-[minmax(0,1fr)_340px] wide:overflow-hidden">
        <div className="flex min-w-0 flex-col gap-4 p-4 wide:overflow-y-auto wide:p-5">
          <ProcessSettings
            object={object}
            draft={draft}
            fields={choices}
            existing={Boolean(name)}
            onChange={set}
            onRestart={(field) => setDraft(startProcess(object, field))}
          />
          {choices.length === 0 ? (
            <Empty title={t("{label} has no choice field", { label: object.label })}>
              {t("The options of a choice field are the states of a process.")}
            </Empty>
          ) : (
            <>
              <ProcessDiagram
                draft={draft}
                options={options}
                chosen={chosen}
                onChoose={setChosen}
                onChange={setDraft}
              />
              {lost.length > 0 && draft.transitions.length > 0 && (
                <Notice tone="warning" title={t("No way goes to {lost}.", { lost: lost.map(labelOf).join(", ") })} />
              )}
              <div className="grid gap-6 phone:grid-cols-2">
                <States draft={draft} options={options} chosen={chosen} onChoose={setChosen} onChange={setDraft} />
                <Ways draft={draft} labelOf={labelOf} chosen={chosen} onChoose={setChosen} onChange={setDraft} />
              </div>
            </>
          )}
        </div>
        <aside
          aria-label={t("Properties")}
          className="border-line border-t p-4 wide:overflow-y-auto wide:border-s wide:border-t-0"
        >
          <ChosenProperties
            object={object}
            draft={draft}
            options={options}
            chosen={chosen}
            tried={tried}
            onChange={setDraft}
            onChoose={setChosen}
          />
        </aside>
      </div>
      {open && (
        <ReviewDialog
          title={
            open === "delete"
              ? t("Delete the process {label}?", { label })
              : t("Publish the process {label}", { label })
          }
          verb={open === "delete" ? t("Delete process") : t("Publish process")}
          danger={open === "delete"}
          word={full}
          planKey={changes}
          plan={(signal) => planChanges(changes, signal)}
          apply={({ message, allowDataLoss }) => applyChanges(changes, message, allowDataLoss)}
          parts={[{ kind: "processes", name: full, before: before && writeProcess(before), after: definition }]}
          messageHint={t("Why it is changed; shown in the change history.")}
          onClose={() => setOpen(null)}
          onDone={async () => {
            const text =
              open === "delete"
                ? t("Deleted the process {label}", { label })
                : t("Published the process {label}", { label });
            setOpen(null);
            await Promise.all([client.invalidateQueries({ queryKey: ["components", "processes"] }), reload()]);
            navigate({ ...toTab, ignoreBlocker: true });
            toast(text);
          }}
        />
      )}
    </section>
  );
}

interface ProcessSettingsProps {
  object: ObjectDef;
  draft: Process;
  fields: { name: string; label: string; options: Option[] }[];
  existing: boolean;
  onChange: (patch: Partial<Process>) => void;
  onRestart: (field: { name: string; options: Option[] }) => void;
}

function ProcessSettings({ object, draft, fields, existing, onChange, onRestart }: ProcessSettingsProps) {
  return (
    <div className="grid gap-4 phone:grid-cols-3">
      <FieldFrame label={t("Label")} required={!existing}>
        {(ids) => (
          <TextInput
            id={ids.id}
            maxLength={80}
            value={draft.label ?? ""}
            onChange={(e) => onChange({ label: e.target.value })}
          />
        )}
      </FieldFrame>
      <FieldFrame label={t("States are the options of")}>
        {(ids) => (
          <Select
            id={ids.id}
            label={t("States are the options of")}
            disabled={existing}
            choices={fields.map((f) => ({ id: f.name, label: f.label }))}
            value={draft.field ? [draft.field] : []}
            onChange={(next) => {
              const field = fields.find((f) => f.name === next[0]);
              if (field) onRestart(field);
            }}
          />
        )}
      </FieldFrame>
      <FieldFrame label={t("How strict")}>
        {(ids) => (
          <Select
            id={ids.id}
            label={t("How strict")}
            choices={[
              { id: "guide", label: t("It guides: the state may be set by hand") },
              { id: "enforce", label: t("It rules: only its ways are open") },
            ]}
            value={[draft.mode]}
            onChange={(next) => onChange({ mode: next[0] as Process["mode"] })}
          />
        )}
      </FieldFrame>
      <div className="phone:col-span-2">
        <FormulaField
          plain
          object={object}
          label={t("Which records follow it")}
          value={draft.applies ?? ""}
          expects="boolean"
          lines={1}
          placeholder={t("all of them")}
          onChange={(applies) => onChange({ applies })}
        />
      </div>
      <label className="flex items-center gap-2 self-end pb-1.5">
        <Checkbox checked={draft.active !== false} onChange={(event) => onChange({ active: event.target.checked })} />
        {t("In force")}
      </label>
    </div>
  );
}
