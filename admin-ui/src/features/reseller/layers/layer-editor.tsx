// A layer while it is written: the parts of the package with what is said of each, or all of it in JSON.
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, ArrowRight } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Layer, LayerDocument, PackageWithComponents, TriedLayer } from "@/api/layers";
import { Loaded } from "@/api/loaded";
import { type FieldProblem, messageOf, Problem } from "@/api/problem";
import type { Reseller } from "@/api/resellers";
import { Notice } from "@/components/bits";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { backLink, PageFrame } from "@/components/page-frame";
import { Segments } from "@/components/segments";
import { toast } from "@/components/toast";
import { cx } from "@/lib/cx";
import { t } from "@/lib/i18n";
import { isObject, same } from "@/lib/sparse";
import { count, humanize } from "@/lib/text";
import { ComponentEditor } from "./component-editor";
import { ComponentList } from "./component-list";
import { keyOf, pathIn, placed, shownOf, wordsOf } from "./draft";
import { Problems } from "./fate-words";
import { JsonField, type JsonProblem } from "./json-field";
import { LAYERS, useLayer, usePackage } from "./queries";
import { ReviewDialog } from "./review-dialog";
import { useLeaving } from "./use-leaving";

export function LayerEditor({ reseller, name }: { reseller: Reseller; name: string }) {
  const offered = usePackage(reseller, name);
  const layer = useLayer(reseller, name);
  const label = offered.data?.label || humanize(name);
  return (
    <PageFrame
      wide
      above={
        <Link to="/tenants" search={{ tab: "layers", layer: name }} className={backLink}>
          <ArrowLeft size={13} aria-hidden="true" className="rtl:rotate-180" /> {label}
        </Link>
      }
      title={t("What {name} looks like", { name: label })}
      about={t("Change what is to be otherwise in all of your tenants. What you leave alone is as the package has it.")}
    >
      <Loaded query={offered} what={t("The package")}>
        {(found) => (
          <Loaded query={layer} what={t("The layer")}>
            {(saved) => <Draft reseller={reseller} offered={found} now={saved} />}
          </Loaded>
        )}
      </Loaded>
    </PageFrame>
  );
}

interface DraftProps {
  reseller: Reseller;
  offered: PackageWithComponents;
  /** As it is by now: somebody else may say something too. */
  now: Layer;
}

function Draft({ reseller, offered, now }: DraftProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [saved, setSaved] = useState(now);
  const [draft, setDraft] = useState(saved.layer);
  const [chosen, setChosen] = useState<string>();
  const [mode, setMode] = useState("parts");
  const [broken, setBroken] = useState<string[]>([]);
  // What is stored may not fit any more; what is wrong with it is known before it is looked at.
  const [refused, setRefused] = useState<FieldProblem[]>(saved.problems);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  // What was tried is what is saved, whatever has been said since.
  const [tried, setTried] = useState<{ answer: TriedLayer; draft: LayerDocument }>();
  const [begun, setBegun] = useState(0);
  const [turned, setTurned] = useState<{ key: string | undefined; back: boolean }>();
  const area = useRef<HTMLDivElement>(null);
  const done = useRef(false);
  const components = useMemo(() => shownOf(offered.components, draft), [offered, draft]);
  const problems = refused.map((problem) => placed(problem, components));
  const component = components.find((one) => keyOf(one) === chosen);
  const dirty = !same(draft, saved.layer);
  const unsaved = dirty || broken.length > 0;
  const leave = useLeaving(() => unsaved && !done.current);

  // Where one turns, the keyboard goes along: to the part, and back to where it was chosen.
  useEffect(() => {
    const place = turned?.back ? `[data-part="${CSS.escape(turned.key ?? "")}"]` : "[data-part-heading]";
    if (turned) area.current?.querySelector<HTMLElement>(place)?.focus();
  }, [turned]);

  function change(next: LayerDocument) {
    setDraft(next);
    // What was wrong with a part may be right now.
    if (mode === "json") setRefused([]);
    else
      setRefused(problems.filter((one) => one.component && keyOf(one.component) !== chosen).map((one) => one.problem));
  }

  /** What cannot be taken is in no draft: it would be gone with its editor. */
  function mayTurn(): boolean {
    if (broken.length > 0)
      toast(t("Here is JSON that cannot be taken. Mend or discard it first."), { tone: "error", key: "broken" });
    return broken.length === 0;
  }

  function choose(key: string | undefined) {
    if (key !== chosen && !mayTurn()) return;
    setChosen(key);
    setTurned({ key: key ?? chosen, back: key === undefined });
  }

  function begin(from: Layer) {
    setSaved(from);
    setDraft(from.layer);
    setRefused(from.problems);
    setBegun((times) => times + 1);
  }

  async function review() {
    setBusy(true);
    setError(undefined);
    try {
      setTried({ answer: await reseller.tryLayer(offered.name, draft), draft });
      setRefused([]);
    } catch (problem) {
      const found = problem instanceof Problem ? problem.errors : [];
      setRefused(found);
      const [first] = found.map((one) => placed(one, components)).filter((one) => one.component);
      if (first?.component && mode === "parts") setChosen(keyOf(first.component));
      if (found.length === 0) setError(messageOf(problem));
    }
    setBusy(false);
  }

  async function finish(layer: Layer) {
    done.current = true;
    client.setQueryData([...LAYERS, offered.name], layer);
    await client.invalidateQueries({ queryKey: LAYERS, refetchType: "none" });
    toast(t("Saved; it is on its way to tenants"));
    await navigate({ to: "/tenants", search: { tab: "layers", layer: offered.name, part: "tenants" } });
  }

  const said = Object.values(draft).reduce((sum, named) => sum + Object.keys(isObject(named) ? named : {}).length, 0);
  return (
    <>
      {/* What is being looked at stands still; what one comes to does not stop beneath the bar at the foot. */}
      <div ref={area} inert={busy} className="[&_*]:scroll-mb-20">
        <Segments
          label={t("Shown as")}
          className="mb-4 max-w-80"
          value={mode}
          choices={[
            { id: "parts", label: t("Part by part") },
            { id: "json", label: t("As JSON") },
          ]}
          onChange={(next) => (next === mode || mayTurn()) && setMode(next)}
        />
        {now.edition !== saved.edition && !done.current && (
          <div className="mb-4">
            <Notice
              tone="warning"
              title={t("Somebody has said something else meanwhile")}
              action={
                <Button look="outline" onClick={() => begin(now)}>
                  {t("Begin with that")}
                </Button>
              }
            >
              {t("What you save takes its place.")}
            </Notice>
          </div>
        )}
        {error && <Notice title={t("It could not be looked at.")}>{error}</Notice>}
        {refused.length > 0 && (
          <div className="mb-4">
            <Notice title={t("This does not fit the package")}>
              <Problems problems={refused} components={components} />
            </Notice>
          </div>
        )}
        {mode === "json" ? (
          <JsonField
            key={begun}
            label={t("The layer as JSON")}
            value={draft}
            lines={22}
            problems={problems.map((one) => ({ path: pathIn(one), words: wordsOf(one.problem) }))}
            empty={{}}
            refuse={unfit}
            onChange={(value) => change(value as LayerDocument)}
            onBroken={(is) => setBroken(is ? ["json"] : [])}
          />
        ) : (
          <div className="grid items-start gap-x-8 gap-y-4 phone:grid-cols-[17rem_minmax(0,1fr)]">
            <div className={cx("min-w-0 phone:block", component && "hidden")}>
              <div className="flex flex-col phone:max-h-[calc(100dvh-7.5rem)]">
                <ComponentList
                  components={components}
                  draft={draft}
                  problems={problems}
                  chosen={chosen}
                  onChoose={choose}
                />
              </div>
            </div>
            <div className="min-w-0 max-w-160">
              {component ? (
                <>
                  <Button
                    className="-ms-2.5 mb-2 phone:hidden"
                    icon={<ArrowLeft size={13} className="rtl:rotate-180" />}
                    onClick={() => choose(undefined)}
                  >
                    {t("All parts")}
                  </Button>
                  <ComponentEditor
                    key={`${chosen} ${begun}`}
                    component={component}
                    components={components}
                    draft={draft}
                    problems={problems.filter((one) => one.component && keyOf(one.component) === chosen)}
                    onChange={change}
                    onBroken={(key, is) =>
                      setBroken((all) => [...all.filter((one) => one !== key), ...(is ? [key] : [])])
                    }
                  />
                </>
              ) : (
                <p className="hidden rounded-control border border-line border-dashed px-4 py-10 text-center text-text-2 phone:block">
                  {t("Choose a part of the package: an object, a field, a layout …")}
                </p>
              )}
            </div>
          </div>
        )}
      </div>
      <footer className="fixed inset-x-0 bottom-0 z-10 flex flex-wrap items-center justify-end gap-2 border-line border-t bg-surface px-4 py-2.5 phone:px-8">
        <span className="me-auto text-text-2">{count(said, t("part changed"), t("parts changed"))}</span>
        {unsaved && (
          <Button size="md" disabled={busy} onClick={() => begin(now)}>
            {t("Discard")}
          </Button>
        )}
        <Button
          look="solid"
          size="md"
          icon={<ArrowRight size={14} className="rtl:rotate-180" />}
          disabled={!dirty || broken.length > 0}
          busy={busy}
          onClick={review}
        >
          {t("Review")}
        </Button>
      </footer>
      {tried && (
        <ReviewDialog
          reseller={reseller}
          name={offered.name}
          draft={tried.draft}
          tried={tried.answer}
          components={offered.components}
          onSaved={finish}
          onClose={() => setTried(undefined)}
        />
      )}
      {leave && (
        <Dialog
          title={t("Leave without saving?")}
          width="420px"
          onClose={() => leave(true)}
          footer={
            <>
              <Button size="md" data-autofocus onClick={() => leave(true)}>
                {t("Stay")}
              </Button>
              <Button look="danger" size="md" onClick={() => leave(false)}>
                {t("Leave")}
              </Button>
            </>
          }
        >
          <p className="text-text-2">{t("What you have changed here is not saved.")}</p>
        </Dialog>
      )}
    </>
  );
}

/** Why a value is no layer, and where: kinds hold components, those what is said; the server says what else is wrong. */
function unfit(value: unknown): JsonProblem | undefined {
  const path = braceless(value, 2);
  const words = "Braces belong here: a layer holds kinds, a kind holds parts, a part holds what is said of it.";
  return path && { path, words: t(words) };
}

/** The way to the first thing that is no object, so many levels deep. */
function braceless(value: unknown, levels: number): string[] | undefined {
  if (!isObject(value)) return [];
  if (levels === 0) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const path = braceless(inner, levels - 1);
    if (path) return [key, ...path];
  }
  return undefined;
}
