/** The rows of a study about its experts' weights: small enough to be committed where the weights are not. */
import { readFileSync } from "node:fs";
import { StudyError } from "../error.js";
import { combine } from "./combine.js";
import {
  type CurveShift,
  describeShift,
  type Description,
  type ExpertShift,
  meanOrNull,
} from "./describe.js";
import { etaAtRate } from "./etaAtRate.js";
import { GROUPS, MATRICES, type MatrixKind } from "./place.js";
import type { SpectrumShift } from "./spectrumShift.js";
import type { TensorShift } from "./tensorShift.js";
import { weightShift, type WeightShift } from "./weightShift.js";

/** How the weights that are compared were kept: trained and saved in float32, cast to bfloat16 on saving, or trained in bfloat16. */
export type ShiftStorage = "fp32" | "bf16-saved" | "bf16-stored";

/** What all rows say about themselves. Numbers are means over seeds. */
interface ShiftRowBase {
  storage: ShiftStorage;
  eta: number;
  seeds: number;
}

/** Table 5: overlap of two experts in one kind of matrix, in the layer that corresponds to the paper's. */
export interface OverlapRow extends ShiftRowBase {
  table: "overlap";
  /** Counted from 0. */
  layer: number;
  kind: MatrixKind;
  a: string;
  b: string;
  jaccard: number;
  /** Smallest and largest over seeds. */
  low: number;
  high: number;
  random: number;
  givenMagnitude: number;
  shuffled: number;
}

/** One cell of the heat map over all layers: means over experts and over pairs. */
export interface LayerRow extends ShiftRowBase {
  table: "layer";
  layer: number;
  kind: MatrixKind;
  rate: number;
  jaccard: number;
  random: number;
  givenMagnitude: number;
  shuffled: number;
  sameSign: number | null;
}

/** One point of the curve over η, over all matrices of the layers: means over matrices, experts and pairs. */
export interface CurveRow extends ShiftRowBase, Omit<CurveShift, "storage"> {
  table: "curve";
}

/** Figure 3: cosine of two experts, mean over the attention or feed-forward matrices of the layer that corresponds to the paper's. */
export interface CosineRow extends ShiftRowBase {
  table: "cosine";
  layer: number;
  group: "attention" | "ffn";
  a: string;
  b: string;
  /** Exact, over all entries. */
  cosine: number | null;
  /** Exact, over the overlap. */
  overlapCosine: number | null;
  /** Smallest and largest over seeds. */
  low: number | null;
  high: number | null;
  /** Over the overlap after the projection to 256 dimensions, as in the paper: of the first seed alone, as one draw is what the paper shows. */
  projected: number | null;
  /** Standard error that the projection adds to `projected`. */
  projectedError: number | null;
  /** What was projected: the exact cosine over the overlap, of the first seed alone. */
  unprojected: number | null;
}

/** What one expert did to all weights. */
export interface ExpertRow
  extends
    ShiftRowBase,
    Pick<ExpertShift, "expert" | "rate" | "nonfinite" | "relativeNorm"> {
  table: "expert";
}

/** How many experts changed the same weight, and how often they disagree, over all weights. */
export interface JointRow extends ShiftRowBase {
  table: "joint";
  /** Share of the weights changed by exactly 0, 1, …, M experts. */
  ways: number[];
  opposed: number | null;
  minorityMass: number;
}

/** What rounding to bfloat16 leaves of a change, over all weights. */
export interface SurvivalRow extends ShiftRowBase {
  table: "survival";
  change: string;
  survived: number | null;
  error: number | null;
}

/** Change rate by the size of the weight, over the matrices of the layers. */
export interface MagnitudeRow extends ShiftRowBase {
  table: "magnitude";
  /** 0 (smallest weights) to 1. */
  quantile: number;
  rate: number;
}

/** Spectra of one expert, means over the seven matrices of the layer that corresponds to the paper's. */
export interface SpectrumRow
  extends ShiftRowBase, Omit<SpectrumShift, "residual"> {
  table: "spectrum";
  layer: number;
}

/** Any row. */
export type WeightShiftRow =
  | OverlapRow
  | LayerRow
  | CurveRow
  | CosineRow
  | ExpertRow
  | JointRow
  | SurvivalRow
  | MagnitudeRow
  | SpectrumRow;

/** Names of the tables of `WeightShiftRow`. */
const TABLES: readonly string[] = [
  "overlap",
  "layer",
  "curve",
  "cosine",
  "expert",
  "joint",
  "survival",
  "magnitude",
  "spectrum",
] satisfies WeightShiftRow["table"][];

/** The models of one seed of a study. */
export interface ShiftModels {
  /** Folder of the model that training started from. */
  base: string;
  /** Folders of the experts by domain. */
  experts: Readonly<Record<string, string>>;
}

/** Options of `weightShiftRows`. */
export interface WeightShiftRowsOptions {
  /** One entry a seed: experts that were trained and saved in float32 (or as they are). */
  models: readonly ShiftModels[];
  /** One entry a seed: experts whose weights were kept in bfloat16 during training. Optional. */
  stored?: readonly ShiftModels[];
  /** Tolerance of the rule of change, default 1e-3 as in the paper. */
  eta?: number;
  /** Change rate of a second set of rows, default 0.3 as in the paper. */
  rate?: number;
  /** Hears which part is being measured. */
  onProgress?: (progress: { done: number; total: number }) => void;
}

/**
 * Rows for every table and figure about weights: at the paper's η, and at the η where as many weights count as changed as in the paper
 * (float32 experts change nearly all of their weights by more than 0.1 %), and the curve over η as saved and cast to bfloat16; the same of experts that were trained in bfloat16, where there are any.
 *
 * @throws as `weightShift`; RangeError there are no models
 * @example
 * weightShiftRows({ models: [{ base: "seed1/models/sft", experts: { math: "seed1/models/math" } }] })
 */
export function weightShiftRows({
  models,
  stored = [],
  eta = 1e-3,
  rate = 0.3,
  onProgress = () => undefined,
}: WeightShiftRowsOptions): WeightShiftRow[] {
  if (models.length === 0)
    throw new RangeError("weightShiftRows: models must not be empty, got 0");
  const total = 2 * models.length + stored.length;
  let done = 0;
  const measure = (
    folders: readonly ShiftModels[],
    at: number,
  ): WeightShift[] =>
    folders.map(({ base, experts }) => {
      const shift = weightShift(base, experts, { eta: at });
      onProgress({ done: ++done, total });
      return shift;
    });
  const asSaved = measure(models, eta);
  const matched = measure(models, etaAtRate(meanCurve(asSaved), rate));
  const own = measure(stored, eta);
  return [
    ...over(asSaved, "fp32", [...pairRows, ...modelRows]),
    ...over(matched, "fp32", [...pairRows, magnitudeRows, spectrumRows]),
    ...over(asSaved, "bf16-saved", [curveRows("bf16")]),
    ...over(own, "bf16-stored", [...pairRows, ...modelRows]),
  ];
}

/** Rows of one seed. */
type RowsOf = (
  shift: WeightShift,
) => Omit<WeightShiftRow, keyof ShiftRowBase>[];

/** Matrices of the decoder layers. */
function matrices({ tensors }: WeightShift): TensorShift[] {
  return tensors.filter(({ kind }) =>
    (MATRICES as readonly string[]).includes(kind),
  );
}

function describeOne(
  { experts, eta }: WeightShift,
  tensors: readonly TensorShift[],
): Description {
  return describeShift(combine(tensors), experts, eta);
}

/** Tensors by layer and kind, in the order of layers and of Table 5; the experts of a mixture share a cell. */
function cells(
  shift: WeightShift,
): { layer: number; kind: MatrixKind; tensors: TensorShift[] }[] {
  const layers = [...new Set(matrices(shift).map(({ layer }) => layer!))];
  return layers
    .sort((a, b) => a - b)
    .flatMap((layer) =>
      MATRICES.map((kind) => ({
        layer,
        kind,
        tensors: matrices(shift).filter(
          (tensor) => tensor.layer === layer && tensor.kind === kind,
        ),
      })),
    )
    .filter(({ tensors }) => tensors.length > 0);
}

const overlapRows: RowsOf = (shift) =>
  cells(shift)
    .filter(({ layer }) => layer === shift.layer)
    .flatMap(({ layer, kind, tensors }) =>
      describeOne(shift, tensors).pairs.map(
        ({ a, b, jaccard, random, givenMagnitude, shuffled }) => ({
          table: "overlap" as const,
          layer,
          kind,
          a,
          b,
          jaccard,
          low: jaccard,
          high: jaccard,
          random,
          givenMagnitude,
          shuffled,
        }),
      ),
    );

const layerRows: RowsOf = (shift) =>
  cells(shift).map(({ layer, kind, tensors }) => {
    const { experts, pairs } = describeOne(shift, tensors);
    const mean = (of: (pair: (typeof pairs)[0]) => number | null): number =>
      meanOrNull(pairs.map(of)) ?? 0;
    return {
      table: "layer" as const,
      layer,
      kind,
      rate: meanOrNull(experts.map(({ rate }) => rate))!,
      jaccard: mean(({ jaccard }) => jaccard),
      random: mean(({ random }) => random),
      givenMagnitude: mean(({ givenMagnitude }) => givenMagnitude),
      shuffled: mean(({ shuffled }) => shuffled),
      sameSign: meanOrNull(pairs.map(({ sameSign }) => sameSign)),
    };
  });

const cosineRows: RowsOf = (shift) =>
  (["attention", "ffn"] as const).flatMap((group) => {
    const members = cells(shift).filter(
      ({ layer, kind }) =>
        layer === shift.layer && GROUPS[group].includes(kind),
    );
    const each = members.map(
      ({ tensors }) => describeOne(shift, tensors).pairs,
    );
    return (each[0] ?? []).map(({ a, b }, i) => {
      const pairs = each.map((list) => list[i]!);
      const overlapCosine = meanOrNull(pairs.map((pair) => pair.overlapCosine));
      const errors = pairs.map((pair) => pair.projectedError ?? 0);
      return {
        table: "cosine" as const,
        layer: shift.layer!,
        group,
        a,
        b,
        cosine: meanOrNull(pairs.map((pair) => pair.cosine)),
        overlapCosine,
        low: overlapCosine,
        high: overlapCosine,
        projected: meanOrNull(pairs.map((pair) => pair.projected)),
        // Each matrix has its own map: the errors are independent.
        projectedError: Math.hypot(...errors) / errors.length,
        unprojected: overlapCosine,
      };
    });
  });

const curveRows =
  (storage: CurveShift["storage"]): RowsOf =>
  (shift) => {
    const all = matrices(shift).map(
      (tensor) => describeOne(shift, [tensor]).curve,
    );
    return (all[0] ?? [])
      .filter((point) => point.storage === storage)
      .map(({ eta }) => {
        const points = all.map((curve) =>
          curve.find(
            (point) => point.storage === storage && point.eta === eta,
          )!,
        );
        const mean = (
          of: (point: CurveShift) => number | null,
        ): number | null => meanOrNull(points.map(of));
        return {
          table: "curve" as const,
          eta,
          rate: mean(({ rate }) => rate)!,
          jaccard: mean(({ jaccard }) => jaccard),
          random: mean(({ random }) => random),
          givenMagnitude: mean(({ givenMagnitude }) => givenMagnitude),
          shuffled: mean(({ shuffled }) => shuffled),
          shuffledRate: mean(({ shuffledRate }) => shuffledRate)!,
        };
      });
  };

const expertRows: RowsOf = (shift) =>
  describeOne(shift, shift.tensors).experts.map(
    ({ expert, rate, nonfinite, relativeNorm }) => ({
      table: "expert" as const,
      expert,
      rate,
      nonfinite,
      relativeNorm,
    }),
  );

const jointRows: RowsOf = (shift) => {
  const { ways, opposed, minorityMass } = describeOne(
    shift,
    shift.tensors,
  ).joint;
  return [{ table: "joint" as const, ways, opposed, minorityMass }];
};

const survivalRows: RowsOf = (shift) =>
  describeOne(shift, shift.tensors).survival.map((row) => ({
    table: "survival" as const,
    ...row,
  }));

const magnitudeRows: RowsOf = (shift) =>
  describeOne(shift, matrices(shift)).strata.map((row) => ({
    table: "magnitude" as const,
    ...row,
  }));

const spectrumRows: RowsOf = (shift) => {
  const measured = matrices(shift).flatMap(({ spectra }) =>
    spectra === null ? [] : [spectra],
  );
  return shift.experts.map((expert, i) => {
    const own = measured.map((spectra) => spectra[i]!);
    const { expert: _, residual: __, ...numbers } = own[0]!;
    const names = Object.keys(numbers) as (keyof typeof numbers)[];
    return {
      table: "spectrum" as const,
      expert,
      layer: shift.layer!,
      ...(Object.fromEntries(
        names.map((name) => [name, meanOrNull(own.map((row) => row[name]))]),
      ) as typeof numbers),
    };
  });
};

const pairRows: readonly RowsOf[] = [overlapRows, layerRows, cosineRows];
const modelRows: readonly RowsOf[] = [
  curveRows("stored"),
  expertRows,
  jointRows,
  survivalRows,
  magnitudeRows,
  spectrumRows,
];

/** Share of changed weights by η, over all seeds. */
function meanCurve(shifts: readonly WeightShift[]): CurveRow[] {
  return over(shifts, "fp32", [curveRows("stored")]) as CurveRow[];
}

/** Fields that name a row; all other numbers are averaged over seeds. */
const NAMES: readonly string[] = ["layer", "rank", "quantile", "eta"];

/**
 * Rows that `weightShiftRows` made, from a file of a study.
 *
 * @throws StudyError the file is missing, or holds no such rows
 * @example
 * readWeightShiftRows("data/nano/runs/full/analysis/weightShift.json")
 */
export function readWeightShiftRows(path: string): WeightShiftRow[] {
  let rows: unknown;
  try {
    rows = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new StudyError(
      `readWeightShiftRows: "${path}" must be a readable JSON file, got ${(cause as Error).message}`,
      { cause },
    );
  }
  const known = (row: unknown): boolean =>
    TABLES.includes((row as { table?: string } | null)?.table ?? "");
  if (!Array.isArray(rows) || rows.length === 0 || !rows.every(known))
    throw new StudyError(
      `readWeightShiftRows: "${path}" must hold rows of ${TABLES.join(", ")}, got ${JSON.stringify(rows).slice(0, 40)}`,
    );
  return rows as WeightShiftRow[];
}

/** Rows of all seeds → their means. */
function over(
  shifts: readonly WeightShift[],
  storage: ShiftStorage,
  tables: readonly RowsOf[],
): WeightShiftRow[] {
  const [first] = shifts;
  if (first === undefined) return [];
  const of = (shift: WeightShift): Record<string, unknown>[] =>
    tables.flatMap((table) => table(shift) as Record<string, unknown>[]);
  const seeds = shifts.map(of);
  return seeds[0]!.map((row, i) => {
    const same = seeds.map((rows) => rows[i]!);
    const out: Record<string, unknown> = {
      table: row["table"],
      storage,
      eta: row["eta"] ?? first.eta,
      seeds: shifts.length,
    };
    for (const name of Object.keys(row))
      out[name] = NAMES.includes(name)
        ? row[name]
        : meanOf(
            same.map((each) => each[name]),
            name,
          );
    return out as unknown as WeightShiftRow;
  });
}

/** Fields that are of the first seed alone. */
const FIRST_SEED: readonly string[] = [
  "projected",
  "projectedError",
  "unprojected",
];

/** Digits that rows keep: tables show three. */
const DIGITS = 5;

function meanOf(values: readonly unknown[], name: string): unknown {
  const [first] = values;
  if (typeof first === "string") return first;
  if (Array.isArray(first))
    return first.map((_, i) =>
      meanOf(
        values.map((value) => (value as number[])[i]),
        name,
      ),
    );
  const numbers = values as (number | null)[];
  const known = numbers.filter((value) => value !== null);
  const value =
    name === "low"
      ? Math.min(...known)
      : name === "high"
        ? Math.max(...known)
        : // One draw of the projection is what the paper shows.
          FIRST_SEED.includes(name)
          ? numbers[0]!
          : meanOrNull(numbers);
  return known.length === 0 || value === null
    ? null
    : Number(value.toPrecision(DIGITS));
}
