// What is wrong with a text, underlined where it stands. What it is, the status under the editor says; pointing at a place
// tells that of the place.
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import type { FormulaProblem } from "@/api/formulas";

type Severity = "error" | "warning";

export interface Mark {
  from: number;
  to: number;
  severity: Severity;
  message: string;
}

/** The places of problems in a text of this length; one at its end underlines the last character. */
export function marksOf(problems: FormulaProblem[], severity: Severity, length: number): Mark[] {
  return problems.map(({ message, hint, span }) => {
    const from = Math.min(span?.[0] ?? 0, length);
    const to = Math.min(Math.max(span?.[1] ?? length, from), length);
    return {
      from: from === length && length > 0 ? length - 1 : from,
      to,
      severity,
      message: hint ? `${message} ${hint}` : message,
    };
  });
}

/** Replaces all marks. */
export const setMarks = StateEffect.define<Mark[]>();

function drawn(marks: Mark[]): DecorationSet {
  const shown = marks.filter(({ from, to }) => from < to);
  const look = ({ severity, message }: Mark) =>
    Decoration.mark({ class: `cm-wrong-${severity}`, attributes: { title: message } });
  return Decoration.set(
    shown.map((mark) => look(mark).range(mark.from, mark.to)),
    true,
  );
}

/** The marks of an editor; they move along with what is typed before them. */
export const marking = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { changes, effects }) {
    const set = effects.find((effect) => effect.is(setMarks));
    return set ? drawn(set.value) : marks.map(changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});
