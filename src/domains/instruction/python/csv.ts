/** Python's `csv.reader` with its default dialect. */

/** Python refuses longer fields. */
const LONGEST_FIELD = 131072;

/**
 * The rows of a text as Python's `csv.reader` gives them: an empty line is an empty row, a quote inside a field is text, an
 * open quote runs to the end.
 *
 * @param delimiter  one character
 * @returns rows of fields, or null where Python raises an error
 * @example
 * readCsv('a,"b,c"\n')   // [["a", "b,c"]]
 */
export function readCsv(text: string, delimiter = ","): string[][] | null {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = "";
  let state: "row" | "field" | "plain" | "quoted" | "quote" | "ended" = "row";
  const endField = (): void => {
    row.push(field);
    field = "";
  };
  const endRow = (): void => {
    rows.push(row);
    row = [];
    state = "row";
  };
  for (const character of text) {
    const isEnd = character === "\n" || character === "\r";
    if (state === "ended") {
      // Only a line feed may follow a carriage return outside quotes.
      if (character !== "\n" && character !== "\r") return null;
      if (character === "\n") endRow();
    } else if (state === "quoted") {
      if (character === '"') state = "quote";
      else field += character;
    } else if (isEnd) {
      if (state !== "row") endField();
      if (character === "\n") endRow();
      else state = "ended";
    } else if (character === delimiter) {
      endField();
      state = "field";
    } else if (character === '"' && (state === "row" || state === "field")) {
      state = "quoted";
    } else if (character === '"' && state === "quote") {
      field += character;
      state = "quoted";
    } else {
      field += character;
      state = "plain";
    }
    if (field.length > LONGEST_FIELD) return null;
  }
  if (state === "ended") endRow();
  else if (state !== "row") {
    endField();
    endRow();
  }
  return rows;
}
