/** Every table and figure of the paper has its cells: the list in notebooks/README.md is held to the notebooks. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

interface Cell {
  cell_type: "markdown" | "code";
  source: string[];
  outputs?: { data?: Record<string, unknown> }[];
}

const folder = fileURLToPath(new URL("../../notebooks/", import.meta.url));
const readme = readFileSync(folder + "README.md", "utf8");

/** Lines of the list, by the paper's item: links of its columns "here" and "also". */
const lines = new Map(
  [...readme.matchAll(/^\| ((?:Table|Figure) \d) .*\|$/gm)].map(
    ([line, item]) => {
      const [, , , here, also] = line.split("|");
      return [item!, { here: linksOf(here!), also: linksOf(also!) }];
    },
  ),
);

/** Notebook and heading of each link; an anchor is the heading with hyphens for spaces, in <> where it has brackets. */
function linksOf(cell: string): { notebook: string; heading: string }[] {
  const links = cell.matchAll(
    /\]\((?:<([^>#]+)#([^>]+)>|([^()<>#]+)#([^()<>]+))\)/g,
  );
  return [...links].map(([, inner, title, plain, word]) => ({
    notebook: (inner ?? plain)!,
    heading: (title ?? word)!,
  }));
}

/** Cells from the heading to the next of the same or a higher level; none where there is no such heading. */
function section(notebook: string, heading: string): Cell[] {
  const { cells } = JSON.parse(readFileSync(folder + notebook, "utf8")) as {
    cells: Cell[];
  };
  const level = (cell: Cell): [number, string][] =>
    cell.cell_type === "code"
      ? []
      : [...cell.source.join("").matchAll(/^(#+) (.+)$/gm)].map(
          ([, marks, title]) => [
            marks!.length,
            title!.trim().replaceAll(" ", "-"),
          ],
        );
  const start = cells.findIndex((cell) =>
    level(cell).some(([, title]) => title === heading),
  );
  if (start < 0) return [];
  const depth = level(cells[start]!).find(([, title]) => title === heading)![0];
  const after = cells
    .slice(start + 1)
    .findIndex((cell) => level(cell).some(([other]) => other <= depth));
  return cells.slice(start, after < 0 ? undefined : start + 1 + after);
}

const ITEMS = [
  ...Array.from({ length: 8 }, (_, i) => `Table ${i + 1}`),
  ...Array.from({ length: 9 }, (_, i) => `Figure ${i + 1}`),
];

test("the list names Tables 1 to 8 and Figures 1 to 9, in this order", () => {
  expect([...lines.keys()]).toEqual(ITEMS);
});

describe.each(ITEMS)("%s", (item) => {
  const [kind, number] = item.split(" ");
  // "Figures 6, 7 and 8" and "Tables 3 and 4" name all of theirs.
  const named = new RegExp(
    kind === "Table"
      ? `Tables? (?:\\d(?:, | and |–))*${number}\\b|paperTable\\(${number}\\b`
      : `Figures? (?:\\d(?:, | and | to |–))*${number}\\b`,
  );

  test("links to sections that are there", () => {
    const { here, also } = lines.get(item)!;
    expect(here).toHaveLength(1);
    for (const { notebook, heading } of [...here, ...also]) {
      expect(existsSync(folder + notebook), notebook).toBe(true);
      expect(section(notebook, heading), heading).not.toEqual([]);
    }
  });

  test("has cells in its section that name it and show it", () => {
    const [{ notebook, heading }] = lines.get(item)!.here as [
      { notebook: string; heading: string },
    ];
    const cells = section(notebook, heading);
    expect(cells.map(({ source }) => source.join("")).join("\n")).toMatch(
      named,
    );
    const shown = cells
      .flatMap(({ outputs = [] }) => outputs)
      .flatMap(({ data = {} }) => Object.keys(data));
    // A table may be drawn as well.
    const wanted =
      kind === "Table"
        ? /^(?:text\/html|image\/svg\+xml)$/
        : /^image\/svg\+xml$/;
    expect(shown.filter((type) => wanted.test(type))).not.toEqual([]);
  });
});
