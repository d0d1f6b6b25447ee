// The words of the formula language, for colouring. What a text means is the server's to say.
import { StreamLanguage, type StreamParser } from "@codemirror/language";
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
