/** YAML that others wrote, with the place of everything in it. */
import { type Document, LineCounter, parseDocument } from "yaml";

/** A place in a text; both count from 1. */
export interface TextPlace {
  line: number;
  column: number;
}

/** Collections inside each other that are read; each level takes some stack of the parser. */
const DEPTH = 200;

/**
 * Parse a YAML text; keys must be unique.
 *
 * @param failure  makes the error from a place and what is wrong there
 * @throws the error of `failure`: the first thing that is wrong, or too many nested values
 * @example
 * parseYaml("a: 1", ({ line }, message) => new RangeError(`line ${line}: ${message}`)).document.toJS()
 */
export function parseYaml(
  text: string,
  failure: (place: TextPlace, message: string) => Error,
): { document: Document; lines: LineCounter } {
  checkDepth(text, failure);
  const lines = new LineCounter();
  let document: Document;
  try {
    document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw failure({ line: 1, column: 1 }, tooDeep);
  }
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem === undefined) return { document, lines };
  const { line, col } = lines.linePos(problem.pos[0]);
  const message = problem.message.split(/ at line | in \d|\n|; please/)[0]!;
  throw failure({ line, column: col }, message);
}

const tooDeep = `values must lie at most ${DEPTH} deep inside each other, got more`;

/** Refuse before parsing what would take the parser's stack: brackets, and dashes or question marks one behind the other. */
function checkDepth(
  text: string,
  failure: (place: TextPlace, message: string) => Error,
): void {
  let depth = 0;
  let dashes = 0;
  let line = 1;
  let column = 0;
  for (const character of text) {
    column++;
    if (character === "\n") {
      line++;
      column = dashes = 0;
    } else if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}")
      depth = Math.max(0, depth - 1);
    else if (character === "-" || character === "?") dashes++;
    else if (character !== " ") dashes = 0;
    if (depth > DEPTH || dashes > 2 * DEPTH)
      throw failure({ line, column }, tooDeep);
  }
}
