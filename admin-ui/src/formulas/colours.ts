// What the words of a language in the code editor look like.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";

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
