/** YAML that others wrote, with the place of everything in it. */
import {
  Composer,
  type Document,
  isScalar,
  LineCounter,
  type Node,
  Parser,
  visit,
} from "yaml";
import { BUDGETS } from "./readFile.js";

/** A place in a text; both count from 1. */
export interface TextPlace {
  line: number;
  column: number;
}

/** Collections inside each other that are read; each level takes some stack of the parser. */
const DEPTH = 200;

/** What is wrong, and the offset of its place. */
interface Problem {
  offset: number;
  message: string;
}

/**
 * Parse a YAML text; keys must be unique.
 *
 * Cost: linear in the text, right or wrong: reading ends at the first text that is no YAML, and keys are compared by a set.
 *
 * @param failure  makes the error from a place and what is wrong there
 * @throws the error of `failure`: the first thing that is wrong, too many nested values, or a text beyond its budget
 * @example
 * parseYaml("a: 1", ({ line }, message) => new RangeError(`line ${line}: ${message}`)).document.toJS()
 */
export function parseYaml(
  text: string,
  failure: (place: TextPlace, message: string) => Error,
): { document: Document; lines: LineCounter } {
  const { bytes } = BUDGETS.yaml;
  if (text.length > bytes)
    throw failure(
      { line: 1, column: 1 },
      `text must have at most ${bytes} characters, got ${text.length}`,
    );
  checkDepth(text, failure);
  const lines = new LineCounter();
  let found: { document: Document; problems: Problem[] };
  try {
    found = compose(text, lines);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw failure({ line: 1, column: 1 }, tooDeep);
  }
  const { document } = found;
  const [problem] = [
    ...found.problems.sort((a, b) => a.offset - b.offset),
    ...(found.problems.length === 0 ? repeatedKeys(document) : []),
  ];
  if (problem === undefined) return { document, lines };
  const { line, col } = lines.linePos(problem.offset);
  const message = problem.message.split(/\n|; please/)[0]!;
  throw failure({ line, column: col }, message);
}

/** The document of a text, and what is wrong with it; a text that goes on behind an error or a first document is not read further. */
function compose(
  text: string,
  lines: LineCounter,
): { document: Document; problems: Problem[] } {
  const composer = new Composer({ uniqueKeys: false });
  const documents: Document[] = [];
  const problems: Problem[] = [];
  for (const token of new Parser(lines.addNewLine).parse(text)) {
    if (token.type === "error")
      problems.push({
        offset: token.offset,
        message: `${token.message}: ${JSON.stringify(token.source)}`,
      });
    else documents.push(...composer.next(token));
    if (problems.length > 0 || documents.length > 1) break;
  }
  documents.push(...composer.end(true, text.length));
  const [document, second] = documents;
  if (second !== undefined)
    problems.push({
      offset: second.range?.[0] ?? 0,
      message: "text must hold one document, got several",
    });
  for (const list of [document!.errors, document!.warnings])
    for (const { pos, message } of list.slice(0, 1))
      problems.push({ offset: pos[0], message });
  return { document: document!, problems };
}

/** Keys that stand twice in one map. */
function repeatedKeys(document: Document): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          const offset = (key as Node).range?.[0] ?? 0;
          problems.push({ offset, message: "Map keys must be unique" });
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return problems;
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
