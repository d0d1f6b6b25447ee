// Choosing how something repeats: how often, on which days, until when, and what that means for the days to come.
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useState } from "react";
import { createPortal } from "react-dom";
import { previewRule } from "@/api/conversions";
import { messageOf } from "@/api/problem";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { TextInput } from "@/components/inputs";
import { Segments } from "@/components/segments";
import { Select } from "@/components/select";
import { cx } from "@/lib/cx";
import { formatDay } from "@/lib/dates";
import { t } from "@/lib/i18n";
import { useDebounced } from "@/lib/use-debounced";
import {
  DAYS,
  dayName,
  type End,
  type Frequency,
  type MonthDay,
  NEW_RULE,
  nthName,
  type Rule,
  readRule,
  ruleWords,
  writeRule,
} from "./recurrence-rule";

export interface BuilderProps {
  title: string;
  rule: string;
  onClose: () => void;
  onChoose: (rule: string) => void;
}

const FREQUENCIES: { id: Frequency | "NEVER"; label: string }[] = [
  { id: "NEVER", label: "Never" },
  { id: "DAILY", label: "Daily" },
  { id: "WEEKLY", label: "Weekly" },
  { id: "MONTHLY", label: "Monthly" },
  { id: "YEARLY", label: "Yearly" },
];
const UNITS: Record<Frequency, string> = { DAILY: "days", WEEKLY: "weeks", MONTHLY: "months", YEARLY: "years" };

export function Builder({ title, rule: given, onClose, onChoose }: BuilderProps) {
  const [rule, setRule] = useState<Rule | null>(() => (given ? (readRule(given) ?? NEW_RULE) : NEW_RULE));
  const [touched, setTouched] = useState(!given || readRule(given) !== null);
  const text = touched ? (rule ? writeRule(rule) : "") : given;
  const set = (next: Rule | null) => {
    setTouched(true);
    setRule(next);
  };
  const frequency = (id: string) => set(id === "NEVER" ? null : { ...(rule ?? NEW_RULE), frequency: id as Frequency });
  // A rule that ends on a day is none until the day is there.
  const whole = !touched || rule?.end.kind !== "day" || rule.end.day !== "";
  const choose = () => {
    if (!whole) return;
    onChoose(text);
    onClose();
  };
  // What is typed here is not for the place where the value stands.
  const keep = (event: KeyboardEvent) => event.stopPropagation();
  // It is a form, and stands outside of the one that it may have been opened from.
  return createPortal(
    // biome-ignore lint/a11y/noStaticElementInteractions: keys inside the dialog must not reach what is around it.
    <div onKeyDown={keep}>
      <Dialog
        title={title}
        width="460px"
        onClose={onClose}
        onSubmit={choose}
        footer={
          <>
            <Button size="md" onClick={onClose}>
              {t("Cancel")}
            </Button>
            <Button look="solid" size="md" type="submit" disabled={!whole}>
              {t("Use this rule")}
            </Button>
          </>
        }
      >
        <div className="flex flex-col gap-4">
          {!touched && <p className="text-text-2">{t("This rule was written by hand. Choosing here replaces it.")}</p>}
          <Segments
            label={t("Frequency")}
            value={rule ? rule.frequency : "NEVER"}
            choices={FREQUENCIES.map(({ id, label }) => ({ id, label: t(label) }))}
            onChange={frequency}
          />
          {rule && <Details rule={rule} onChange={set} />}
          {whole && <Next rule={text} />}
        </div>
      </Dialog>
    </div>,
    document.body,
  );
}

interface PartProps {
  rule: Rule;
  onChange: (rule: Rule) => void;
}

function Details({ rule, onChange }: PartProps) {
  return (
    <>
      <FieldFrame label={t("Every")}>
        {({ id }) => (
          <span className="flex items-center gap-2">
            <Whole id={id} value={rule.interval} onChange={(interval) => onChange({ ...rule, interval })} />
            {t(UNITS[rule.frequency])}
          </span>
        )}
      </FieldFrame>
      {rule.frequency === "WEEKLY" && <WeekDays rule={rule} onChange={onChange} />}
      {rule.frequency === "MONTHLY" && <OfMonth rule={rule} onChange={onChange} />}
      <Ends rule={rule} onChange={onChange} />
    </>
  );
}

interface WholeProps {
  id: string;
  value: number;
  onChange: (value: number) => void;
}

/** A whole number from 1 to 1000; what is not one is left as it was. */
function Whole({ id, value, onChange }: WholeProps) {
  const [typed, setTyped] = useState(String(value));
  return (
    <TextInput
      id={id}
      type="number"
      inputMode="numeric"
      min={1}
      max={1000}
      className="w-24"
      value={typed}
      onChange={(event) => {
        setTyped(event.target.value);
        const number = Number(event.target.value);
        if (Number.isInteger(number) && number >= 1 && number <= 1000) onChange(number);
      }}
      onBlur={() => setTyped(String(value))}
    />
  );
}

function WeekDays({ rule, onChange }: PartProps) {
  const toggle = (day: (typeof DAYS)[number]) => {
    const days = rule.days.includes(day) ? rule.days.filter((one) => one !== day) : [...rule.days, day];
    onChange({ ...rule, days });
  };
  return (
    <fieldset className="flex min-w-0 flex-col gap-1">
      <legend className="mb-1 font-medium text-text-2 text-xs">{t("On days")}</legend>
      <div className="flex flex-wrap gap-1">
        {DAYS.map((day) => (
          <button
            key={day}
            type="button"
            aria-pressed={rule.days.includes(day)}
            className={cx(
              "relative min-h-8 min-w-11 flex-1 rounded-control border px-1 font-medium",
              rule.days.includes(day) ? "border-accent bg-accent-soft" : "border-line-2 hover:bg-hover",
            )}
            onClick={() => toggle(day)}
          >
            <span aria-hidden="true">{dayName(day, "short")}</span>
            <span className="sr-only">{dayName(day)}</span>
          </button>
        ))}
      </div>
    </fieldset>
  );
}

function OfMonth({ rule, onChange }: PartProps) {
  const kind = !rule.on ? "same" : "number" in rule.on ? "number" : "nth";
  const on = (next: MonthDay | null) => onChange({ ...rule, on: next });
  const kinds: Record<string, MonthDay | null> = { same: null, number: { number: 1 }, nth: { nth: 1, day: "MO" } };
  const numbers = [...Array.from({ length: 31 }, (_, n) => n + 1), -1];
  return (
    <div className="grid gap-3 phone:grid-cols-2">
      <FieldFrame label={t("On day")} className="col-span-full">
        {({ id }) => (
          <Select
            id={id}
            label={t("On day")}
            value={[kind]}
            choices={[
              { id: "same", label: t("Same day as its date") },
              { id: "number", label: t("Day of the month") },
              { id: "nth", label: t("The nth day of the week") },
            ]}
            onChange={([next]) => on(kinds[next ?? "same"] ?? null)}
          />
        )}
      </FieldFrame>
      {rule.on && "number" in rule.on && (
        <FieldFrame label={t("Day of the month")} className="col-span-full">
          {({ id }) => (
            <Select
              id={id}
              label={t("Day of the month")}
              value={[String(rule.on && "number" in rule.on ? rule.on.number : 1)]}
              choices={numbers.map((n) => ({ id: String(n), label: n === -1 ? t("Last day") : String(n) }))}
              onChange={([next]) => on({ number: Number(next) })}
            />
          )}
        </FieldFrame>
      )}
      {rule.on && "nth" in rule.on && <Nth on={rule.on} onChange={on} />}
    </div>
  );
}

function Nth({ on, onChange }: { on: { nth: number; day: (typeof DAYS)[number] }; onChange: (on: MonthDay) => void }) {
  return (
    <>
      <FieldFrame label={t("Which one")}>
        {({ id }) => (
          <Select
            id={id}
            label={t("Which one")}
            value={[String(on.nth)]}
            choices={[1, 2, 3, 4, 5, -1].map((nth) => ({ id: String(nth), label: nthName(nth) }))}
            onChange={([next]) => onChange({ ...on, nth: Number(next) })}
          />
        )}
      </FieldFrame>
      <FieldFrame label={t("Day of the week")}>
        {({ id }) => (
          <Select
            id={id}
            label={t("Day of the week")}
            value={[on.day]}
            choices={DAYS.map((day) => ({ id: day, label: dayName(day) }))}
            onChange={([next]) => onChange({ ...on, day: (next ?? "MO") as (typeof DAYS)[number] })}
          />
        )}
      </FieldFrame>
    </>
  );
}

function Ends({ rule, onChange }: PartProps) {
  const { end } = rule;
  const kinds: Record<string, End> = {
    never: { kind: "never" },
    count: { kind: "count", count: 10 },
    day: { kind: "day", day: "" },
  };
  return (
    <>
      <Segments
        label={t("Ends")}
        value={end.kind}
        choices={[
          { id: "never", label: t("Never") },
          { id: "count", label: t("After a number of times") },
          { id: "day", label: t("At a day") },
        ]}
        onChange={(next) => onChange({ ...rule, end: kinds[next] ?? end })}
      />
      {end.kind === "count" && (
        <FieldFrame label={t("How many times")}>
          {({ id }) => (
            <Whole id={id} value={end.count} onChange={(n) => onChange({ ...rule, end: { ...end, count: n } })} />
          )}
        </FieldFrame>
      )}
      {end.kind === "day" && (
        <FieldFrame label={t("Last day it may come")}>
          {({ id }) => (
            <TextInput
              id={id}
              type="date"
              required
              className="w-44"
              value={end.day}
              onChange={(event) => onChange({ ...rule, end: { ...end, day: event.target.value } })}
            />
          )}
        </FieldFrame>
      )}
    </>
  );
}

/** What the rule means: in words, and the days that come next. */
function Next({ rule }: { rule: string }) {
  const asked = useDebounced(rule, 200);
  const found = useQuery({
    queryKey: ["recurrence", asked],
    enabled: Boolean(asked),
    retry: false,
    staleTime: 60_000,
    queryFn: ({ signal }) => previewRule(asked, signal),
  });
  if (!rule) return <p className="text-text-2">{t("Does not repeat")}</p>;
  return (
    <div className="rounded-control border border-line bg-sunken px-3 py-2.5">
      <p aria-live="polite" className="font-medium">
        {ruleWords(rule)}
      </p>
      <h3 className="mt-2 text-text-2 text-xs">{t("Next from today")}</h3>
      {found.isError ? (
        <p role="alert" className="text-red text-xs">
          {messageOf(found.error)}
        </p>
      ) : (
        <ol className="mt-1 flex min-h-25 flex-col">
          {found.data?.map((at) => (
            <li key={at} className="tabular-nums">
              {formatDay(localDay(at))}
            </li>
          ))}
          {found.data?.length === 0 && <li className="text-text-2">{t("No more days")}</li>}
        </ol>
      )}
    </div>
  );
}

/** The day on this browser's clock. */
function localDay(moment: string): string {
  const at = new Date(moment);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
