/** Phrases that a reader of the field stumbles over do not come back into code, documentation and notebooks. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT, readSources } from "./sources.js";

/** What is not said, and what to say instead. */
const BANNED: readonly (readonly [RegExp, string])[] = [
  [/got another (?:thing|one)\b/, "say what was found: got a directory"],
  [/must be there\b/, "must exist, or: not found"],
  [/\bis there already\b|`out` is there\b/, "already exists"],
  [/\ball is well\b/, "no problems found"],
  [/\bthe same (?:command|call) goes on\b/, "rerun the same command to resume"],
  [/\bnot taken over from\b/, "not supported (mergekit has it)"],
  [/\bhow far the work has come\b/, "progress callback"],
  [/\bput together from parts\b/, "summed from stages timed separately"],
  [/\bdoes not look into\b/, "excluded from the gradient (stop-gradient)"],
  [/\bthere completely or not at all\b/, "written atomically"],
  [/\bthat does not look\b/, "that ignores its input"],
  [/\bfor nothing\b/, "treats as zero"],
  [/\bvalues that are no numbers\b/, "NaN or infinite values"],
  [/\bwas told to end\b/, "exited unexpectedly, or: was stopped"],
  [
    /\bone (?:panel|token|row|line) a (?:benchmark|step|model|seed)\b/i,
    "one … per …",
  ],
  [
    /\bone (?:[a-z]+ )?(?:number|list|entry|vector|result) a (?:row|token|seed|weight|rollout|model)\b/i,
    "one … per …",
  ],
  [/\btold to end\b/, "until it is stopped"],
  [/\bhas it not\b|\bhave it not\b/, "not available in …"],
  [/\bthere once each\b/, "must be unique"],
  [/\bvoices\b|\bnobody's\b/, "the field's word: task vectors, entries"],
  [
    /\b(?:text|answer|label|value|line|file) is no (?:number|word|letter|task|record|file|port)\b/,
    "is not a …",
  ],
  [
    /\b(?:row|line|dot|bar|panel) a (?:model|benchmark|series|domain)\b/i,
    "one … per …",
  ],
];

/** Files that hold sentences which the models of the small world are trained on: those stay as they are. */
const EXEMPT: readonly string[] = [
  "src/world/agent/generate.ts",
  "src/world/instruction/vocabulary.ts",
];

function findings(path: string, text: string): string[] {
  return text
    .split("\n")
    .flatMap((line, i) =>
      BANNED.filter(([phrase]) => phrase.test(line)).map(
        ([phrase, instead]) =>
          `${path}:${i + 1}: ${phrase.exec(line)![0]} → ${instead}`,
      ),
    );
}

/** The Markdown cells of a notebook. */
function proseOf(notebook: string): string {
  const { cells } = JSON.parse(notebook) as {
    cells: { cell_type: string; source: string[] | string }[];
  };
  return cells
    .filter(({ cell_type: type }) => type === "markdown")
    .map(({ source }) => [source].flat().join(""))
    .join("\n");
}

function texts(): [string, string][] {
  const filesOf = (folder: string, ending: string): string[] =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith(ending))
      .map((name) => (folder === "" ? name : `${folder}/${name}`));
  const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
  return [
    ...readSources().map(({ path, text }): [string, string] => [
      `src/${path}`,
      text,
    ]),
    ...[...filesOf("", ".md"), ...filesOf("docs", ".md")].map(
      (path): [string, string] => [path, read(path)],
    ),
    ...filesOf("notebooks", ".ipynb").map((path): [string, string] => [
      path,
      proseOf(read(path)),
    ]),
  ];
}

describe("wording", () => {
  const all = texts();
  const isExempt = (path: string): boolean =>
    EXEMPT.some((start) => path.startsWith(start));

  test("has none of the banned phrases", () => {
    const found = all
      .filter(([path]) => !isExempt(path))
      .flatMap(([path, text]) => findings(path, text));
    expect(found).toEqual([]);
  });

  test("exempts only places that still need it", () => {
    const needed = (start: string): boolean =>
      all.some(
        ([path, text]) =>
          path.startsWith(start) && findings(path, text).length > 0,
      );
    expect(EXEMPT.filter((start) => !needed(start))).toEqual([]);
  });
});

test("a banned phrase is found with its line and what to say instead", () => {
  expect(findings("x.md", "fine\n`out` is there")).toEqual([
    "x.md:2: `out` is there → already exists",
  ]);
});
