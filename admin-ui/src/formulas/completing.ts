// What the formula editor offers while one types: fields along paths, functions, words of the language.
import {
  autocompletion,
  type Completion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { type Place, placeAt, type Word } from "./words";

const RANK = { field: 3, relation: 2, function: 1, keyword: 0 };

function completionOf(word: Word): Completion {
  return {
    label: word.label,
    detail: word.detail,
    ...(word.info ? { info: word.info } : {}),
    boost: RANK[word.type],
    apply: word.insert ?? word.label,
  };
}

/** Brackets that close by themselves, and what can stand at a place, to choose from. */
export function completing(words: (place: Place) => Word[]): Extension {
  const chosen = autocompletion({
    icons: false,
    aboveCursor: false,
    override: [
      (context) => {
        const place = placeAt(context.state.doc.toString(), context.pos);
        if (!place || (!context.explicit && place.typed === "" && place.path.length === 0)) return null;
        return { from: place.from, options: words(place).map(completionOf), validFor: /^[\p{L}\p{N}_$]*$/u };
      },
    ],
  });
  return [
    closeBrackets(),
    chosen,
    keymap.of([...closeBracketsKeymap, ...completionKeymap]),
    // What was asked for just before the focus left would open over the next field.
    EditorView.domEventHandlers({
      blur: (_, left) => {
        setTimeout(() => left.hasFocus || closeCompletion(left), 250);
      },
    }),
  ];
}
