/** Writes a checkpoint of any size: layout first, then the bytes of its tensors, in any order and in pieces. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { CheckpointError } from "../../error.js";
import { hashFile, writeFileAtomically } from "../../io/index.js";
import type { TensorSpec } from "../format/layout.js";
import { about } from "../openFiles.js";
import {
  type PlannedShard,
  type PlanOptions,
  planShards,
  type ShardPlan,
} from "./planShards.js";
import { INDEX, WEIGHTS } from "../format/shardIndex.js";
import { type Rounding, TensorWriter } from "./tensorWriter.js";
import { hashPlan, readProgress, soundShards } from "./writeProgress.js";

/** Options of `CheckpointWriter.create`. */
export interface CheckpointWriterOptions extends Omit<PlanOptions, "file"> {
  /** Keep the finished shards of a killed writer with the same plan and `identity`; default false: begin anew. */
  resume?: boolean;
  /** Text that changes with everything the bytes depend on (inputs, options, seed, version); needed to resume. */
  identity?: string;
}

/** A file of the checkpoint while it is written. */
export interface ShardState {
  /** Plain file name. */
  file: string;
  tensors: readonly string[];
  /** Size of the file. */
  bytes: number;
  /** True once it is whole and hashed, in this run or in the one that is resumed. */
  done: boolean;
}

/** A finished file. */
export interface WrittenFile {
  /** Plain file name. */
  name: string;
  bytes: number;
  /** In hexadecimal. */
  sha256: string;
}

/**
 * Writes a checkpoint to a folder, or to one .safetensors file. Bytes are those of the reference library's writer; see `planShards`.
 *
 * `create` makes temporary files with their headers; `write` and `writeBytes` fill them, here or in other threads with a
 * `TensorWriter` each; `finishShard` flushes and hashes a shard once all its bytes are there; `finish` gives the files their names and
 * writes the index last. Until then nothing is there that a reader would take for a checkpoint, whatever kills the process.
 *
 * Hashes of finished shards are kept in a hidden file. A writer with `resume` and the same plan and `identity` keeps the shards whose
 * size, header and SHA-256 are still right, and writes the others anew. One writer per folder at a time: two would write into the same
 * temporary files.
 *
 * @example
 * const writer = CheckpointWriter.create("merged", [{ name: "w", dtype: "BF16", shape: [2] }]);
 */
export class CheckpointWriter {
  /** What is written where; can be sent to worker threads. */
  readonly plan: ShardPlan;
  /** Absolute path of the folder with the files, the temporary ones too. */
  readonly folder: string;

  private readonly writer: TensorWriter;
  /** Tensors that other threads have written whole. */
  private readonly elsewhere = new Set<string>();

  private constructor(
    folder: string,
    plan: ShardPlan,
    /** The hidden file. */
    private readonly progressPath: string,
    /** SHA-256 of the finished shards, by file name. */
    private readonly finished: Map<string, string>,
    private readonly planHash: string,
  ) {
    this.folder = folder;
    this.plan = plan;
    this.writer = new TensorWriter(folder, plan);
  }

  /**
   * Begin a checkpoint.
   *
   * @param folderOrFile  a path that ends with .safetensors is a single file, which replaces an older one at the end; any other is a
   * folder, made where it is missing, that must hold no weights
   * @param tensors       names, dtypes and shapes, in the order in which they are put into shards
   * @throws CheckpointError the folder holds weights, a tensor is not valid, or the disk refuses · RangeError resume without identity
   */
  static create(
    folderOrFile: string,
    tensors: readonly TensorSpec[],
    { resume = false, identity, ...options }: CheckpointWriterOptions = {},
  ): CheckpointWriter {
    if (resume && identity === undefined)
      throw new RangeError(
        "CheckpointWriter: identity must be given to resume, got none",
      );
    const path = resolve(folderOrFile);
    const file = path.endsWith(".safetensors") ? basename(path) : undefined;
    const folder = file === undefined ? path : dirname(path);
    const plan = planShards(tensors, { ...options, file });
    const planHash = hashPlan(plan, identity ?? "");
    const progressPath = join(folder, `.${file ?? "model"}.partial.json`);
    return about(
      folder,
      () => {
        mkdirSync(folder, { recursive: true });
        const found = readProgress(progressPath);
        const finished =
          resume && found?.plan === planHash
            ? soundShards(folder, plan, found)
            : new Map<string, string>();
        const leftovers = Object.keys(found?.shards ?? {}).filter(
          (name) => !finished.has(name),
        );
        if (file === undefined) clear(folder, plan, finished, leftovers);
        const writer = new CheckpointWriter(
          folder,
          plan,
          progressPath,
          finished,
          planHash,
        );
        for (const shard of plan.shards)
          if (!finished.has(shard.file)) beginShard(folder, shard);
        writer.saveProgress();
        return writer;
      },
      "writable",
    );
  }

  /** The files, in order. */
  get shards(): readonly ShardState[] {
    return this.plan.shards.map(({ file, tensors, bytes }) => ({
      file,
      tensors,
      bytes,
      done: this.finished.has(file),
    }));
  }

  /**
   * Write elements of a tensor, from `start` on, in the dtype of the tensor; see `TensorWriter.write`.
   *
   * @throws CheckpointError · RangeError as there, and where the tensor's shard is done
   */
  write(
    name: string,
    start: number,
    values: Float32Array,
    rounding?: Rounding,
  ): void {
    this.checkOpen(name);
    this.writer.write(name, start, values, rounding);
  }

  /**
   * Write stored bytes of a tensor, from `startByte` on, of any dtype.
   *
   * @throws CheckpointError · RangeError as `TensorWriter.writeBytes`, and where the tensor's shard is done
   */
  writeBytes(name: string, startByte: number, bytes: Uint8Array): void {
    this.checkOpen(name);
    this.writer.writeBytes(name, startByte, bytes);
  }

  /**
   * Count a tensor as written: another thread has written it whole, with a `TensorWriter` of its own.
   *
   * @throws CheckpointError there is no such tensor · RangeError its shard is done
   */
  markWritten(name: string): void {
    this.checkOpen(name);
    this.elsewhere.add(name);
  }

  /**
   * Flush a shard to disk, hash it and record it as done. It keeps its temporary name until `finish`.
   *
   * @param file    plain file name, as in `shards`
   * @param hashed  its SHA-256, where another thread has flushed and hashed the temporary file; default: done here
   * @throws CheckpointError there is no such shard, one of its tensors is not whole, or the disk refuses
   */
  finishShard(file: string, hashed?: string): { sha256: string } {
    const shard = this.plan.shards.find((candidate) => candidate.file === file);
    if (shard === undefined)
      throw new CheckpointError(
        `${this.folder}: shard must be ${this.plan.shards.map((each) => each.file).join(", ")}, got ${JSON.stringify(file)}`,
      );
    const known = this.finished.get(file);
    if (known !== undefined) return { sha256: known };
    const path = join(this.folder, shard.temporary);
    const missing = shard.tensors.find(
      (name) => !this.elsewhere.has(name) && !this.writer.isWhole(name),
    );
    if (missing !== undefined)
      throw new CheckpointError(
        `${path}: every byte of tensor ${JSON.stringify(missing)} must be written before the shard is finished, got fewer`,
      );
    return about(
      path,
      () => {
        if (hashed === undefined) flush(path);
        const sha256 = hashed ?? hashFile(path);
        this.finished.set(file, sha256);
        this.saveProgress();
        return { sha256 };
      },
      "writable",
    );
  }

  /**
   * Finish the shards that are left, give all files their names, and write the index last.
   *
   * @returns the files of the checkpoint, the index too
   * @throws CheckpointError a tensor is not whole, or the disk refuses
   */
  finish(): { files: WrittenFile[] } {
    const files = this.plan.shards.map(({ file: name, bytes }) => ({
      name,
      bytes,
      ...this.finishShard(name),
    }));
    this.writer.close();
    return about(
      this.folder,
      () => {
        for (const { temporary, file } of this.plan.shards) {
          const path = join(this.folder, temporary);
          // A resumed writer may find shards that have their names.
          if (existsSync(path)) renameSync(path, join(this.folder, file));
        }
        if (this.plan.index !== null) {
          const path = join(this.folder, INDEX);
          const text = Buffer.from(this.plan.index, "utf8");
          writeFileAtomically(path, [text]);
          files.push({
            name: INDEX,
            bytes: text.length,
            sha256: hashFile(path),
          });
        }
        rmSync(this.progressPath);
        return { files };
      },
      "writable",
    );
  }

  /** Stop: what is unfinished is removed, finished shards stay for a writer that resumes. */
  abort(): void {
    this.writer.close();
    for (const { file, temporary } of this.plan.shards)
      if (!this.finished.has(file))
        rmSync(join(this.folder, temporary), { force: true });
    if (this.finished.size === 0) rmSync(this.progressPath, { force: true });
  }

  private checkOpen(name: string): void {
    const tensor = this.plan.tensors.get(name);
    if (tensor === undefined)
      throw new CheckpointError(
        `${this.folder}: tensor must be in the plan, got ${JSON.stringify(name)}`,
      );
    const { file } = this.plan.shards[tensor.shard]!;
    if (this.finished.has(file))
      throw new RangeError(
        `write: tensor ${JSON.stringify(name)} must be in a shard that is not done, got ${file}`,
      );
  }

  private saveProgress(): void {
    const shards = Object.fromEntries(this.finished);
    const text = JSON.stringify({ plan: this.planHash, shards });
    writeFileAtomically(this.progressPath, [Buffer.from(`${text}\n`, "utf8")]);
  }
}

/** Make the temporary file of a shard: its header, and zeros up to its size. */
function beginShard(
  folder: string,
  { temporary, header, bytes }: PlannedShard,
): void {
  const path = join(folder, temporary);
  rmSync(path, { force: true });
  // Anew, so that no link that somebody put there is followed.
  const file = openSync(path, "wx");
  try {
    for (let done = 0; done < header.length;)
      done += writeSync(file, header, done);
    ftruncateSync(file, bytes);
  } finally {
    closeSync(file);
  }
}

function flush(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Refuse a folder that holds other weights, then remove what a killed writer left and nobody resumes. */
function clear(
  folder: string,
  { shards }: ShardPlan,
  finished: ReadonlyMap<string, string>,
  leftovers: readonly string[],
): void {
  const names = readdirSync(folder);
  // With its index, or under the one name, a checkpoint is finished, and not for us to remove.
  const mayGo = new Set(names.includes(INDEX) ? [] : leftovers);
  mayGo.delete(WEIGHTS);
  const weights = names.find(
    (name) =>
      (name.endsWith(".safetensors") || name === INDEX) &&
      !finished.has(name) &&
      !mayGo.has(name) &&
      !(name === INDEX && finished.size === shards.length),
  );
  if (weights !== undefined)
    throw new CheckpointError(`folder must hold no weights, got ${weights}`);
  const kept = shards
    .filter(({ file }) => finished.has(file))
    .map(({ temporary }) => temporary);
  for (const name of names)
    if (
      mayGo.has(name) ||
      (/^\.model(-\d+-of-\d+)?\.safetensors\.partial$/.test(name) &&
        !kept.includes(name))
    )
      rmSync(join(folder, name));
}
