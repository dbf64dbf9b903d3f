/** Every `@example` of src/ that states its value as "expression // value" runs, and gives that value. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { ROOT, readSources, type Source } from "./sources.js";

/** One line of an example with the value that it states. */
interface Example {
  path: string;
  imports: string[];
  code: string;
  value: string;
}

/** Examples that are not run, as "file: code", with the reason; to be emptied. */
const EXEMPT: Readonly<Record<string, string>> = {
  'domains/math/algebra/evaluate.ts: evaluate(readLatex("x^2", budget), new Map([["x", [0, 1]]]), budget)':
    "needs a budget and the reader",
  'domains/math/algebra/identical.ts: canonical(readLatex("x+1", budget)) === canonical(readLatex("1+x", budget))':
    "needs a budget and the reader",
  'domains/math/algebra/identical.ts: identical(readLatex("(x+1)^2", budget), readLatex("x^2+2x+1", budget), budget)':
    "needs a budget and the reader",
  'domains/math/algebra/exact.ts: rationalValue(readLatex("\\\\sqrt{16}/6", new Budget()))':
    "needs a budget and the reader",
  'domains/math/algebra/matrix.ts: matrixValue(readLatex("2\\\\begin{pmatrix}1&x\\\\end{pmatrix}", budget))':
    "needs a budget and the reader; states its value in symbols",
  'domains/math/latex/read.ts: readLatexPrefix("1) or 2", new Budget())':
    "states its value in symbols",
  'domains/files/check.ts: (await checkFile("humaneval", "HumanEval.jsonl.gz")).problems':
    "needs a file that is not in the repository",
  'domains/files/readRows.ts: (await readRows("HumanEval.jsonl.gz")).length':
    "needs a file that is not in the repository",
  'domains/coding/executors/embedded.ts: await python.run({ program: "print(int(input()) + 1)", input: "4" }, PYTHON_LIMITS);':
    "one line of several; test/domains/coding runs them",
  "rollout/server/serverSampler.ts: server.abilities":
    "needs a server; test/cluster runs one",
  "engine/tensorflow/handles.ts: handles.read(add(one, one));":
    "one line of several; test/engine runs them",
};

/** A line of an example that ends in the value it gives; values in words and of other forms are not read. */
const STATED =
  /^(.+?)\s*\/\/ (true|false|null|-?\d[\d.]*(?:e-?\d+)?n?…?|".*"|\[.*\]|\{.*\})$/;

/** The stated values in the `@example` tags of one file. */
function examplesOf({ path, text, imports }: Source): Example[] {
  return [...text.matchAll(/^ *\/\*\*[\s\S]*?\*\//gm)].flatMap(([comment]) => {
    const lines = comment
      .split("\n")
      .map((line) => line.replace(/^\s*(?:\/\*\*|\*\/|\*)? ?/, ""));
    const start = lines.findIndex((line) => line.startsWith("@example"));
    if (start < 0) return [];
    return lines.slice(start + 1).flatMap((line) => {
      const match = STATED.exec(line.trim());
      return match
        ? [{ path, imports, code: match[1]!, value: match[2]! }]
        : [];
    });
  });
}

type Exports = Record<string, unknown>;

async function load(path: string): Promise<Exports> {
  return (await import(
    /* @vite-ignore */ pathToFileURL(join(ROOT, "src", path)).href
  )) as Exports;
}

/** What an example sees: the exports of its room, of the files that its own file imports, and of that file. */
async function scopeOf({ path, imports }: Example): Promise<Exports> {
  const index = path.includes("/") ? [`${path.split("/")[0]!}/index.ts`] : [];
  const scope: Exports = {};
  for (const each of [...index, ...imports, path])
    Object.assign(scope, await load(each));
  return scope;
}

function run(code: string, scope: Exports): unknown {
  const names = Object.keys(scope).filter((name) => name !== "default");
  const { outputText } = ts.transpileModule(`(${code.replace(/;$/, "")})`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022 },
  });
  return new Function(...names, `return ${outputText}`)(
    ...names.map((name) => scope[name]),
  ) as unknown;
}

/** Numbers agree in the digits that the example writes ("…": cut off there), typed arrays as lists, everything else exactly. */
function agree(got: unknown, want: unknown, cut: boolean): void {
  if (typeof want === "number" && typeof got === "number") {
    const decimals = (String(want).split(".")[1] ?? "").length;
    const unit = decimals === 0 ? 0 : 10 ** -decimals;
    expect(Math.abs(got - want), `${got} for ${want}`).toBeLessThanOrEqual(
      cut ? unit : unit / 2,
    );
  } else if (typeof want === "object" && want !== null) {
    expect(typeof got).toBe("object");
    const fields = got as Exports;
    expect(Object.keys(fields)).toEqual(Object.keys(want));
    for (const [key, value] of Object.entries(want))
      agree(fields[key], value, cut);
  } else expect(got).toBe(want);
}

function check(got: unknown, value: string): void {
  const want = new Function(
    `return (${value.replaceAll("…", "")})`,
  )() as unknown;
  agree(got, want, value.includes("…"));
}

describe("@example", () => {
  const examples = readSources().flatMap(examplesOf);
  const nameOf = ({ path, code }: Example): string => `${path}: ${code}`;

  test("exempt ones exist", () => {
    const names = examples.map(nameOf);
    expect(Object.keys(EXEMPT).filter((key) => !names.includes(key))).toEqual(
      [],
    );
  });

  test.for(
    examples
      .filter((example) => !Object.hasOwn(EXEMPT, nameOf(example)))
      .map((example) => [nameOf(example), example] as const),
  )("%s", { timeout: 60_000 }, async ([, example]) => {
    check(run(example.code, await scopeOf(example)), example.value);
  });
});

test("a wrong value fails", () => {
  expect(() => check(run("one + 1", { one: 1 }), "3")).toThrow();
  expect(() => check(run("[one]", { one: 1 }), "[2]")).toThrow();
  expect(() => check(run("one / 3", { one: 1 }), "0.36…")).toThrow();
});
