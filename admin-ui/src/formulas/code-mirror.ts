// The text editor under the formula editor and that of documents. It lives in a shadow root: there its styles are constructed
// sheets, which the content security policy of the product allows, where a <style> element would be refused.
import { history, historyKeymap, standardKeymap } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import type { FormulaProblem } from "@/api/formulas";
import { colours } from "./colours";
import { marking, marksOf, setMarks } from "./marks";

export interface CodeOptions {
  text: string;
  label: string;
  placeholder: string;
  lines: number;
  /** Is as high as its text, and leaves scrolling to the page. */
  grows?: boolean;
  language: Extension;
  /** What it can do besides. */
  more?: Extension;
  onChange: (text: string) => void;
  onCursor?: (at: number) => void;
}

export interface Code {
  setText: (text: string) => void;
  setProblems: (problems: FormulaProblem[], warnings: FormulaProblem[]) => void;
  insert: (text: string) => void;
  focus: () => void;
  destroy: () => void;
}

const look = ({ lines, grows }: CodeOptions) =>
  EditorView.theme({
    "&": { fontSize: "12.5px", color: "var(--text)", backgroundColor: "transparent" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": {
      fontFamily: "var(--font-mono)",
      lineHeight: "20px",
      ...(grows ? { overflow: "visible" } : { maxHeight: "320px", overflow: "auto" }),
    },
    ".cm-content": { padding: "6px 0", minHeight: `${lines * 20 + 12}px`, caretColor: "var(--text)" },
    ".cm-line": { padding: "0 10px" },
    ".cm-placeholder": { color: "var(--text-3)" },
    ".cm-matchingBracket": {
      backgroundColor: "var(--accent-soft) !important",
      outline: "1px solid var(--accent-line)",
    },
    ".cm-tooltip": {
      border: "none",
      borderRadius: "10px",
      backgroundColor: "var(--surface)",
      color: "var(--text)",
      boxShadow: "var(--shadow-pop)",
      overflow: "hidden",
      zIndex: "60",
    },
    ".cm-tooltip.cm-tooltip-autocomplete > ul": {
      fontFamily: "var(--font-mono)",
      fontSize: "12px",
      maxHeight: "220px",
      padding: "4px",
      minWidth: "260px",
    },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px", borderRadius: "6px", lineHeight: "18px" },
    ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
      backgroundColor: "var(--press)",
      color: "var(--text)",
    },
    ".cm-completionDetail": {
      color: "var(--text-2)",
      fontStyle: "normal",
      fontFamily: "var(--font-sans)",
      marginInlineStart: "10px",
    },
    ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
    ".cm-completionInfo": {
      padding: "8px 10px",
      maxWidth: "280px",
      fontSize: "12px",
      lineHeight: "17px",
      color: "var(--text-2)",
    },
    ".cm-wrong-error": {
      textDecoration: "underline wavy var(--red) 1px",
      textUnderlineOffset: "3px",
    },
    ".cm-wrong-warning": {
      textDecoration: "underline wavy var(--amber) 1px",
      textUnderlineOffset: "3px",
    },
  });

/**
 * Typing over a selection. Left to itself the browser keeps the look of what was selected in a style attribute, which the
 * content security policy refuses with an error in the console.
 */
function typeOver(event: InputEvent, view: EditorView): boolean {
  const { from, to, empty } = view.state.selection.main;
  const { data } = event;
  if (event.inputType !== "insertText" || !data || empty || view.composing) return false;
  const insert = () =>
    view.state.update(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
  event.preventDefault();
  const handled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, data, insert));
  if (!handled) view.dispatch(insert());
  return true;
}

/** What a page may have over its foot: the line that is written is kept above it. */
const FOOT = 80;

export function startCode(host: HTMLElement, options: CodeOptions): Code {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        history(),
        options.language,
        colours,
        bracketMatching(),
        marking,
        options.more ?? [],
        keymap.of([...historyKeymap, ...standardKeymap.filter((k) => k.key !== "Mod-Enter")]),
        EditorView.lineWrapping,
        EditorView.domEventHandlers({ beforeinput: typeOver }),
        EditorView.contentAttributes.of({ "aria-label": options.label, spellcheck: "false", autocapitalize: "off" }),
        placeholder(options.placeholder),
        look(options),
        options.grows ? EditorView.scrollMargins.of(() => ({ bottom: FOOT })) : [],
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString());
          if (update.docChanged || update.selectionSet) options.onCursor?.(update.state.selection.main.head);
        }),
      ],
    }),
  });
  return {
    setText: (text) => {
      if (text !== view.state.doc.toString())
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    setProblems: (problems, warnings) => {
      const { length } = view.state.doc;
      const all = [...marksOf(problems, "error", length), ...marksOf(warnings, "warning", length)];
      view.dispatch({ effects: setMarks.of(all) });
    },
    insert: (text) => {
      view.dispatch(view.state.replaceSelection(text));
      view.focus();
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
