/** No function of src/ is longer than a screen and a half. */
import ts from "typescript";
import { expect, test } from "vitest";
import { readSources } from "./sources.js";

/** Lines of a function, signature and closing brace included. */
const MOST = 60;

/** Functions of a file with more lines than allowed, by the name of the outermost declaration that holds them. */
function longFunctions(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const found = new Set<string>();
  const lineOf = (position: number): number =>
    file.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node, owner: string): void => {
    const name = (node as { name?: ts.Node }).name;
    const named =
      owner === "" && name !== undefined ? name.getText(file) : owner;
    const body = ts.isFunctionLike(node) && "body" in node && node.body;
    if (body && lineOf(node.end) - lineOf(node.getStart(file)) + 1 > MOST)
      found.add(`${path}: ${named}`);
    ts.forEachChild(node, (child) => visit(child, named));
  };
  visit(file, "");
  return [...found];
}

test(`src/ has no function over ${MOST} lines`, () => {
  const long = readSources().flatMap(({ path, text }) =>
    longFunctions(path, text),
  );
  expect(long).toEqual([]);
});

test("long functions, methods and arrows are found under the name of their declaration", () => {
  const lines = "  ;\n".repeat(MOST);
  const text = `function a() {\n${lines}}\nconst b = () => {\n${lines}};\nclass C { d() {\n${lines}} }\nfunction short() {\n}\n`;
  expect(longFunctions("x.ts", text)).toEqual([
    "x.ts: a",
    "x.ts: b",
    "x.ts: C",
  ]);
});
