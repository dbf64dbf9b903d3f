/**
 * The `*.test-d.ts` of this folder say what must compile and, by `@ts-expect-error`, what must not. `npm run types` checks them as they
 * are; here each expected error is shown to be one.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { ROOT } from "../structure/sources.js";

const FOLDER = join(ROOT, "test", "types");
const FILES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".test-d.ts"))
  .map((name) => join(FOLDER, name));
const EXPECT = "// @ts-expect-error";

/** Lines with an error, from 1, by file, when nothing is expected. */
function errorLines(files: readonly string[]): Map<string, Set<number>> {
  const path = join(ROOT, "tsconfig.json");
  const { config } = ts.readConfigFile(path, ts.sys.readFile) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  host.readFile = (name) => {
    const text = read(name);
    return FILES.includes(name) ? text?.replaceAll(EXPECT, "//") : text;
  };
  const program = ts.createProgram({ rootNames: files, options, host });
  return new Map(
    files.map((name) => {
      const file = program.getSourceFile(name)!;
      const found = [
        ...program.getSyntacticDiagnostics(file),
        ...program.getSemanticDiagnostics(file),
      ];
      const lineOf = ({ start }: ts.Diagnostic): number =>
        file.getLineAndCharacterOfPosition(start!).line + 1;
      return [name, new Set(found.map(lineOf))];
    }),
  );
}

test("what must not compile does not, and everything else does", () => {
  const found = errorLines(FILES);
  const expected = new Map(
    FILES.map((name) => {
      const lines = readFileSync(name, "utf8").split("\n");
      return [
        name,
        new Set(
          lines.flatMap((line, i) => (line.startsWith(EXPECT) ? [i + 2] : [])),
        ),
      ];
    }),
  );
  expect(found).toEqual(expected);
  for (const [name, lines] of expected)
    expect(lines.size, name).toBeGreaterThan(5);
}, 120_000);
