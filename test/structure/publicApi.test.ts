/** What the notebook kernel sees of the built library: its types under TypeScript 5.0.4 (tslab's own), and `require` of its modules. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";
import ts from "@tslab/typescript-for-tslab";
import { beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "./sources.js";

const DIST = join(ROOT, "dist");

/** The options of tslab 1.0.22, but with the declarations themselves checked. */
const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  esModuleInterop: true,
  strict: true,
  skipLibCheck: false,
  noEmit: true,
};

/** A program of one cell in notebooks/, without a file on disk. */
function cell(text: string): { program: ts.Program; path: string } {
  const path = join(ROOT, "notebooks", "cell.ts").split(sep).join("/");
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, version, ...rest) =>
    name === path
      ? ts.createSourceFile(name, text, version)
      : getSourceFile(name, version, ...rest);
  host.fileExists = (name) => name === path || fileExists(name);
  host.readFile = (name) => (name === path ? text : readFile(name));
  return { program: ts.createProgram([path], OPTIONS, host), path };
}

function messages(
  program: ts.Program,
  wanted: (name: string) => boolean,
): string[] {
  return program
    .getSourceFiles()
    .filter(({ fileName }) => wanted(fileName))
    .flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ])
    .map(
      ({ file, messageText }) =>
        `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
}

describe("the public API", () => {
  beforeAll(() => {
    expect(
      existsSync(join(DIST, "index.d.ts")),
      "dist/ must be built; run `npm run setup`",
    ).toBe(true);
  });

  test("is read by TypeScript 5.0.4 from a cell, every declaration without an error", () => {
    expect(ts.version).toBe("5.0.4");
    const { program, path } = cell(
      `import * as m2rl from "m2rl";\nexport const rooms: string[] = Object.keys(m2rl);\n`,
    );
    const dist = `${DIST.split(sep).join("/")}/`;
    expect(
      messages(program, (name) => name === path || name.startsWith(dist)),
    ).toEqual([]);
    expect(
      program
        .getSourceFiles()
        .some(({ fileName }) => fileName === `${dist}index.d.ts`),
    ).toBe(true);
    // Seconds of computing, which a machine with other work stretches.
  }, 600_000);

  test("tells a cell that misuses it", () => {
    const { program, path } = cell(
      `import { thereIsNoSuchRoom } from "m2rl";\nthereIsNoSuchRoom;\n`,
    );
    expect(messages(program, (name) => name === path).join()).toContain(
      "thereIsNoSuchRoom",
    );
  });

  test("is loaded by require(), which no top-level await allows", () => {
    const script = `console.log(Object.keys(require("m2rl")).join(" "))`;
    const output = execFileSync(
      process.execPath,
      ["--no-warnings", "-e", script],
      {
        cwd: join(ROOT, "scripts"),
        encoding: "utf8",
      },
    );
    expect(output.trim().split(" ")).toEqual(
      expect.arrayContaining(["merge", "evaluate", "domains"]),
    );
  });

  test("has no top-level await in any built module", () => {
    const modules = readdirSync(DIST, {
      recursive: true,
      encoding: "utf8",
    }).filter((name) => name.endsWith(".js"));
    const waiting = modules.filter((name) => {
      const text = ts.sys.readFile(join(DIST, name)) ?? "";
      const file = ts.createSourceFile(
        name,
        text,
        ts.ScriptTarget.ES2022,
        true,
        ts.ScriptKind.JS,
      );
      const waits = (node: ts.Node): boolean =>
        ts.isAwaitExpression(node) ||
        (ts.isForOfStatement(node) && node.awaitModifier !== undefined) ||
        (!ts.isFunctionLike(node) && (ts.forEachChild(node, waits) ?? false));
      return waits(file);
    });
    // The command line is a program, not a part of the library.
    expect(waiting.filter((name) => name !== "cli.js")).toEqual([]);
  });
});
