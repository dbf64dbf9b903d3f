/** The rooms of src/ import only from the rooms above them, and no file imports itself through others. */
import { describe, expect, test } from "vitest";
import { importsOf, readSources, type Source } from "./sources.js";

/** The rooms, line by line: each may import only from the lines above; rooms on one line never import each other. */
const LINES: string[][] = [
  ["built", "error", "nearest", "random", "style", "toolName"],
  ["io", "linalg", "optionalPackage", "stats"],
  ["engine", "checkpoint", "tokenizer"],
  ["model", "domains"],
  ["world", "rollout"],
  ["train", "merge", "evaluate"],
  ["analysis", "report"],
  ["cluster"],
  ["study"],
  ["view"],
  ["cli", "index"],
];

function roomOf(path: string): string {
  return path.split("/")[0]!.replace(/\.ts$/, "");
}

function lineOf(room: string): number {
  return LINES.findIndex((line) => line.includes(room));
}

/** What is wrong with the imports of one file. */
function breaks({ path, imports }: Source, known: Set<string>): string[] {
  const room = roomOf(path);
  return imports.flatMap((target) => {
    if (target.startsWith(".."))
      return [`${path} imports outside src: ${target}`];
    if (!known.has(target))
      return [`${path} imports a missing file: ${target}`];
    const other = roomOf(target);
    if (other === room || lineOf(other) < lineOf(room)) return [];
    return [
      `${path} (line ${lineOf(room)}) imports ${target} (line ${lineOf(other)})`,
    ];
  });
}

/** The first cycle of imports, as the files along it; empty where there is none. */
function findCycle(sources: Source[]): string[] {
  const imports = new Map(
    sources.map((source) => [source.path, source.imports]),
  );
  const finished = new Set<string>();
  const visit = (path: string, trail: string[]): string[] => {
    if (trail.includes(path))
      return [...trail.slice(trail.indexOf(path)), path];
    if (finished.has(path)) return [];
    for (const next of imports.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle.length > 0) return cycle;
    }
    finished.add(path);
    return [];
  };
  for (const path of imports.keys()) {
    const cycle = visit(path, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

describe("src/", () => {
  const sources = readSources();
  const known = new Set(sources.map(({ path }) => path));

  test("has only the rooms that the table of lines names", () => {
    const rooms = [...new Set(sources.map(({ path }) => roomOf(path)))];
    expect(rooms.filter((room) => lineOf(room) < 0)).toEqual([]);
  });

  test("imports only from rooms on the lines above", () => {
    expect(sources.flatMap((source) => breaks(source, known))).toEqual([]);
  });

  test("has no import cycle", () => {
    expect(findCycle(sources)).toEqual([]);
  });

  test("has no file whose name says nothing about its content", () => {
    const empty =
      /(?:^|\/)(?:utils?|helpers?|common|core|misc|shared)(?:\.ts$|\/)/;
    expect([...known].filter((path) => empty.test(path))).toEqual([]);
  });
});

describe("the rules themselves", () => {
  const source = (path: string, text: string): Source => ({
    path,
    text,
    imports: importsOf(path, text),
  });

  test("see static, type-only, re-exporting and dynamic imports", () => {
    const text = `
      import { a } from "../error.js";
      import type { B } from "../random.js";
      export { c } from "./c.js";
      export * from "./d.js";
      const e = await import("./e/index.js");
      import { readFileSync } from "node:fs";
    `;
    expect(importsOf("merge/ties.ts", text)).toEqual([
      "error.ts",
      "random.ts",
      "merge/c.ts",
      "merge/d.ts",
      "merge/e/index.ts",
    ]);
  });

  test("refuse an import upwards, across a line, out of src and of a missing file", () => {
    const known = new Set(["train/grpo.ts", "study/run.ts"]);
    const wrong = [
      "../study/run.js",
      "../train/grpo.js",
      "../../scripts/a.js",
      "./gone.js",
    ];
    const text = wrong.map((path) => `import "${path}";`).join("\n");
    expect(breaks(source("merge/ties.ts", text), known)).toHaveLength(
      wrong.length,
    );
  });

  test("name the files along a cycle", () => {
    const cycle = [
      source("a.ts", `import "./b.js";`),
      source("b.ts", `import "./c.js";`),
      source("c.ts", `import "./b.js";`),
    ];
    expect(findCycle(cycle)).toEqual(["b.ts", "c.ts", "b.ts"]);
  });
});
