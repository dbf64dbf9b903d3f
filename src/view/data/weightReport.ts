/** Reports of `m2rl diff` and `m2rl merge` as the rows that the page "Weights" shows. */
import { basename, dirname, resolve } from "node:path";
import {
  GROUPS,
  MATRICES,
  placeOf,
  type Description,
} from "../../analysis/index.js";
import { BUDGETS, readJsonObject } from "../../io/index.js";
import type { Provenance } from "../../merge/index.js";
import { meanOrNull } from "../../stats/index.js";
import { failure } from "./failure.js";

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

function isMatrix(kind: string): boolean {
  return (MATRICES as readonly string[]).includes(kind);
}

/** Whether a value is a list of objects. */
function areObjects(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((each) => typeof each === "object" && each !== null)
  );
}

/** Whether a value has what is used of a diff's description. */
function isDescription(value: Partial<Description> | undefined): boolean {
  return (
    areObjects(value?.experts) &&
    areObjects(value?.pairs) &&
    areObjects(value?.survival) &&
    areObjects(value?.curve)
  );
}

/** Whether a value has what is used of a tensor in a diff. */
function isReportTensor(tensor: Partial<ReportTensor>): boolean {
  const { name, kind, layer, experts, pairs, spectra } = tensor;
  return (
    typeof name === "string" &&
    typeof kind === "string" &&
    (layer === null || typeof layer === "number") &&
    areObjects(experts) &&
    areObjects(pairs) &&
    (spectra === null || areObjects(spectra))
  );
}

/** Rows of what `m2rl diff --json` wrote; null where it is something else. */
function diffRows(
  { eta, all, tensors }: Partial<Report>,
  storage: string,
): ReportRow[] | null {
  if (typeof eta !== "number" || !isDescription(all) || !areObjects(tensors))
    return null;
  if (!tensors!.every(isReportTensor)) return null;
  const matrices = tensors!.filter(
    ({ layer, kind }) => layer !== null && isMatrix(kind),
  );
  const rows: ReportRow[] = [
    ...matrices.flatMap(cellRows),
    ...all!.experts.map((row) => ({ table: "expert", ...row })),
    { table: "joint", ...all!.joint },
    ...all!.survival.map((row) => ({ table: "survival", ...row })),
    ...tensors!.flatMap(({ name, spectra }) =>
      (spectra ?? []).map((row) => ({ table: "spectrum", layer: name, ...row })),
    ),
  ];
  const from = { storage, seeds: 1 };
  return [
    ...rows.map((row) => ({ ...row, ...from, eta })),
    ...all!.curve
      .filter((row) => row.storage === "stored")
      .map((row) => ({ table: "curve", ...row, ...from })),
  ];
}

/** Rows of the provenance.json that a merge leaves; null where it is something else. */
function mergeRows(
  { tool, method, survival, tensors }: Partial<Provenance>,
  storage: string,
): ReportRow[] | null {
  if (tool === undefined || method === undefined || !areObjects(tensors))
    return null;
  if (!tensors!.every(({ name }) => typeof name === "string")) return null;
  const from = { storage: `${method}, ${storage}`, seeds: 1, eta: 0 };
  const cells = tensors!.flatMap(({ name, survival: own }): ReportRow[] => {
    const { layer, kind } = placeOf(name);
    return own === undefined || layer === null || !isMatrix(kind)
      ? []
      : [{ table: "layer", layer, kind, survived: own.entries, ...from }];
  });
  const { entries, magnitude, error } = survival ?? {};
  const all = { what: "all tensors", entries, magnitude, error };
  return [{ table: "merge", ...all, ...from }, ...cells];
}

/**
 * The rows of a report, under its file's name.
 *
 * @param path  what `m2rl diff --json` wrote, or the provenance.json of a merge
 * @throws StudyError it is no such file
 */
export function reportRows(path: string): ReportRow[] {
  const found: object = readJsonObject(path, BUDGETS.lines, failure);
  // Every merge's file has the same name; its folder tells it apart.
  const folder = basename(dirname(resolve(path)));
  const rows = diffRows(found, basename(path)) ?? mergeRows(found, folder);
  if (rows === null)
    throw failure(
      `${path} must be a file of \`m2rl diff --json\`, or a merge's provenance.json`,
    );
  return rows;
}
