// The words of the formula language and of JSON, for colouring. What a text means is the server's to say.
import { HighlightStyle, StreamLanguage, type StreamParser, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";

const RESERVED = /^(and|or|not|in|true|false|null)$/i;

interface State {
  /** Inside a comment that goes over lines. */
  comment: boolean;
}

const parser: StreamParser<State> = {
  name: "formula",
  startState: () => ({ comment: false }),
  token(stream, state) {
    if (state.comment) {
      if (stream.skipTo("*/")) {
        stream.match("*/");
        state.comment = false;
      } else stream.skipToEnd();
      return "comment";
    }
    if (stream.eatSpace()) return null;
    if (stream.match("//")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match("/*")) {
      state.comment = true;
      return "comment";
    }
    if (stream.match(/^(["'])(?:(?!\1)[^\\]|\\.|\1\1)*\1?/)) return "string";
    if (stream.match(/^\d+(\.\d+)?/)) return "number";
    if (stream.match(/^\{[^}]*\}?/)) return "variableName";
    const word = stream.match(/^[\p{L}_$][\p{L}\p{N}_]*/u) as RegExpMatchArray | null;
    if (word) {
      if (RESERVED.test(word[0])) return "keyword";
      return stream.match(/^\s*(?=\()/, false) ? "variableName.function" : "variableName";
    }
    stream.next();
    return "operator";
  },
  languageData: { closeBrackets: { brackets: ["(", "[", "{", '"'] } },
  tokenTable: { "variableName.function": tags.function(tags.variableName) },
};

export const formulaLanguage = StreamLanguage.define(parser);

export const jsonLanguage = StreamLanguage.define({
  name: "json",
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return stream.match(/^\s*:/, false) ? "variableName" : "string";
    if (stream.match(/^-?\d[\d.eE+-]*/)) return "number";
    if (stream.match(/^[a-z]+/)) return "keyword";
    stream.next();
    return "operator";
  },
  languageData: { closeBrackets: { brackets: ["[", "{", '"'] } },
});

export const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.keyword, color: "var(--accent-text)", fontWeight: "600" },
    { tag: tags.function(tags.variableName), color: "var(--accent-text)" },
    { tag: tags.string, color: "var(--green)" },
    { tag: tags.number, color: "var(--amber)" },
    { tag: tags.comment, color: "var(--text-3)", fontStyle: "italic" },
    { tag: tags.operator, color: "var(--text-2)" },
  ]),
);
