/** Carry out a merge: survey the models if the method must, merge tensor by tensor in threads, write shards, rename. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  CheckpointWriter,
  type WrittenFile,
  planShards,
  type ShardPlan,
} from "../../checkpoint/index.js";
import { INDEX, WEIGHTS } from "../../checkpoint/format/shardIndex.js";
import { CheckpointError } from "../../error.js";
import {
  BUDGETS,
  hashText,
  lotsOf,
  MARKER,
  readJsonObject,
  writeFileAtomically,
} from "../../io/index.js";
import { methods } from "../methods/table.js";
import type { Recipe } from "../recipe/recipe.js";
import type { CarriedFile } from "./carried.js";
import { fingerprint } from "./plan/fingerprint.js";
import { DONE, PLACES, READ, WRITTEN } from "./plan/job.js";
import { CHUNK, heldBytes } from "./plan/memory.js";
import type { MergedTensor } from "./plan/planTensors.js";
import {
  inputsOf,
  type MergeLimits,
  type MergePlan,
  preflight,
} from "./plan/preflight.js";
import {
  type InputRecord,
  type Provenance,
  inputRecords,
  modelCard,
  provenanceOf,
} from "./provenance.js";
import { toolName } from "../../toolName.js";
import { runTasks } from "./scheduler.js";
import type { Survival } from "./survival.js";
import { MergeThreads } from "./threads.js";
import { outOptions, WorkFolder } from "./workFolder.js";

/** Options of `mergeCheckpoints`. */
export interface MergeCheckpointsOptions extends MergeLimits {
  /** Most bytes of tensors in one file; default 5 GB. */
  shardSize?: number;
  /** Hash every input file as a whole for the provenance, which reads all of them once more; default false: samples only. */
  hashInputs?: boolean;
  /** Called once the plan stands, after every tensor or lot of small ones, and five times a second. */
  onProgress?: (progress: MergeProgress) => void;
  /** Stops the merge; what is finished stays for the same call to go on with. */
  signal?: AbortSignal;
}

/** How far a merge is. */
export interface MergeProgress {
  plan: MergePlan;
  /** Share of the work that is done, 0 to 1. */
  done: number;
  bytesRead: number;
  bytesWritten: number;
  /** Since the first tensor. */
  seconds: number;
  /** Expected, from the pace so far; null before there is any. */
  secondsLeft: number | null;
}

/** What a merge gave. */
export interface MergeReport {
  /** The folder of the result. */
  out: string;
  provenance: Provenance;
  /** Bytes of weights that were read, each time that they were. */
  bytesRead: number;
  bytesWritten: number;
  /** Entries that were merged in this run. */
  elements: number;
  seconds: number;
  /** Shards that an earlier run had finished. */
  resumedShards: number;
}

/** Milliseconds between two reports of progress. */
const EVERY_MS = 200;

const PROVENANCE = "provenance.json";
const BESIDES = ["recipe.yml", "README.md", PROVENANCE];

/** Entries of some tensors. */
function entries(tensors: readonly MergedTensor[]): number {
  return tensors.reduce((sum, { elements }) => sum + elements, 0);
}

/** One merge under way. */
class Execution {
  private readonly progress = new BigInt64Array(
    new SharedArrayBuffer(8 * PLACES),
  );
  private readonly survivals = new Map<string, Survival | null>();
  private readonly started = performance.now();
  private readonly threads: MergeThreads;
  /** Tensors that are merged in this run, by their index in the plan. */
  private readonly open: number[];
  /** Entries of these. */
  readonly entries: number;
  /** Entries of all that is to be done, each as often as it is looked at. */
  private readonly total: number;

  constructor(
    private readonly plan: MergePlan,
    private readonly work: WorkFolder,
    private readonly writer: CheckpointWriter,
    private readonly onProgress: (progress: MergeProgress) => void,
  ) {
    const { recipe, models, tensors } = plan;
    const done = writer.shards.filter((shard) => shard.done);
    for (const { file } of done) {
      for (const [name, survival] of Object.entries(work.statistics(file)!)) {
        this.survivals.set(name, survival);
      }
    }
    const finished = new Set(done.flatMap(({ tensors: names }) => names));
    this.open = [...tensors.keys()].filter(
      (i) => !finished.has(tensors[i]!.name),
    );
    this.entries = entries(this.open.map((i) => tensors[i]!));
    this.total =
      this.open.length === 0
        ? 0
        : this.entries + plan.estimate.surveyRounds * entries(tensors);
    this.threads = new MergeThreads({
      method: recipe.method,
      context: {
        seed: recipe.seed,
        dialect: recipe.dialect,
        chunk: CHUNK,
      },
      rounding: recipe.rounding,
      dtype: recipe.dtype,
      models: models.map(({ ref }) => ref.path),
      tensors,
      folder: writer.folder,
      shards: writer.plan,
      progress: this.progress.buffer as SharedArrayBuffer,
    });
  }

  /** Tell how far the merge is. */
  report(): void {
    this.onProgress(this.state());
  }

  state(): MergeProgress {
    const { plan, total } = this;
    const [bytesRead, bytesWritten, done] = [READ, WRITTEN, DONE].map((place) =>
      Number(Atomics.load(this.progress, place)),
    ) as [number, number, number];
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const seconds = (performance.now() - this.started) / 1000;
    return {
      plan,
      done: share,
      bytesRead,
      bytesWritten,
      seconds,
      secondsLeft: share > 0 ? (seconds * (1 - share)) / share : null,
    };
  }

  /** Merge what is not done, and finish every shard. */
  async run(hashInputs: boolean): Promise<{
    survivals: ReadonlyMap<string, Survival | null>;
    hashes: ReadonlyMap<string, string>;
  }> {
    const found = this.open.length === 0 ? undefined : await this.survey();
    await this.merge(found);
    return {
      survivals: this.survivals,
      hashes: hashInputs ? await this.hash() : new Map(),
    };
  }

  /** End the threads, whatever they do. */
  close(): Promise<void> {
    return this.threads.close();
  }

  /** What must be known of the whole model, after as many rounds as it takes. */
  private async survey(): Promise<unknown> {
    const { recipe, tensors, budget } = this.plan;
    const method = methods[recipe.method]!;
    const plan = method.survey(recipe.dialect);
    const merged = [...tensors.keys()].filter((i) => !tensors[i]!.copied);
    let found: unknown;
    for (let again = plan !== undefined && merged.length > 0; again;) {
      const round = found;
      const tasks = this.lots(merged).map((lot) => ({
        bytes: 0,
        run: async () => {
          await this.threads.run<"survey">({
            type: "survey",
            tensors: lot,
            found: round,
          });
          this.report();
        },
      }));
      await runTasks(tasks, budget.threads, Infinity);
      const parts = await this.threads.everywhere<"collect">({
        type: "collect",
      });
      const total = parts
        .filter((part) => part !== null)
        .reduce((a, b) => plan!.combine(a, b));
      const { seed, dialect } = recipe;
      const context = { seed, dialect, chunk: CHUNK, survey: round };
      ({ found, again } = plan!.finish(total, context));
    }
    return found;
  }

  /** Jobs of some tensors, the largest tensor first, so that the end is even. */
  private lots(tensors: readonly number[]): number[][] {
    const size = (i: number): number => this.plan.tensors[i]!.elements;
    const largestFirst = [...tensors].sort(
      (a, b) => size(b) - size(a) || a - b,
    );
    return lotsOf(largestFirst, size);
  }

  /** Merge shard after shard, so that finished shards come early. */
  private async merge(found: unknown): Promise<void> {
    const { recipe, tensors, budget } = this.plan;
    const method = methods[recipe.method]!;
    const indexOf = new Map(tensors.map(({ name }, i) => [name, i]));
    const tasks = this.writer.shards
      .filter(({ done }) => !done)
      .flatMap(({ file, tensors: names }) => {
        const lots = this.lots(names.map((name) => indexOf.get(name)!));
        let left = lots.length;
        return lots.map((lot) => ({
          bytes: Math.max(
            ...lot.map((i) => heldBytes(method, recipe, tensors[i]!)),
          ),
          run: async () => {
            await this.mergeLot(lot, found);
            if (--left === 0) await this.finishShard(file, names);
            this.report();
          },
        }));
      });
    await runTasks(tasks, budget.threads, budget.wholeTensors);
  }

  private async mergeLot(
    lot: readonly number[],
    found: unknown,
  ): Promise<void> {
    const survivals = await this.threads.run<"merge">({
      type: "merge",
      tensors: lot,
      found,
    });
    lot.forEach((tensor, i) => {
      const { name } = this.plan.tensors[tensor]!;
      this.survivals.set(name, survivals[i]!);
      this.writer.markWritten(name);
    });
  }

  private async finishShard(
    file: string,
    names: readonly string[],
  ): Promise<void> {
    const { temporary } = this.writer.plan.shards.find(
      (shard) => shard.file === file,
    )!;
    const sha256 = await this.threads.run<"flush">({
      type: "flush",
      file: join(this.writer.folder, temporary),
    });
    this.work.keep(
      file,
      Object.fromEntries(
        names.map((name) => [name, this.survivals.get(name) ?? null]),
      ),
    );
    this.writer.finishShard(file, sha256);
  }

  /** SHA-256 of all input files. */
  private async hash(): Promise<Map<string, string>> {
    const files = this.plan.models.flatMap(
      ({ checkpoint }) => checkpoint.files,
    );
    const hashes = new Map<string, string>();
    const tasks = files.map((file) => ({
      bytes: 0,
      run: async () =>
        void hashes.set(
          file,
          await this.threads.run<"hash">({ type: "hash", file }),
        ),
    }));
    await runTasks(tasks, this.plan.budget.threads, Infinity);
    return hashes;
  }
}

/** Hash of everything that the bytes of the result depend on. */
function identityOf(
  { recipe, models, tensors, files }: MergePlan,
  fingerprints: ReadonlyMap<string, string>,
  { shardSize, hashInputs }: MergeCheckpointsOptions,
): string {
  const inputs = models.map(({ ref, checkpoint }) => [
    fingerprints.get(ref.path),
    checkpoint.files.map((file) => statSync(file).mtimeMs),
  ]);
  const carried = files.map(([name, content]) => [
    name,
    Buffer.from(content).toString("base64"),
  ]);
  return hashText(
    JSON.stringify([
      toolName(),
      recipe.text,
      tensors,
      inputs,
      carried,
      shardSize,
      hashInputs,
    ]),
  );
}

/**
 * Merge checkpoints on disk into a new Hugging Face folder, in bounded memory.
 *
 * The result is made in a hidden folder beside `out`, which is renamed when it is whole. After a kill the same call resumes with the
 * shards that were finished. The same recipe and models give the same bytes, whatever threads, memory and interruptions.
 *
 * Cost: each tensor of each model is read once or a few times, as the method needs; peak memory is `maxMemory` at most.
 *
 * @param recipe  from `readRecipe` or `parseRecipe`
 * @param out     folder of the result
 * @throws RecipeError models and recipe do not fit · CheckpointError a file breaks its format or cannot be written · RangeError a
 *   value is not finite or does not fit the output's format · M2rlError `out` already exists, or memory or disk do not suffice
 * @example
 * await mergeCheckpoints(readRecipe("recipe.yml"), "models/ties", { threads: 2 })
 */
export async function mergeCheckpoints(
  recipe: Recipe,
  out: string,
  options: MergeCheckpointsOptions = {},
): Promise<MergeReport> {
  const { shardSize = 5e9, hashInputs = false } = options;
  const plan = preflight(recipe, out, options);
  const started = performance.now();
  const fingerprints = new Map(
    plan.models.map(({ ref, checkpoint }) => [
      ref.path,
      fingerprint(checkpoint),
    ]),
  );
  const identity = identityOf(plan, fingerprints, { shardSize, hashInputs });
  const shards = planShards(plan.tensors, { shardSize });
  const work = new WorkFolder(
    out,
    identity,
    namesOf(plan, shards),
    outOptions(inputsOf(recipe), options.force ?? false),
  );
  let writer: CheckpointWriter | undefined;
  try {
    const named = join(work.path, shards.index === null ? WEIGHTS : INDEX);
    if (!work.complete || !existsSync(named))
      writer = CheckpointWriter.create(work.path, plan.tensors, {
        ...{ shardSize, identity },
        resume: true,
      });
    const resumed = writer?.shards.filter(({ done }) => done) ?? [];
    const done =
      writer === undefined || work.complete
        ? undefined
        : await fill(plan, work, writer, fingerprints, options);
    writer?.finish();
    const provenance = readJsonObject(
      join(work.path, PROVENANCE),
      BUDGETS.state,
      (text, cause) => new CheckpointError(`merge: ${text}`, { cause }),
    ) as unknown as Provenance;
    const { output } = provenance;
    work.publish(new Map(output.map(({ name, sha256 }) => [name, sha256])));
    return {
      ...{ out, provenance },
      ...(done ?? { bytesRead: 0, bytesWritten: 0, elements: 0 }),
      seconds: (performance.now() - started) / 1000,
      resumedShards: resumed.length,
    };
  } catch (error) {
    writer?.abort();
    const worthIt = writer?.shards.some(({ done }) => done) ?? false;
    work.release(worthIt || work.complete);
    throw error;
  }
}

/** Merge what is not done, and write all that stands beside the weights. */
async function fill(
  plan: MergePlan,
  work: WorkFolder,
  writer: CheckpointWriter,
  fingerprints: ReadonlyMap<string, string>,
  { hashInputs = false, onProgress, signal }: MergeCheckpointsOptions,
): Promise<Pick<MergeReport, "bytesRead" | "bytesWritten" | "elements">> {
  const execution = new Execution(plan, work, writer, (progress) =>
    onProgress?.(progress),
  );
  const { entries: elements } = execution;
  const { survivals, hashes } = await watched(execution, hashInputs, signal);
  const { bytesRead, bytesWritten } = execution.state();
  try {
    checkInputs(plan, fingerprints);
  } catch (error) {
    work.spoiled = true;
    throw error;
  }
  const inputs = inputRecords(plan, fingerprints, hashes);
  writeBesides(work.path, plan, writer, inputs, survivals);
  work.complete = true;
  return { bytesRead, bytesWritten, elements };
}

/**
 * Check that what was merged is what was planned: the files are those whose headers were read, and their samples are as they were.
 *
 * @throws CheckpointError an input was replaced, overwritten or removed meanwhile
 */
function checkInputs(
  { models }: MergePlan,
  fingerprints: ReadonlyMap<string, string>,
): void {
  for (const { ref, checkpoint } of models) {
    checkpoint.checkUnchanged();
    if (fingerprint(checkpoint) !== fingerprints.get(ref.path))
      throw new CheckpointError(
        `${ref.path}: weights must stay as they were when the merge began, got others`,
      );
  }
}

/** Run, reporting progress, until it is done or stopped. */
async function watched(
  execution: Execution,
  hashInputs: boolean,
  signal: AbortSignal | undefined,
): ReturnType<Execution["run"]> {
  const stop = new AbortController();
  const timer = setInterval(() => execution.report(), EVERY_MS);
  try {
    signal?.throwIfAborted();
    execution.report();
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason as Error), {
        signal: stop.signal,
      });
    });
    const result = await Promise.race([execution.run(hashInputs), aborted]);
    execution.report();
    return result;
  } finally {
    stop.abort();
    clearInterval(timer);
    await execution.close();
  }
}

/** Every file that a merge makes in its work folder. */
function namesOf(plan: MergePlan, { shards, index }: ShardPlan): string[] {
  return [
    ...shards.flatMap(({ file, temporary }) => [file, temporary]),
    ...(index === null ? [] : [INDEX]),
    ...plan.files.map(([name]) => name),
    ...BESIDES,
    MARKER,
    ".model.partial.json",
  ];
}

/** Write everything but the weights. */
function writeBesides(
  folder: string,
  plan: MergePlan,
  writer: CheckpointWriter,
  inputs: readonly InputRecord[],
  survivals: ReadonlyMap<string, Survival | null>,
): void {
  const { shards, index } = writer.plan;
  const output: WrittenFile[] = shards.map(({ file, bytes }) => ({
    name: file,
    bytes,
    ...writer.finishShard(file),
  }));
  if (index !== null) {
    const bytes = Buffer.byteLength(index);
    output.push({ name: INDEX, bytes, sha256: hashText(index) });
  }
  const provenance = provenanceOf(plan, inputs, output, survivals);
  const files: CarriedFile[] = [
    ...plan.files,
    ["recipe.yml", Buffer.from(plan.recipe.text)],
    ["README.md", Buffer.from(modelCard(plan, provenance, survivals))],
    [PROVENANCE, Buffer.from(`${JSON.stringify(provenance, null, 2)}\n`)],
  ];
  for (const [name, content] of files) {
    writeFileAtomically(join(folder, name), [content]);
  }
}
