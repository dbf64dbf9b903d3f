/** What every notebook must look like, so that a reader finds the same things in the same places. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { formatCell, WIDTH } from "../../scripts/notebooks/format.mjs";

interface Output {
  output_type: string;
  name?: string;
  text?: string | string[];
  data?: Record<string, string | string[]>;
}

interface Cell {
  cell_type: "markdown" | "code";
  id: string;
  metadata: Record<string, unknown>;
  source: string[];
  execution_count?: number | null;
  outputs?: Output[];
}

interface Notebook {
  cells: Cell[];
  metadata: { kernelspec: { name: string; language: string } };
  nbformat: number;
  nbformat_minor: number;
}

const folder = fileURLToPath(new URL("../../notebooks/", import.meta.url));
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".ipynb"))
  .sort();
const text = (part: string | string[] | undefined): string =>
  Array.isArray(part) ? part.join("") : (part ?? "");
const source = (cell: Cell): string => cell.source.join("");

/** Packages that a cell may import besides `m2rl` and Node's own modules. */
const PACKAGES = [
  "m2rl",
  "tslab",
  "arquero",
  "danfojs-node",
  "simple-statistics",
  "@observablehq/plot",
];

/** The lines of a source that are code. */
function parse(cell: Cell): ts.SourceFile {
  return ts.createSourceFile(
    `${cell.id}.ts`,
    source(cell),
    ts.ScriptTarget.ES2022,
    true,
  );
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

/** Names that a cell declares or imports, at any depth. */
function declared(file: ts.SourceFile): Set<string> {
  const found = new Set<string>();
  walk(file, (node) => {
    const named =
      ts.isVariableDeclaration(node) ||
      ts.isBindingElement(node) ||
      ts.isParameter(node) ||
      ts.isFunctionDeclaration(node);
    if (named && node.name && ts.isIdentifier(node.name))
      found.add(node.name.text);
  });
  return found;
}

test("the notebooks are numbered in reading order without a gap, and there is the audit", () => {
  expect(names).toContain("audit.ipynb");
  const numbered = names.filter((name) => name !== "audit.ipynb");
  for (const name of numbered) expect(name).toMatch(/^\d\d-[a-z-]+\.ipynb$/);
  expect(numbered.map((name) => Number(name.slice(0, 2)))).toEqual([
    ...numbered.keys(),
  ]);
  expect(numbered.length).toBeGreaterThan(12);
});

test("README.md names every notebook", () => {
  const readme = readFileSync(folder + "README.md", "utf8");
  for (const name of names) expect(readme).toContain(`(${name})`);
});

describe.each(names)("%s", (name) => {
  const raw = readFileSync(folder + name, "utf8");
  const notebook = JSON.parse(raw) as Notebook;
  const code = notebook.cells.filter((cell) => cell.cell_type === "code");
  const prose = notebook.cells.filter((cell) => cell.cell_type === "markdown");

  test("is a tslab notebook of format 4.5, indented by one space", () => {
    expect([notebook.nbformat, notebook.nbformat_minor]).toEqual([4, 5]);
    expect(notebook.metadata.kernelspec).toMatchObject({
      name: "tslab",
      language: "typescript",
    });
    expect(raw).toBe(JSON.stringify(notebook, null, 1) + "\n");
    expect(new Set(notebook.cells.map((cell) => cell.id)).size).toBe(
      notebook.cells.length,
    );
  });

  test("opens with a title, the question, and what the paper reports as a blockquote", () => {
    const [first] = notebook.cells;
    expect(first!.cell_type).toBe("markdown");
    expect(source(first!)).toMatch(/^# .+/);
    expect(source(first!)).toMatch(/\*\*Question\.\*\* /);
    expect(source(first!)).toMatch(/^> /m);
  });

  test("says under its title, in two sentences, what one will learn", () => {
    const [, learn] =
      /^# .+\n\n\*\*You will learn\*\* ([\s\S]+?)\n\n/.exec(
        source(notebook.cells[0]!),
      ) ?? [];
    expect(learn?.match(/\.(?=\s|$)/g)).toHaveLength(2);
  });

  test("closes with an exercise whose solution is a call in the library", () => {
    const last = source(notebook.cells.at(-1)!).replaceAll("\n", " ");
    expect(last).toMatch(
      /\*\*Exercise\.\*\* [^`]+\? Solution: `(new )?(study|merge|analysis|report|world)\.[^`]+\)`/,
    );
  });

  test("has the parameters cell second: seed first, a comment each, overridden by M2RL_PARAMETERS", () => {
    const cell = notebook.cells[1]!;
    expect(cell.metadata["tags"]).toEqual(["parameters"]);
    const lines = cell.source.map((line) => line.trimEnd());
    expect(lines[0]).toBe("const p = {");
    expect(lines[1]).toMatch(/^ {2}seed: \d+, \/\/ /);
    const end = lines.indexOf("};");
    for (const line of lines.slice(1, end))
      expect(line).toMatch(/^ {2}\w+: .+, \/\/ .+/);
    expect(lines.slice(end + 1)).toEqual([
      'Object.assign(p, JSON.parse(process.env.M2RL_PARAMETERS ?? "{}"));',
    ]);
  });

  test("imports next, and only there, from m2rl, Node and the user's packages", () => {
    expect(source(notebook.cells[2]!)).toMatch(/^import /);
    code.forEach((cell) => {
      walk(parse(cell), (node) => {
        if (!ts.isImportDeclaration(node)) return;
        const from = (node.moduleSpecifier as ts.StringLiteral).text;
        expect(cell.id).toBe(notebook.cells[2]!.id);
        expect(
          from.startsWith("node:") || PACKAGES.includes(from),
          `import from "${from}"`,
        ).toBe(true);
      });
    });
  });

  test("uses everything that it imports", () => {
    const all = code.slice(2).map(source).join("\n");
    walk(parse(notebook.cells[2]!), (node) => {
      if (ts.isImportSpecifier(node) || ts.isNamespaceImport(node)) {
        expect(all, node.name.text).toMatch(
          new RegExp(`\\b${node.name.text}\\b`),
        );
      }
    });
  });

  test("ends with claims, limits and the next notebook", () => {
    const headings = prose.flatMap(
      (cell) => source(cell).match(/^## .+/gm) ?? [],
    );
    expect(headings.at(-1)).toBe("## Limits");
    expect(source(notebook.cells.at(-1)!)).toMatch(
      /^\*\*(Next|Back to):\*\* \[.+\]\((README\.md|(audit|\d\d-[a-z-]+)\.ipynb)\)/m,
    );
    expect(code.map(source).join("\n")).toMatch(
      /report\.(claim(Line)?|estimatesLine)\(/,
    );
  });

  test("has cells formatted at 100 columns", async () => {
    for (const cell of notebook.cells) {
      const text = source(cell);
      expect(await formatCell(cell.cell_type, text), cell.id).toBe(text);
      // A row of a Markdown table is one line.
      const wide = text
        .split("\n")
        .filter((line) => line.length > WIDTH && !line.startsWith("|"));
      expect(wide, cell.id).toEqual([]);
    }
  });

  test("has short cells: median at most 20 lines, none over 25", () => {
    const lengths = code
      .map((cell) => cell.source.length)
      .sort((a, b) => a - b);
    expect(lengths[Math.floor((lengths.length - 1) / 2)]).toBeLessThanOrEqual(
      20,
    );
    expect(lengths.at(-1)).toBeLessThanOrEqual(25);
  });

  // The kernel rewrites identifiers of earlier cells, but not where one stands for both name and value of a property.
  test("writes out `name: name` for a variable of another cell", () => {
    for (const cell of code) {
      const file = parse(cell);
      const own = declared(file);
      walk(file, (node) => {
        if (ts.isShorthandPropertyAssignment(node)) {
          expect(
            own.has(node.name.text),
            `${cell.id}: { ${node.name.text} }`,
          ).toBe(true);
        }
      });
    }
  });

  test("names no absolute path and no host", () => {
    expect(raw).not.toMatch(
      /\/(home|root|tmp|Users|work)\/|https?:\/\/(?!arxiv\.org|www\.w3\.org)/,
    );
  });

  test("when it carries outputs, was run in order, without an error, and shows text, tables and SVG only", () => {
    expect(statSync(folder + name).size).toBeLessThan(400_000);
    if (code.every((cell) => cell.execution_count === null)) return;
    expect(code.map((cell) => cell.execution_count)).toEqual(
      code.map((_, i) => i + 1),
    );
    for (const cell of code) {
      expect(
        Object.keys(cell.metadata).filter((key) => key !== "tags"),
      ).toEqual([]);
      for (const output of cell.outputs ?? []) {
        expect(output.output_type).not.toBe("error");
        expect(output.name, text(output.text)).not.toBe("stderr");
        const types = Object.keys(output.data ?? {});
        expect(["image/svg+xml", "text/html", "text/plain"]).toEqual(
          expect.arrayContaining(types),
        );
        const size =
          text(output.text).length +
          types.reduce((sum, type) => sum + text(output.data![type]).length, 0);
        expect(size).toBeLessThan(200_000);
        expect(text(output.data?.["text/html"])).not.toMatch(
          /<(script|iframe|img)/,
        );
      }
    }
  });
});
