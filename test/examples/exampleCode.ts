/** The `@example` tags of a source file as programs, and what they must give. */
import { expect } from "vitest";
import ts from "typescript";
import type { Source } from "../structure/sources.js";

/** One `@example`. */
export interface Example {
  /** File and first line, for the title of its test. */
  title: string;
  source: Source;
  code: string;
}

/** The examples of one file. */
export function examplesOf(source: Source): Example[] {
  const comments = source.text.matchAll(/^ *\/\*\*[\s\S]*?\*\//gm);
  return [...comments].flatMap(([comment]) => {
    const lines = comment
      .split("\n")
      .map((line) => line.replace(/^\s*(?:\/\*\*|\*\/|\*)? ?/, ""));
    const start = lines.findIndex((line) => line.startsWith("@example"));
    if (start < 0) return [];
    const after = lines.slice(start + 1);
    const end = after.findIndex((line) => line.startsWith("@"));
    const code = (end < 0 ? after : after.slice(0, end)).join("\n").trim();
    return [{ title: `${source.path}: ${code.split("\n")[0]!}`, source, code }];
  });
}

/** A comment that states a value; "…" stands for digits or fields left out. Other comments are words for the reader. */
const STATED =
  /^\/\/ (true|false|null|undefined|-?\d[\d.]*(?:e-?\d+)?n?…?|".*"|'.*'|\[.*\]|\{.*\})$/;

/** The value that stands behind an expression or on the line below it. */
function statedAfter(file: ts.SourceFile, end: number): string | null {
  const rest = file.text.slice(end).replace(/^;/, "");
  const comment = /^[ \t]*\n?(\/\/ .*)/.exec(rest)?.[1];
  return comment === undefined ? null : (STATED.exec(comment)?.[1] ?? null);
}

/** A program that hands each of its expressions to `__value`, and the names that it uses. */
export interface Program {
  text: string;
  names: string[];
  /** The value that each expression must have; null where any will do. */
  stated: (string | null)[];
}

/**
 * An example as a program.
 *
 * @throws SyntaxError it is not TypeScript
 */
export function programOf(code: string): Program {
  const file = ts.createSourceFile("example.ts", code, ts.ScriptTarget.ES2022);
  const { parseDiagnostics } = file as unknown as {
    parseDiagnostics: { messageText: string }[];
  };
  if (parseDiagnostics.length > 0)
    throw new SyntaxError(`${parseDiagnostics[0]!.messageText}: ${code}`);
  const stated: (string | null)[] = [];
  const lines = file.statements.map((statement) => {
    const text = statement.getText(file);
    if (ts.isImportDeclaration(statement))
      return `const ${statement.importClause!.getText(file)} = __import(${statement.moduleSpecifier.getText(file)});`;
    if (!ts.isExpressionStatement(statement)) return text;
    stated.push(statedAfter(file, statement.end));
    return `__value(await (${text.replace(/;$/, "")}));`;
  });
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  const { outputText: text } = ts.transpileModule(lines.join("\n"), {
    compilerOptions: { target: ts.ScriptTarget.ES2022 },
  });
  return { text, names: [...names], stated };
}

type Values = Readonly<Record<string, unknown>>;

/** Run a program with what it sees; the values of its expressions, in order. */
export async function runProgram(
  { text, names }: Program,
  scope: Values,
): Promise<unknown[]> {
  const values: unknown[] = [];
  const seen = names.filter((name) => Object.hasOwn(scope, name));
  const body = `return (async () => {\n${text}\n})();`;
  const run = new Function("__value", "__import", ...seen, body) as (
    ...inputs: unknown[]
  ) => Promise<void>;
  await run(
    (value: unknown) => values.push(value),
    () => scope,
    ...seen.map((name) => scope[name]),
  );
  return values;
}

/** Numbers agree in the digits that are written ("…": cut off there), typed arrays as lists, everything else exactly. */
function agree(got: unknown, want: unknown, cut: boolean): void {
  if (typeof want === "number" && typeof got === "number") {
    const decimals = (String(want).split(".")[1] ?? "").length;
    const unit = decimals === 0 ? 0 : 10 ** -decimals;
    expect(Math.abs(got - want), `${got} for ${want}`).toBeLessThanOrEqual(
      cut ? unit : unit / 2,
    );
  } else if (typeof want === "object" && want !== null) {
    expect(got).toBeTypeOf("object");
    const fields = got as Values;
    if (!cut) expect(Object.keys(fields)).toEqual(Object.keys(want));
    for (const [key, value] of Object.entries(want))
      agree(fields[key], value, cut);
  } else expect(got).toBe(want);
}

/** Check a value against the text that states it. */
export function checkValue(got: unknown, stated: string): void {
  const want = new Function(
    `return (${stated.replaceAll("…", "")})`,
  )() as unknown;
  agree(got, want, stated.includes("…"));
}
