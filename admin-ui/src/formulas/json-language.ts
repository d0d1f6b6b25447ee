// The words of JSON, for colouring.
import { StreamLanguage } from "@codemirror/language";

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
});
