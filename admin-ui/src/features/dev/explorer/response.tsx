// Sending a request of the explorer, and what came back: status, time, size, the headers that matter and the body.
import { useState } from "react";
import { request as send } from "@/api/client";
import { Problem } from "@/api/problem";
import { Skeleton, Tag } from "@/components/bits";
import { t } from "@/lib/i18n";
import type { ApiRequest } from "./requests";
import { urlOf } from "./requests";

export interface Answer {
  status: number;
  milliseconds: number;
  etag: string | null;
  body: unknown;
}

export function useSend() {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [busy, setBusy] = useState(false);

  async function run(asked: ApiRequest) {
    setBusy(true);
    const start = performance.now();
    const time = () => Math.round(performance.now() - start);
    try {
      const body = asked.body ? { body: JSON.parse(asked.body) as unknown } : {};
      const got = await send<unknown>(asked.method, urlOf(asked), body);
      setAnswer({ status: got.status, milliseconds: time(), etag: got.etag, body: got.body });
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(0, { detail: String(error) });
      setAnswer({ status: problem.status, milliseconds: time(), etag: null, body: problem.body });
    }
    setBusy(false);
  }

  return { answer, busy, send: run };
}

export function ResponseView({ answer, busy }: { answer: Answer | null; busy: boolean }) {
  const text = answer?.body === null || !answer ? "" : JSON.stringify(answer.body, null, 2);
  return (
    <section aria-label={t("Answer")} aria-busy={busy} className="min-w-0">
      <h2 className="mb-1.5 flex items-center gap-2 font-semibold">
        {t("Answer")}
        {answer && (
          <>
            <Tag color={answer.status >= 400 || answer.status === 0 ? "red" : "green"}>
              {answer.status === 0 ? t("No answer") : String(answer.status)}
            </Tag>
            <span className="num font-normal text-text-3 text-xs">
              {answer.milliseconds} {t("ms")}
              {answer.etag && t(" · ETag {etag}", { etag: answer.etag })}
            </span>
          </>
        )}
      </h2>
      {busy && !answer && <Skeleton style={{ width: "50%" }} />}
      {!answer && !busy && <p className="text-text-3">{t("Press Send to see what comes back.")}</p>}
      {answer && (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
          tabIndex={0}
          className="max-h-[70dvh] overflow-auto rounded-control border border-line bg-sunken px-3 py-2.5 font-mono text-xs leading-5"
        >
          {text || t("No body")}
        </pre>
      )}
    </section>
  );
}
