/** `m2rl diff`: what experts changed in the weights of the model they were trained from. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  combine,
  describeShift,
  type Description,
  meaningOf,
  mergePredictors,
  PAPER_ETA,
  shiftJsonPieces,
  taskVectorGeometry,
  testedPredictors,
  type WeightShift,
  weightShiftOfFiles,
} from "../analysis/index.js";
import {
  compareConfigurations,
  readConfiguration,
} from "../checkpoint/index.js";
import { CheckpointError } from "../error.js";
import {
  checkReplaceable,
  guarded,
  writeFileAtomically,
  type WriteFileOptions,
} from "../io/index.js";
import { GENERATOR } from "../report/index.js";
import { diffPage } from "./output/diffPage.js";
import { predictorLines } from "./output/predictorLines.js";
import { shiftProgress } from "./output/shiftProgress.js";
import {
  integerOption,
  numberOption,
  textTable,
  UsageError,
  type Verb,
} from "./verb.js";

const SPECTRA = ["corresponding", "all", "none"] as const;

const HELP = `m2rl diff BASE EXPERT... [options]

Say what experts changed in the weights of the model that they were trained from: how many weights, which, how far, in which
directions, and how far the changes of two experts overlap, beside what chance and the size of the weights would give. BASE and EXPERT
are .safetensors files or model folders of any size; NAME=PATH names an expert, which else has the name of its folder.

  --json FILE        write everything, tensor by tensor
  --report FILE      write one self-contained HTML page of tables and figures
  --eta E            a weight w counts as changed when it moved by more than E · max(|w before|, |w after|); default ${PAPER_ETA}
  --layers LIST      only the tensors of these layers, counted from 0, such as 0,4-7
  --skip NAME        leave a tensor out; may be repeated
  --spectra WHICH    whose singular values to compute: corresponding (default: the layer at 17/36 of the depth, the paper's), all, none
  --rank K           dimension of the principal subspaces, default 16
  --seed N           of projection, shuffles and samples, default 1
  --predictors       say too what may tell, before anything is merged, what a merge of all experts will be worth, and what has been
                     found to tell; reads all weights twice more
  --threads N        default one a core, at most 3; results do not depend on it
`;

/** The verb. */
export const diff: Verb = {
  help: HELP,
  async main(args, output) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: "string" },
        report: { type: "string" },
        eta: { type: "string" },
        layers: { type: "string" },
        skip: { type: "string", multiple: true },
        spectra: { type: "string", default: "corresponding" },
        rank: { type: "string" },
        seed: { type: "string" },
        threads: { type: "string" },
        predictors: { type: "boolean", default: false },
      },
    });
    const [base, ...rest] = positionals;
    if (base === undefined || rest.length === 0)
      throw new UsageError(
        `diff must be given a base and experts, got ${positionals.length} paths; m2rl diff --help`,
      );
    const spectra = SPECTRA.find((each) => each === values.spectra);
    if (spectra === undefined)
      throw new UsageError(
        `--spectra must be one of ${SPECTRA.join(", ")}, got ${JSON.stringify(values.spectra)}`,
      );
    const experts = namesOf(rest);
    if (values.predictors && rest.length < 2)
      throw new UsageError(
        `--predictors must have at least 2 experts, got ${rest.length}`,
      );
    if (values.json !== undefined) checkWritable(values.json, JSON_FILE);
    if (values.report !== undefined) checkWritable(values.report, PAGE);
    const options = {
      eta: numberOption("eta", values.eta, 0, 1),
      layers: values.layers === undefined ? undefined : layersOf(values.layers),
      skip: values.skip,
      spectra,
      rank: integerOption("rank", values.rank, 1),
      seed: integerOption("seed", values.seed, 0),
      threads: integerOption("threads", values.threads, 1),
    };
    const progress = shiftProgress(output.stderr);
    const shift = await weightShiftOfFiles(base, experts, {
      ...options,
      onProgress: progress.hear,
    }).finally(progress.end);
    const models = { base, experts };
    if (values.json !== undefined)
      write(values.json, line(shiftJsonPieces(shift, models)), JSON_FILE);
    if (values.report !== undefined)
      write(values.report, [diffPage(shift, models)], PAGE);
    output.stdout.write(
      summary(shift, base) +
        configurationLines(base, experts) +
        (values.predictors ? foretold(base, experts, values.skip) : ""),
    );
    return 0;
  },
};

/** What the task vectors may tell of a merge. */
function foretold(
  base: string,
  experts: Readonly<Record<string, string>>,
  skip: readonly string[] | undefined,
): string {
  const geometry = taskVectorGeometry(base, experts, { skip });
  return `\n${predictorLines(mergePredictors(geometry), testedPredictors())}`;
}

/** Experts by name; an argument that is a path as it stands is no NAME=PATH. */
function namesOf(args: readonly string[]): Record<string, string> {
  const experts = new Map<string, string>();
  for (const arg of args) {
    const at = arg.indexOf("=");
    const named = at > 0 && !existsSync(arg);
    const path = named ? arg.slice(at + 1) : arg;
    const name = named
      ? arg.slice(0, at)
      : basename(resolve(path)).replace(/\.safetensors$/, "");
    if (experts.has(name))
      throw new UsageError(
        `experts must have different names, got "${name}" twice; name them by NAME=PATH`,
      );
    experts.set(name, path);
  }
  return Object.fromEntries(experts);
}

/** "0,4-7" → [0, 4, 5, 6, 7]. */
function layersOf(text: string): number[] {
  const layers = text.split(",").flatMap((part) => {
    const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    const first = Number(from);
    const last = Number(to ?? from);
    if (from === undefined || last < first || last > 10_000)
      throw new UsageError(
        `--layers must be layers such as 0,4-7, got ${JSON.stringify(text)}`,
      );
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return [...new Set(layers)];
}

/** The files that this verb writes, and may therefore replace. */
const JSON_FILE: WriteFileOptions = {
  replaces: (head) => /^\{"base":"(?:[^"\\]|\\.)*","experts":\{/.test(head),
  kind: "a file of m2rl diff --json",
};
const PAGE: WriteFileOptions = {
  replaces: (head) => head.includes(GENERATOR),
  kind: "a page of m2rl diff --report",
};

const failure = (text: string, cause?: unknown): CheckpointError =>
  new CheckpointError(`diff: ${text}`, { cause });

/** Refuse a place that cannot be written before hours are spent. */
function checkWritable(path: string, options: WriteFileOptions): void {
  if (path.trim() === "" || path.includes("\0"))
    throw failure(
      `path to write to must name a file, got ${JSON.stringify(path)}`,
    );
  const folder = dirname(resolve(path));
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true)
    throw new CheckpointError(
      `diff: "${path}" must be in a folder that is there, got no folder "${folder}"`,
    );
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new CheckpointError(
      `diff: "${path}" must be a file to write, got a folder`,
    );
  guarded(`"${path}"`, "writable", failure, () =>
    checkReplaceable(path, options),
  );
}

/** Pieces of one line, with its end. */
function* line(pieces: Iterable<string>): Generator<string> {
  yield* pieces;
  yield "\n";
}

function* encoded(pieces: Iterable<string>): Generator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece, "utf8");
}

function write(
  path: string,
  pieces: Iterable<string>,
  options: WriteFileOptions,
): void {
  guarded(`"${path}"`, "writable", failure, () =>
    writeFileAtomically(path, encoded(pieces), options),
  );
}

/** Where the configurations mean different things: equal weights then compute other values. */
function configurationLines(
  base: string,
  experts: Readonly<Record<string, string>>,
): string {
  const from = readConfiguration(base);
  return Object.entries(experts)
    .flatMap(([name, path]) => {
      const to = readConfiguration(path);
      if (from === null || to === null) return [];
      return compareConfigurations(from, to).map(
        ({ key, first, second, unknown }) =>
          `config.json of ${name}: ${key} ${first} → ${second}${unknown === "" ? "" : `; ${unknown}`}\n`,
      );
    })
    .join("");
}

function percent(share: number | null): string {
  return share === null ? "–" : `${(100 * share).toFixed(2)} %`;
}

function number(value: number | null, digits = 3): string {
  return value === null ? "–" : value.toFixed(digits);
}

/** How far the changes of two experts overlap, beside what chance gives, and whether they point the same way. */
function pairTable(pairs: Description["pairs"]): string {
  return textTable([
    [
      ...["pair", "Jaccard", "independent", "by size", "shuffled", "lift"],
      ...["same sign", "cosine", "on overlap"],
    ],
    ...pairs.map((row) => [
      `${row.a} – ${row.b}`,
      number(row.jaccard),
      number(row.random),
      number(row.givenMagnitude),
      number(row.shuffled),
      number(row.lift, 2),
      percent(row.sameSign),
      number(row.cosine),
      number(row.overlapCosine),
    ]),
  ]);
}

function summary(shift: WeightShift, base: string): string {
  const { experts, pairs, joint } = describeShift(
    combine(shift.tensors),
    shift.experts,
    shift.eta,
  );
  const dtypes = [...new Set(shift.tensors.map(({ dtype }) => dtype))];
  const lines = [
    `${base}: ${shift.tensors.length} tensors, ${joint.entries.toLocaleString("en")} weights, ${shift.layers} layers`,
    ...dtypes.map(
      (dtype) => `changed, in ${dtype}: ${meaningOf(dtype, shift.eta)}`,
    ),
  ];
  if (shift.skipped.length > 0)
    lines.push(`left out: ${shift.skipped.join(", ")}`);
  const expertTable = textTable([
    ["expert", "changed", "‖τ‖/‖base‖", "largest |δ|", "NaN or Inf"],
    ...experts.map((row) => [
      row.expert,
      percent(row.rate),
      percent(row.relativeNorm),
      row.largest.toPrecision(3),
      String(row.nonfinite),
    ]),
  ]);
  const tables = [expertTable];
  if (pairs.length > 0) {
    tables.push(
      pairTable(pairs),
      `changed by two or more: ${percent(joint.ways.slice(2).reduce((sum, share) => sum + share, 0))}, of these in opposite directions: ${percent(joint.opposed)}; movement on the weaker side: ${percent(joint.minorityMass)}`,
    );
  }
  return `${[...lines, "", ...tables].join("\n")}\n`;
}
