// The last look before a change of metadata: what changes, what the database will do, what is lost and who still stands
// on it. Nothing happens before the button is pressed, and what hides data wants a typed word.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChevronRight, CircleCheck, Lock, TriangleAlert } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import type { Offending, Plan, Step } from "@/api/metadata";
import { messageOf, Problem } from "@/api/problem";
import { Notice, Skeleton } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { FieldFrame } from "@/components/field-frame";
import { Checkbox, TextInput } from "@/components/inputs";
import { t } from "@/lib/i18n";
import { count } from "@/lib/text";
import { AccessEffect } from "./access-effect";
import { DefinitionDiff, type Part } from "./definition-diff";
import { Dependants } from "./dependants";
import { stepWords } from "./notice-words";
import { isSafe, lockWords, planSummary, strongestLock } from "./plan";
import { PlanSteps } from "./plan-steps";
import { Programs } from "./programs";

export interface Applying {
  message: string;
  allowDataLoss: boolean;
  /** The grants that were agreed to. */
  approve: string[];
  /** The plan that was looked at. */
  plan: Plan;
}

export interface ReviewProps {
  title: string;
  about?: ReactNode;
  /** On the button. */
  verb: string;
  danger?: boolean;
  /** Must be typed before data is hidden. */
  word: string;
  /** Tells apart what is planned, for the cache. */
  planKey: unknown;
  plan: (signal: AbortSignal) => Promise<Plan>;
  apply: (how: Applying) => Promise<unknown>;
  /** What differs, where it is known before. */
  parts?: Part[];
  /** What else there is to know before, such as who gains and loses what; or to choose, by the newest plan. */
  more?: ReactNode | ((plan: Plan) => ReactNode);
  /** Says who gains and loses what even when nobody does. */
  aboutAccess?: boolean;
  /** The component whose users are listed: what else stands on it. */
  dependantsOf?: { kind: string; name: string };
  /** Asks why; the words stand in the history. */
  messageHint?: string;
  onDone: () => void;
  onClose: () => void;
}

export function Review(props: ReviewProps) {
  const { title, about, verb, danger, word, parts, onDone, onClose } = props;
  const query = useQuery({
    queryKey: ["review", props.planKey],
    retry: false,
    gcTime: 0,
    staleTime: 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => props.plan(signal),
  });
  // What is chosen by a plan can be unchosen when it brings none.
  const newest = useRef<Plan>(undefined);
  newest.current = query.data ?? newest.current;
  const [message, setMessage] = useState("");
  const [typed, setTyped] = useState("");
  const [agreed, setAgreed] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const steps = query.data?.steps ?? [];
  const grants = query.data?.grants ?? [];
  const offending = query.data?.offending ?? [];
  const unfit = offending.filter((one) => one.code === "does-not-fit");
  const strict = offending.filter((one) => one.code !== "does-not-fit");
  const access = query.data?.permissions ?? [];
  const empty = query.data?.comes_back_empty ?? [];
  const refused = query.data?.tried?.refused ?? [];
  const loses = steps.some((s) => s.risk === "data_loss") || unfit.length > 0 || Boolean(query.data?.data_loss?.length);
  const ready =
    Boolean(query.data) &&
    !query.isFetching &&
    refused.length === 0 &&
    (!loses || typed === word) &&
    (grants.length === 0 || agreed);

  async function go() {
    if (busy || !ready || !query.data) return;
    setBusy(true);
    setError(null);
    try {
      await props.apply({ message: message.trim(), allowDataLoss: loses, approve: grants, plan: query.data });
      onDone();
    } catch (problem) {
      setError(problem);
      setBusy(false);
      // What was looked at is not how it is by now.
      if (problem instanceof Problem && problem.errors.some((one) => one.code === "stale-revision")) query.refetch();
    }
  }

  return (
    <Dialog
      title={title}
      width="640px"
      onClose={onClose}
      onSubmit={go}
      footer={
        <>
          <Button size="md" onClick={onClose} data-autofocus>
            {t("Cancel")}
          </Button>
          <Button look={danger || loses ? "danger" : "solid"} size="md" type="submit" busy={busy} disabled={!ready}>
            {verb}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {about && <div className="text-text-2">{about}</div>}
        {error !== null && <Refusal error={error} title={t("Nothing was changed.")} />}
        {query.isError && <Refusal error={query.error} title={t("This cannot be done as it is.")} />}
        {query.isPending && (
          <div role="status" aria-label={t("Working out the plan")} className="flex flex-col gap-3 py-1">
            <Skeleton style={{ width: "70%" }} />
            <Skeleton style={{ width: "45%" }} />
          </div>
        )}
        {query.data && <Impact steps={steps} loses={loses} />}
        {refused.length > 0 && (
          <Notice title={t("The database would refuse this.")}>
            <ul className="flex flex-col gap-1">
              {refused.map((one) => (
                <li key={one.path + one.step}>
                  <span className="font-mono text-xs">{one.path}</span>{" "}
                  {stepWords({ does: one.does, description: one.step })}: {one.message}
                </li>
              ))}
            </ul>
          </Notice>
        )}
        {parts && parts.length > 0 && (
          <section aria-label={t("What changes")}>
            <h3 className="mb-1.5 font-medium text-text-2 text-xs">{t("What changes")}</h3>
            <DefinitionDiff parts={parts} />
          </section>
        )}
        {unfit.length > 0 && <Records offending={unfit} title={t("Some values do not fit and would be left blank.")} />}
        {strict.length > 0 && (
          <Records offending={strict} title={t("Some records are not what is asked for from now on.")} />
        )}
        {empty.length > 0 && (
          <Notice title={t("What these held is purged: they come back empty.")}>
            <span className="font-mono text-xs">{empty.join(", ")}</span>
          </Notice>
        )}
        {query.data?.api && query.data.api.length > 0 && <Programs noticed={query.data.api} />}
        {query.data && (access.length > 0 || props.aboutAccess) && <AccessEffect differences={access} />}
        {grants.length > 0 && <Grants grants={grants} agreed={agreed} onAgree={setAgreed} />}
        {typeof props.more === "function" ? newest.current && props.more(newest.current) : props.more}
        {props.dependantsOf && <Dependants {...props.dependantsOf} open={query.isError} />}
        {steps.length > 0 && <Steps steps={steps} />}
        {props.messageHint && query.data && (
          <FieldFrame label={t("Note for the history")} hint={props.messageHint}>
            {({ id, describedBy }) => (
              <TextInput
                id={id}
                aria-describedby={describedBy}
                maxLength={200}
                value={message}
                onChange={(e) => setMessage(e.target.value)}
              />
            )}
          </FieldFrame>
        )}
        {loses && (
          <FieldFrame
            label={
              <span>
                {t("Type")} <span className="font-mono text-text">{word}</span> {t("to go on")}
              </span>
            }
          >
            {({ id }) => (
              <TextInput
                id={id}
                spellCheck={false}
                className="font-mono"
                value={typed}
                onChange={(e) => setTyped(e.target.value)}
              />
            )}
          </FieldFrame>
        )}
      </div>
    </Dialog>
  );
}

/** The plan in a sentence, with what asks for a second thought. */
function Impact({ steps, loses }: { steps: Step[]; loses: boolean }) {
  const safe = steps.every(isSafe);
  const lock = strongestLock(steps);
  return (
    <section
      aria-label={t("Plan")}
      className="flex flex-col gap-2 rounded-control border border-line bg-sunken px-3 py-2.5"
    >
      <p className="flex items-start gap-2 font-medium">
        {safe ? (
          <CircleCheck size={16} className="mt-0.5 text-green" />
        ) : (
          <TriangleAlert size={16} className="mt-0.5 text-amber" />
        )}
        {planSummary(steps)}
      </p>
      <ul className="flex flex-wrap gap-x-5 gap-y-1 ps-6 text-text-2 text-xs">
        <li className="inline-flex items-center gap-1">
          <Lock size={12} aria-hidden="true" />
          {lock ? t("{what} while it runs", { what: lockWords(lock) }) : t("Nobody waits")}
        </li>
        <li>
          {loses ? t("Hides data, which is kept for 30 days and comes back with a rollback") : t("No data is lost")}
        </li>
      </ul>
    </section>
  );
}

const WRONG: Record<string, string> = {
  required: "are blank: they stay, and whoever saves one fills it in",
  duplicate: "hold a value that another holds too: nothing is changed until they differ",
  "too-long": "are longer: they stay as long as nobody changes them",
  "out-of-range": "are out of range: they stay as long as nobody changes them",
  "unknown-option": "hold an option that is gone: they stay as long as nobody changes them",
};

/** Records that a change does not suit, by field. */
function Records({ offending, title }: { offending: Offending[]; title: string }) {
  return (
    <Notice title={title}>
      <ul className="flex flex-col gap-1">
        {offending.map((one) => (
          <li key={one.path + one.code}>
            <span className="font-mono text-xs">{one.path}</span>{" "}
            {one.count === null ? t("Not counted") : count(one.count, t("record"), t("records"))}{" "}
            {t(WRONG[one.code] ?? "")}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

interface GrantsProps {
  grants: string[];
  agreed: boolean;
  onAgree: (agreed: boolean) => void;
}

/** What a package gives to people or asks for that it did not before. */
function Grants({ grants, agreed, onAgree }: GrantsProps) {
  return (
    <section aria-label={t("What it may do")} className="flex flex-col gap-2">
      <h3 className="font-medium text-text-2 text-xs">{t("It gives or asks for more than before")}</h3>
      <ul
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        className="max-h-48 overflow-y-auto rounded-control border border-line px-2.5 py-2 font-mono text-xs"
      >
        {grants.map((grant) => (
          <li key={grant}>{grant}</li>
        ))}
      </ul>
      <label className="flex items-center gap-2">
        <Checkbox checked={agreed} onChange={(e) => onAgree(e.target.checked)} />
        {t("I approve of all of this")}
      </label>
    </section>
  );
}

function Steps({ steps }: { steps: Step[] }) {
  return (
    <details className="group overflow-hidden rounded-control border border-line">
      <summary className="flex min-h-9 list-none items-center gap-2 px-2.5 hover:bg-hover [&::-webkit-details-marker]:hidden">
        <ChevronRight size={12} aria-hidden="true" className="text-text-3 transition-transform group-open:rotate-90" />
        <span className="font-medium">
          {t("{what} in the database", { what: count(steps.length, t("step"), t("steps")) })}
        </span>
        <span className="text-text-3 text-xs">{t("SQL, locks and risk of each")}</span>
      </summary>
      <div className="max-h-80 overflow-y-auto border-line border-t px-2.5 py-2.5">
        <PlanSteps steps={steps} />
      </div>
    </details>
  );
}

/** Why it cannot be: mostly because something else still stands on it. */
export function Refusal({ error, title }: { error: unknown; title: string }) {
  const problems = error instanceof Problem ? error.errors : [];
  return (
    <Notice title={title}>
      {problems.length === 0 && messageOf(error)}
      <ul className="flex flex-col gap-1">
        {problems.map((p) => (
          <li key={p.path + p.message}>
            <span className="font-mono text-xs">{p.path}</span> {p.message} {p.hint}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
