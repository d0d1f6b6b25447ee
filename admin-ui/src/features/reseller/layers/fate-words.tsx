// Where a layer and a tenant differ, and why one does not fit, told by the parts of the package.
import type { Component, LayerReport } from "@/api/layers";
import type { FieldProblem } from "@/api/problem";
import { t } from "@/lib/i18n";
import { labelOf } from "./component-list";
import { placed, wordsOf } from "./draft";

const OUTCOMES: Record<string, string> = {
  kept: "the tenant's own word stays",
  conflict: "the tenant's own word stays, though it is the package's to say",
  taken: "the layer's word holds",
  dropped: "the tenant's own word did not fit any more",
  adopted: "it is the tenant's own from now on",
  removed: "the tenant has taken it away",
  archived: "it is hidden until it comes back",
};

/** "Amount: label", as far as the part is known. */
function Place({ path, components }: { path: string; components: Component[] }) {
  const found = placed({ path, code: "", message: "" }, components);
  if (!found.component) return <span className="break-all font-mono text-xs">{path}</span>;
  return (
    <>
      <span className="font-medium text-text">{labelOf(found.component)}</span>{" "}
      <span className="break-all font-mono text-xs">{found.path.join(".")}</span>
    </>
  );
}

export function Conflicts({ conflicts, components }: { conflicts: LayerReport["conflicts"]; components: Component[] }) {
  return (
    <ul className="flex flex-col gap-1">
      {conflicts.map(({ path, outcome }) => (
        <li key={path}>
          <Place path={path} components={components} />: {t(OUTCOMES[outcome] ?? outcome)}
        </li>
      ))}
    </ul>
  );
}

export function Problems({ problems, components }: { problems: FieldProblem[]; components: Component[] }) {
  return (
    <ul className="flex flex-col gap-1">
      {problems.map((problem) => (
        <li key={`${problem.path} ${problem.message}`}>
          {problem.path && (
            <>
              <Place path={problem.path} components={components} />:{" "}
            </>
          )}
          {wordsOf(problem)}
        </li>
      ))}
    </ul>
  );
}
