/** Every source file opens by saying what it is, and every export has a doc comment. */
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { readSources } from "./sources.js";

function isExported(node: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(node)
    ? ts.getModifiers(node)
    : undefined;
  return (
    modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false
  );
}

function nameOf(node: ts.Statement): string {
  if (ts.isVariableStatement(node))
    return node.declarationList.declarations
      .map(({ name }) => name.getText())
      .join(", ");
  return (node as ts.DeclarationStatement).name?.getText() ?? "";
}

/** Names of the exported declarations without a doc comment; the overloads of one function share the first one's. */
function undocumented(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const documented = new Set<string>();
  const missing: string[] = [];
  for (const node of file.statements) {
    // `export { a } from` and `export *` repeat what is documented elsewhere.
    if (ts.isExportDeclaration(node) || !isExported(node)) continue;
    const name = nameOf(node);
    if (ts.getJSDocCommentsAndTags(node).length > 0) documented.add(name);
    else if (!documented.has(name)) missing.push(`${path}: ${name}`);
  }
  return missing;
}

describe("src/", () => {
  const sources = readSources();

  test("opens each file with a sentence that says what it is", () => {
    expect(
      sources
        .filter(({ text }) => !text.replace(/^#!.*\n/, "").startsWith("/**"))
        .map(({ path }) => path),
    ).toEqual([]);
  });

  test("has a doc comment on every export", () => {
    expect(
      sources.flatMap(({ path, text }) => undocumented(path, text)),
    ).toEqual([]);
  });
});

test("an export without a doc comment is found, in each form of declaration", () => {
  const text = `
    export function a(): void {}
    export const b = 1, c = 2;
    export class D {}
    export interface E {}
    export type F = 1;
    /** Documented. */
    export function g(): void;
    export function g(x?: number): void {}
    export * from "./h.js";
    function internal(): void {}
  `;
  expect(undocumented("x.ts", text)).toEqual([
    "x.ts: a",
    "x.ts: b, c",
    "x.ts: D",
    "x.ts: E",
    "x.ts: F",
  ]);
});
