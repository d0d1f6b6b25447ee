// The import of a file in three steps: choose it, see and correct what would happen, let it happen.
import { Link } from "@tanstack/react-router";
import { ArrowLeft, CircleCheck, Download, FileUp } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { importType, rejectsPath } from "@/api/imports";
import { mayDelete } from "@/catalog/catalog";
import type { ObjectDef } from "@/catalog/types";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { parseCsv } from "@/lib/csv";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { count, counted, inSentence } from "@/lib/text";
import { MappingTable } from "./mapping-table";
import { TakeBack } from "./take-back";
import { type Trial, useImport } from "./use-import";

/** As much of a file as samples are read from. */
const PREVIEW_BYTES = 64 * 1024;

export function ImportPage({ object }: { object: ObjectDef }) {
  const [file, setFile] = useState<File>();
  const [samples, setSamples] = useState<Record<string, string[]>>({});
  const [mapping, setMapping] = useState<Record<string, string>>({});
  const [match, setMatch] = useState<string>();
  const [trial, setTrial] = useState<Trial>();
  const [stale, setStale] = useState(false);
  const [done, setDone] = useState<Trial>();
  const { running, error, setError, run } = useImport(object);
  const words = (n: number) => count(n, inSentence(object.label), inSentence(object.plural_label));

  async function check(chosen: File, changed?: Record<string, string>) {
    const result = await run({ file: chosen, dryRun: true, mapping: changed, match });
    if (!result) return;
    setTrial(result);
    setStale(false);
    setMapping(Object.fromEntries(Object.entries(result.status.mapping ?? {}).map(([h, f]) => [h, f ?? ""])));
  }

  async function choose(chosen: File | undefined) {
    if (!chosen) return;
    setTrial(undefined);
    if (!importType(chosen.name)) {
      setError(t("This file cannot be read. Choose a CSV, an Excel (XLSX) or a JSON Lines file."));
      return;
    }
    setFile(chosen);
    const isText = importType(chosen.name) === "text/csv";
    setSamples(isText ? samplesOf(await chosen.slice(0, PREVIEW_BYTES).text()) : {});
    await check(chosen);
  }

  async function finish() {
    if (!file) return;
    const result = await run({ file, dryRun: false, mapping, match });
    if (result) setDone(result);
  }

  function startOver() {
    setFile(undefined);
    setTrial(undefined);
    setDone(undefined);
    setMatch(undefined);
    setError(undefined);
  }

  const good = trial ? trial.status.created + trial.status.updated : 0;
  return (
    <section aria-label={t("Import")} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex h-11 shrink-0 items-center gap-2 border-line border-b ps-2.5 pe-3">
        <Link
          to="/o/$plural"
          params={{ plural: object.plural }}
          className="inline-flex h-7 items-center gap-1.5 rounded-control px-1.5 font-medium text-text-2 text-xs hover:bg-hover hover:text-text"
        >
          <ArrowLeft size={13} />
          {object.plural_label}
        </Link>
        <h1 className="min-w-0 truncate font-semibold text-base">
          {t("Import {objects}", { objects: inSentence(object.plural_label) })}
        </h1>
        <span className="hidden min-w-0 truncate text-text-3 text-xs phone:inline">{file?.name}</span>
        <span className="flex-1" />
        {file && !running && <Button onClick={startOver}>{t("Another file")}</Button>}
        {trial && !done && (
          <Button look="solid" busy={Boolean(running)} disabled={stale || good === 0} onClick={finish}>
            {t("Import {records}", { records: words(good) })}
          </Button>
        )}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-5xl flex-col gap-5 p-4 phone:p-6">
          {error && <Notice title={t("The import did not work.")}>{error}</Notice>}
          {running && <Progress total={running.total} processed={running.processed} trial={!trial || stale} />}
          {done ? (
            <Outcome object={object} done={done} words={words} />
          ) : trial && file ? (
            <>
              <Verdict
                trial={trial}
                words={words}
                stale={stale}
                onCheck={() => check(file, mapping)}
                busy={Boolean(running)}
              />
              <MappingTable
                object={object}
                mapping={mapping}
                samples={samples}
                match={match}
                onMatch={(field) => {
                  setMatch(field);
                  setStale(true);
                }}
                onChange={(next) => {
                  setMapping(next);
                  setStale(true);
                }}
              />
              {!stale && <Rejects trial={trial} />}
            </>
          ) : (
            !running && <Drop onFile={choose} />
          )}
        </div>
      </div>
    </section>
  );
}

/** The first values of each column of a CSV, by header. */
function samplesOf(text: string): Record<string, string[]> {
  const [headers = [], ...rows] = parseCsv(text, 6);
  return Object.fromEntries(
    headers.map((h, i) => [
      h,
      rows
        .map((r) => r[i] ?? "")
        .filter(Boolean)
        .slice(0, 3),
    ]),
  );
}

function Drop({ onFile }: { onFile: (file: File | undefined) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const hold = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  return (
    <section
      aria-label={t("Choose a file")}
      className={cx(
        "flex flex-col items-center gap-3 rounded-sheet border border-dashed px-6 py-16 text-center",
        over ? "border-accent bg-accent-soft" : "border-line-2",
      )}
      onDragOver={hold}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFile(event.dataTransfer.files[0]);
      }}
    >
      <FileUp size={28} className="text-text-3" />
      <div>
        <h2 className="font-semibold text-md">{t("Drop a file here")}</h2>
        <p className="text-text-2">
          {t("CSV, Excel (XLSX) or JSON Lines. Nothing is written before you have seen what would happen.")}
        </p>
      </div>
      <Button look="outline" size="md" onClick={() => input.current?.click()}>
        {t("Choose a file")}
      </Button>
      <input
        ref={input}
        type="file"
        aria-label={t("File to import")}
        accept=".csv,.tsv,.txt,.xlsx,.ndjson,.jsonl"
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => onFile(event.target.files?.[0])}
      />
    </section>
  );
}

function Progress({ total, processed, trial }: { total: number; processed: number; trial: boolean }) {
  const text = trial ? t("Checking the rows") : t("Importing the rows");
  return (
    <div className="flex flex-col gap-1.5" role="status">
      <div className="flex justify-between text-text-2">
        <span>{text}</span>
        <span className="num">{total ? `${counted(processed)} / ${counted(total)}` : ""}</span>
      </div>
      <progress className="meter h-1.5 w-full" aria-label={text} {...(total ? { max: total, value: processed } : {})} />
    </div>
  );
}

interface VerdictProps {
  trial: Trial;
  words: (n: number) => string;
  stale: boolean;
  busy: boolean;
  onCheck: () => void;
}

function Verdict({ trial: { status }, words, stale, busy, onCheck }: VerdictProps) {
  if (stale)
    return (
      <div className="flex items-center gap-3 rounded-control bg-amber-soft px-3 py-2">
        <span className="flex-1 font-medium">{t("The columns were changed. Check the file again.")}</span>
        <Button look="solid" busy={busy} onClick={onCheck}>
          {t("Check again")}
        </Button>
      </div>
    );
  const parts: [number, string, string][] = [
    [status.created, t("would be created"), "text-green"],
    [status.updated, t("would be changed"), "text-accent-text"],
    [status.rejected, t("would be rejected"), status.rejected ? "text-red" : "text-text-3"],
  ];
  return (
    <dl className="grid gap-4 phone:grid-cols-3" aria-label={t("What would happen")}>
      {parts.map(([n, what, look]) => (
        <div key={what} className="border-line border-s-2 ps-3">
          <dd className={cx("num font-semibold text-xl tracking-tight", look)}>{words(n)}</dd>
          <dt className="text-text-2">{what}</dt>
        </div>
      ))}
    </dl>
  );
}

function Rejects({ trial: { status, rejects } }: { trial: Trial }) {
  if (!status.rejected) return null;
  return (
    <section aria-label={t("Rejected rows")}>
      <div className="mb-2 flex items-center gap-3">
        <h2 className="flex-1 font-semibold">{t("Rejected rows")}</h2>
        <a
          href={rejectsPath(status.id)}
          download
          className="inline-flex h-7 items-center gap-1.5 rounded-control px-2 font-medium text-text-2 hover:bg-hover hover:text-text"
        >
          <Download size={14} />
          {t("Download them with reasons")}
        </a>
      </div>
      <table className="w-full text-sm">
        <thead>
          <tr className="border-line border-b text-start text-text-2 text-xs">
            <th className="w-20 py-1.5 text-start font-medium">{t("Row")}</th>
            <th className="py-1.5 text-start font-medium">{t("Reason")}</th>
          </tr>
        </thead>
        <tbody>
          {rejects.map(({ row, reason }) => (
            <tr key={row} className="border-line border-b align-top">
              <td className="num py-1.5 text-text-2">{row}</td>
              <td className="py-1.5">{reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {status.rejected > rejects.length && (
        <p className="pt-2 text-text-3 text-xs">
          {t("The first {n} of {total}", { n: rejects.length, total: counted(status.rejected) })}
        </p>
      )}
    </section>
  );
}

function Outcome({ object, done, words }: { object: ObjectDef; done: Trial; words: (n: number) => string }) {
  const { created, updated, rejected } = done.status;
  return (
    <>
      <div className="flex flex-col items-center gap-3 py-10 text-center" role="status">
        <CircleCheck size={32} className="text-green" />
        <h2 className="font-semibold text-lg">{t("{records} imported", { records: words(created + updated) })}</h2>
        <p className="text-text-2">
          {t("{created} created, {updated} changed, {rejected} rejected", {
            created: counted(created),
            updated: counted(updated),
            rejected: counted(rejected),
          })}
        </p>
        <Link
          to="/o/$plural"
          params={{ plural: object.plural }}
          search={{ sort: "-created_at" }}
          className="inline-flex h-8 items-center rounded-control bg-accent px-3 font-medium text-white hover:bg-accent-press"
        >
          {t("Show them")}
        </Link>
        {created > 0 && mayDelete(object) && <TakeBack object={object} status={done.status} words={words} />}
      </div>
      <Rejects trial={done} />
    </>
  );
}
