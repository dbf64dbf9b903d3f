/** The paper's published numbers, read from `data/paper/table<N>.csv`, which are kept as printed. */
import { DOMAINS, spec } from "../../domains/index.js";
import { BENCHMARKS } from "../../evaluate/benchmarks.js";
import { methods } from "../../merge/methods/table.js";
import { readPaperCsv } from "./paperCsv.js";
import { isNumber } from "./rounded.js";

/** One printed cell: a number, a word, or null where the paper's table is empty. */
export type PaperCell = number | string | null;

/** One table of the paper. */
export interface PaperTable {
  number: number;
  /** What the table shows. */
  caption: string;
  /** Names of the columns as printed; the first one names the rows. */
  columns: string[];
  rows: Record<string, PaperCell>[];
}

/** One published score with the names that m2rl gives to models and benchmarks. */
export interface PaperScore {
  /** For example "base", "sft", "math", "ties", "multi". */
  model: string;
  /** Name of the row or column as printed. */
  label: string;
  /** For example "aime24". */
  benchmark: string;
  /** Percent. */
  score: number;
}

const CAPTIONS: readonly string[] = [
  "SFT data blend",
  "Training settings and GPU hours",
  "Scores on nine benchmarks in five domains",
  "Merging methods on nine benchmarks",
  "Jaccard overlap of changed-weight masks between domains, layer 17",
  "TIES merges of pairs of experts",
  "Generation and self-verification of nine models",
  "Official Qwen3-4B (thinking) and the paper's merged model",
];

/** The benchmarks of the paper's tables, in their order: our name, printed name, domain. */
export const PAPER_BENCHMARKS: readonly {
  id: string;
  label: string;
  domain: string;
}[] = BENCHMARKS.filter(({ paperName }) => paperName !== null).map(
  ({ name, label, domain }) => ({ id: name, label, domain }),
);

/** Names of the tables that are not those of experts and methods. */
const MODELS: Readonly<Record<string, string>> = {
  "Qwen3-4B-Base": "base",
  SFT: "sft",
  Merging: "ties",
  "RL-Multi": "multi",
  "MT-OPD": "opd",
  "Qwen3-4B (Thinking)": "qwen3-4b-thinking",
  "Our (open source data)": "ties",
};

/**
 * A table of the paper as printed.
 *
 * Source: arXiv 2602.12566, Tables 1 to 8.
 *
 * @param number 1 … 8
 * @throws RangeError there is no such table
 * @example
 * paperTable(1).rows[0].samples // 335122
 */
export function paperTable(number: number): PaperTable {
  const caption = CAPTIONS[number - 1];
  if (caption === undefined)
    throw new RangeError(`paperTable: number must be in 1 … 8, got ${number}`);
  const { columns, rows } = readPaperCsv(`table${number}`);
  return {
    number,
    caption,
    columns,
    rows: rows.map((row) =>
      Object.fromEntries(
        columns.map((column) => [column, cellOf(row[column]!)]),
      ),
    ),
  };
}

function cellOf(text: string | null): PaperCell {
  return text !== null && isNumber(text) ? Number(text) : text;
}

/**
 * The scores of Table 3, 4 or 8 as rows, one a model and benchmark; printed averages are left out.
 *
 * @param number 3, 4 or 8
 * @throws RangeError the table has no benchmark scores
 * @example
 * paperScores(3).find((row) => row.model === "multi" && row.benchmark === "aime24").score // 81.2
 */
export function paperScores(number: number): PaperScore[] {
  if (![3, 4, 8].includes(number))
    throw new RangeError(
      `paperScores: number must be 3, 4 or 8, got ${number}`,
    );
  const { columns, rows } = paperTable(number);
  const scores: PaperScore[] = [];
  for (const row of rows) {
    const name = String(row[columns[0]!]);
    for (const column of columns
      .slice(1)
      .filter((printed) => printed !== "Avg.")) {
      // Table 3 has benchmarks as rows and models as columns, the other two the other way round.
      const [label, benchmark] = number === 3 ? [column, name] : [name, column];
      scores.push({
        model: paperModelId(label),
        label,
        benchmark: paperBenchmarkId(benchmark),
        score: Number(row[column]),
      });
    }
  }
  return scores;
}

/**
 * Our name of a model that a table names.
 *
 * @throws RangeError no table names it
 * @internal
 */
export function paperModelId(label: string): string {
  const model =
    MODELS[label] ??
    DOMAINS.find((domain) => spec(domain).expert === label) ??
    // The paper writes "Ties".
    Object.values(methods).find(
      ({ title }) => title.toLowerCase() === label.toLowerCase(),
    )?.name;
  if (model === undefined)
    throw new RangeError(`paperModelId: unknown model "${label}"`);
  return model;
}

/**
 * Our name of a benchmark that a table names.
 *
 * @throws RangeError no table names it
 * @internal
 */
export function paperBenchmarkId(label: string): string {
  const found = BENCHMARKS.find(
    (benchmark) => benchmark.label === label || benchmark.paperName === label,
  );
  if (found === undefined)
    throw new RangeError(`paperBenchmarkId: unknown benchmark "${label}"`);
  return found.name;
}
