/** A report of `m2rl diff --json` as the rows that the page "Weights" shows. */
import { basename } from "node:path";
import {
  GROUPS,
  MATRICES,
  type Description,
} from "../../analysis/index.js";
import { StudyError } from "../../error.js";
import { BUDGETS, readJsonObject } from "../../io/index.js";
import { meanOrNull } from "../../stats/index.js";

/** One tensor of a report. */
interface ReportTensor extends Description {
  name: string;
  layer: number | null;
  kind: string;
  /** null where they were not measured. */
  spectra: Record<string, unknown>[] | null;
}

/** What is used of a report. */
interface Report {
  eta: number;
  all: Description;
  tensors: ReportTensor[];
}

/** A row of the page: a table's name and numbers by name. */
export type ReportRow = Record<string, unknown>;

function cellRows({ layer, kind, experts, pairs }: ReportTensor): ReportRow[] {
  const mean = (of: (pair: Description["pairs"][0]) => number | null) =>
    meanOrNull(pairs.map(of));
  const own = { layer, kind };
  return [
    {
      ...{ table: "layer", ...own },
      rate: meanOrNull(experts.map(({ rate }) => rate)),
      jaccard: mean((pair) => pair.jaccard),
      random: mean((pair) => pair.random),
      givenMagnitude: mean((pair) => pair.givenMagnitude),
      shuffled: mean((pair) => pair.shuffled),
      sameSign: mean((pair) => pair.sameSign),
    },
    ...pairs.map((pair) => ({ table: "overlap", ...own, ...pair })),
    ...pairs.map((pair) => ({
      ...{ table: "cosine", ...own, ...pair },
      group: (GROUPS.attention as readonly string[]).includes(kind)
        ? "attention"
        : "ffn",
    })),
  ];
}

/**
 * The rows of a report, under its file's name.
 *
 * @param path  what `m2rl diff --json` wrote
 * @throws StudyError it is no such file
 */
export function reportRows(path: string): ReportRow[] {
  const failure = (text: string, cause?: unknown): StudyError =>
    new StudyError(`view: ${text}`, { cause });
  const found = readJsonObject(path, BUDGETS.lines, failure);
  const { eta, all, tensors } = found as unknown as Partial<Report>;
  if (typeof eta !== "number" || !all?.pairs || !Array.isArray(tensors))
    throw failure(`${path} must be a file of \`m2rl diff --json\``);
  const matrices = tensors.filter(
    ({ layer, kind }) =>
      layer !== null && (MATRICES as readonly string[]).includes(kind),
  );
  const rows: ReportRow[] = [
    ...matrices.flatMap(cellRows),
    ...all.experts.map((row) => ({ table: "expert", ...row })),
    { table: "joint", ...all.joint },
    ...all.survival.map((row) => ({ table: "survival", ...row })),
    ...tensors.flatMap(({ name, spectra }) =>
      (spectra ?? []).map((row) => ({ table: "spectrum", layer: name, ...row })),
    ),
  ];
  const from = { storage: basename(path), seeds: 1 };
  return [
    ...rows.map((row) => ({ ...row, ...from, eta })),
    ...all.curve
      .filter(({ storage }) => storage === "stored")
      .map((row) => ({ table: "curve", ...row, ...from })),
  ];
}
