// Editing one value in place: Enter or leaving saves, Esc takes back, a refusal keeps what was typed.
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { problemsByField, warningsOf } from "@/api/problem";
import type { RecordData } from "@/api/record-store";
import { Conflict, updateRecord } from "@/api/records";
import { useCatalog } from "@/catalog/catalog";
import type { FieldDef, ObjectDef } from "@/catalog/types";
import { Button } from "@/components/button";
import { Popover } from "@/components/popover";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { liveField, liveFields } from "./live";
import { checkValue, kindOf } from "./registry";
import { offerUndo } from "./save";

/** What was typed and not taken, to begin from again. */
export interface Refused {
  value: unknown;
  problem: unknown;
}

interface InlineEditorProps {
  object: ObjectDef;
  record: RecordData;
  field: FieldDef;
  onClose: (moved?: "down" | "next") => void;
  /** Lets Enter close the editor before the server has answered; this is told when it refuses. */
  onRefused?: (refused: Refused) => void;
  again?: Refused | undefined;
  className?: string;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

export function InlineEditor({ object, record, field: given, onClose, className, ...props }: InlineEditorProps) {
  const { onRefused, again } = props;
  const catalog = useCatalog();
  // What is typed here decides nothing about the field itself.
  const field = useMemo(() => {
    const live = liveFields(catalog, object, record, record)(given);
    return liveField(catalog, object, given, record, live);
  }, [catalog, object, record, given]);
  const kind = kindOf(field);
  const [start] = useState(() => kind.read(record, field));
  const [value, setValue] = useState(again ? again.value : start);
  const [error, setError] = useState<string | null>(null);
  const [warned, setWarned] = useState(false);
  const [theirs, setTheirs] = useState<RecordData | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(value);
  const done = useRef(false);
  /** Where Enter or Tab wanted to go when the save was refused. */
  const going = useRef<"down" | "next" | undefined>(undefined);
  const Input = kind.input;
  const picks =
    ["picklist", "multi_picklist", "lookup", "master_detail", "many_to_many", "any_lookup"].includes(field.kind) ||
    field.format === "recurrence";

  useEffect(() => {
    box.current?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is told once, when the editor opens again.
  useEffect(() => {
    if (again) refuse(again);
  }, []);

  /** What was typed stays, with what is wrong with it. */
  function refuse({ value: typed, problem }: Refused) {
    if (problem instanceof Conflict) {
      setTheirs(problem.theirs);
      return;
    }
    const warnings = warningsOf(problem);
    setWarned(warnings.length > 0);
    if (warnings.length) return setError(warnings.join(" "));
    const found = problemsByField(problem);
    const own = Object.keys(kind.patch(typed, field))
      .map((key) => found[key])
      .find(Boolean);
    setError(own ?? found[field.name] ?? Object.values(found)[0] ?? t("This could not be saved."));
  }

  async function save(moved?: "down" | "next", confirmed = false) {
    if (done.current) return;
    const next = latest.current;
    if (same(next, start) && !theirs) {
      done.current = true;
      onClose(moved);
      return;
    }
    const wrong = checkValue(next, field);
    if (wrong) {
      setError(wrong);
      return;
    }
    done.current = true;
    going.current = moved;
    const saving = updateRecord(object, record.id, kind.patch(next, field), kind.shown(next, field), confirmed);
    const saved = () => offerUndo(object, record.id, field, start, t("{field} changed", { field: field.label }));
    if (moved && onRefused) {
      // In a sheet one types on at once: keys that come before the answer belong to the next cell.
      onClose(moved);
      saving.then(saved, (problem) => onRefused({ value: next, problem }));
      return;
    }
    try {
      await saving;
      saved();
      onClose(moved);
    } catch (problem) {
      done.current = false;
      refuse({ value: next, problem });
    }
  }

  function cancel() {
    done.current = true;
    onClose();
  }

  function change(next: unknown) {
    latest.current = next;
    setValue(next);
    setError(null);
    setWarned(false);
  }

  function onKeyDown(event: KeyboardEvent) {
    event.stopPropagation();
    if (event.key === "Escape") {
      event.preventDefault();
      cancel();
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing && !event.defaultPrevented) {
      event.preventDefault();
      void save("down");
    } else if (event.key === "Tab" && !picks) void save();
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys and focus of the input inside bubble here.
    <div
      ref={box}
      className={cx("relative min-w-0", className)}
      onKeyDown={onKeyDown}
      onKeyDownCapture={(event) => {
        const here = box.current?.contains(event.target as Node);
        if (here && event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
          event.preventDefault();
          event.stopPropagation();
          void save();
        }
      }}
      onBlur={(event) => {
        if (picks || theirs || box.current?.contains(event.relatedTarget)) return;
        if (!error) void save();
      }}
    >
      <Input
        field={field}
        value={value}
        onChange={change}
        invalid={Boolean(error)}
        autoFocus
        {...(picks ? { onDone: () => void save() } : {})}
      />
      <Popover
        open={Boolean(error)}
        onClose={() => setError(null)}
        anchor={box}
        role="presentation"
        className="max-w-80 px-3 py-2"
      >
        <p role="alert" className={cx("text-xs", warned ? "text-text" : "text-red")}>
          {error}
        </p>
        {warned && (
          // biome-ignore lint/a11y/noStaticElementInteractions: keys of the button are not keys of the input, to which they would bubble.
          <div onKeyDown={(event) => event.key !== "Escape" && event.stopPropagation()}>
            <Button look="outline" className="mt-2" onClick={() => void save(going.current, true)}>
              {t("Save anyway")}
            </Button>
          </div>
        )}
      </Popover>
      {theirs && (
        <Popover open onClose={cancel} anchor={box} label={t("Conflict")} className="w-80 p-3">
          <ConflictBox
            field={field}
            mine={kind.text(value, field)}
            theirs={kind.text(kind.read(theirs, field), field)}
            onTheirs={cancel}
            onMine={() => void save()}
          />
        </Popover>
      )}
    </div>
  );
}

interface ConflictBoxProps {
  field: FieldDef;
  mine: string;
  theirs: string;
  onTheirs: () => void;
  onMine: () => void;
}

function ConflictBox({ field, mine, theirs, onTheirs, onMine }: ConflictBoxProps) {
  return (
    <div className="flex flex-col gap-2.5">
      <p className="font-medium">{t("Someone changed this record while you were typing.")}</p>
      <dl className="grid grid-cols-[72px_1fr] gap-x-2 gap-y-1 text-xs">
        <dt className="text-text-2">{t("{field} now", { field: field.label })}</dt>
        <dd className="break-words">{theirs || t("Empty")}</dd>
        <dt className="text-text-2">{t("Yours")}</dt>
        <dd className="break-words">{mine || t("Empty")}</dd>
      </dl>
      <div className="flex justify-end gap-2">
        <Button look="outline" onClick={onTheirs}>
          {t("Keep theirs")}
        </Button>
        <Button look="solid" data-autofocus onClick={onMine}>
          {t("Save mine")}
        </Button>
      </div>
    </div>
  );
}
