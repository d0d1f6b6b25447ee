// Reads CSV as far as a preview needs it: quotes, doubled quotes, line breaks inside quotes, any usual delimiter.

/** The delimiter that splits the first line most often, outside of quotes. */
export function delimiterOf(text: string): string {
  const line = text.replace(/"[^"]*"/g, "").split(/\r?\n/, 1)[0] ?? "";
  const counts = [",", ";", "\t", "|"].map((d) => ({ d, n: line.split(d).length }));
  return counts.reduce((best, each) => (each.n > best.n ? each : best)).d;
}

/** Rows of cells, at most `most` of them. A last line without an end is a row too. */
export function parseCsv(text: string, most = Number.POSITIVE_INFINITY, delimiter = delimiterOf(text)): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endRow = () => {
    row.push(cell);
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
    cell = "";
  };
  const plain = text.replace(/^\uFEFF/, "");
  for (let i = 0; i < plain.length && rows.length < most; i++) {
    const c = plain[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (plain[i + 1] === '"') {
        cell += c;
        i++;
      } else quoted = false;
    } else if (c === '"' && cell === "") quoted = true;
    else if (c === delimiter) {
      row.push(cell);
      cell = "";
    } else if (c === "\n") endRow();
    else if (c !== "\r") cell += c;
  }
  if (rows.length < most && (cell || row.length)) endRow();
  return rows;
}
