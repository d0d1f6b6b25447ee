// A text of a found record, with the words in it that were looked for.
import { pieces } from "@/api/search";

export function Marked({ text }: { text: string }) {
  return pieces(text).map((piece, i) => (i % 2 ? <mark key={i}>{piece}</mark> : piece));
}
