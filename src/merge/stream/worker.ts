/** A worker thread of a merge: takes one job at a time, with checkpoints that it opened itself. */
import { closeSync, fsyncSync, openSync } from "node:fs";
import {
  Checkpoint,
  DTYPE_BITS,
  type Dtype,
  TensorWriter,
  decodeInto,
  encodeInto,
  hashFile,
} from "../../checkpoint/index.js";
import { roundStochastically } from "../../checkpoint/writer/stochasticRounding.js";
import { serveThread } from "../../io/index.js";
import { key } from "../../random.js";
import { methods } from "../methods/table.js";
import type { Source, Survey } from "../tensor.js";
import { collectGarbage } from "./collectGarbage.js";
import {
  DONE,
  type Job,
  type JobResult,
  READ,
  WRITTEN,
  type WorkerSetup,
} from "./plan/job.js";
import { inputOf, mergeTensor } from "./mergeTensor.js";
import type { MergedTensor, Piece } from "./plan/planTensors.js";
import { holds, readAs } from "./plan/precision.js";
import { storedSource } from "./storedSource.js";
import type { Survival } from "./survival.js";
import type { Encode } from "./tensorStore.js";

/** Everything a worker holds between jobs. */
class Workshop {
  private readonly checkpoints: Checkpoint[];
  private readonly writer: TensorWriter;
  private readonly progress: BigInt64Array;
  /** Statistic of the tensors surveyed in this round. */
  private surveyed: Survey | undefined;

  constructor(private readonly setup: WorkerSetup) {
    this.checkpoints = setup.models.map((path) => Checkpoint.open(path));
    this.writer = new TensorWriter(setup.folder, setup.shards);
    this.progress = new BigInt64Array(setup.progress);
  }

  do(job: Job): JobResult[Job["type"]] {
    switch (job.type) {
      case "survey":
        for (const tensor of this.tensors(job.tensors))
          this.survey(tensor, job.found);
        return null;
      case "collect":
        return this.collect();
      case "merge":
        return this.tensors(job.tensors).map((tensor) =>
          this.merge(tensor, job.found),
        );
      case "hash":
        return hashFile(job.file);
      case "flush":
        return flushed(job.file);
    }
  }

  private tensors(indices: readonly number[]): MergedTensor[] {
    return indices.map((index) => this.setup.tensors[index]!);
  }

  private count(place: number, amount: number): void {
    Atomics.add(this.progress, place, BigInt(amount));
  }

  /** A tensor of a model, read from its file. */
  private readonly open = ({ model, name }: Piece): Source => {
    const checkpoint = this.checkpoints[model]!;
    const { elements, dtype } = checkpoint.tensors.get(name)!;
    const width = DTYPE_BITS.get(dtype)! / 8;
    const round = this.rounded(dtype);
    const { read, length } = storedSource({
      dtype: dtype as Dtype,
      length: elements,
      readBytes: (start, out) => checkpoint.readBytes(name, start, out),
      read: (start, out) => checkpoint.read(name, start, out),
    });
    return {
      length,
      read: (start, out) => {
        read(start, out);
        round?.(out);
        this.count(READ, out.length * width);
      },
    };
  };

  /** Rounds values of a wider format to that of the recipe, in place. */
  private rounded(stored: string): ((values: Float32Array) => void) | null {
    const dtype = readAs(stored, this.setup.dtype) as Dtype;
    if (holds(dtype, readAs(stored, null))) return null;
    const width = DTYPE_BITS.get(dtype)! / 8;
    let scratch = new Uint8Array(0);
    return (values) => {
      const size = values.length * width;
      if (scratch.length < size) scratch = new Uint8Array(size);
      const bytes = scratch.subarray(0, size);
      encodeInto(dtype, values, bytes);
      decodeInto(dtype, bytes, values);
    };
  }

  private survey(tensor: MergedTensor, found: unknown): void {
    const { method, context } = this.setup;
    const plan = methods[method]!.survey(context.dialect)!;
    const input = inputOf(tensor, this.open);
    const round = { ...context, survey: found };
    this.surveyed = plan.tensor(input, tensor.options, round, this.surveyed);
    this.count(DONE, tensor.elements);
  }

  private collect(): Survey | null {
    const survey = this.surveyed ?? null;
    this.surveyed = undefined;
    return survey;
  }

  private merge(tensor: MergedTensor, found: unknown): Survival | null {
    const { method, context } = this.setup;
    if (tensor.copied) {
      this.copy(tensor);
      return null;
    }
    const write = (startByte: number, bytes: Uint8Array): void => {
      this.writer.writeBytes(tensor.name, startByte, bytes);
      this.count(WRITTEN, bytes.length);
    };
    const survival = mergeTensor(
      tensor,
      this.open,
      this.anchorDtype(tensor),
      methods[method]!,
      { ...context, survey: found },
      this.encoder(tensor),
      write,
    );
    this.count(DONE, tensor.elements);
    return survival;
  }

  /** Format of the values that the result is compared with. */
  private anchorDtype({ anchor }: MergedTensor): string | null {
    if (anchor === null) return null;
    const { tensors } = this.checkpoints[anchor.model]!;
    return readAs(tensors.get(anchor.name)!.dtype, this.setup.dtype);
  }

  /** Rounding at random, where the recipe wants it and the format rounds. */
  private encoder({ name, dtype }: MergedTensor): Encode | null {
    const { rounding, context } = this.setup;
    if (rounding === "nearest" || (dtype !== "BF16" && dtype !== "F16"))
      return null;
    const stream = key(context.seed, `merge/rounding/${name}`);
    return (start, values, out) =>
      roundStochastically(dtype, values, out, stream, start);
  }

  /** Copy a tensor byte for byte from the first model that has it. */
  private copy({ name, anchor, experts, elements }: MergedTensor): void {
    const piece = anchor ?? experts[0]!;
    const checkpoint = this.checkpoints[piece.model]!;
    const { bytes } = checkpoint.tensors.get(piece.name)!;
    const buffer = new Uint8Array(Math.min(bytes, 2 ** 18));
    for (let start = 0; start < bytes; start += buffer.length) {
      const part = buffer.subarray(0, bytes - start);
      checkpoint.readBytes(piece.name, start, part);
      this.writer.writeBytes(name, start, part);
      this.count(READ, part.length);
      this.count(WRITTEN, part.length);
    }
    this.count(DONE, elements);
  }
}

/** SHA-256 of a file once all of it is on the disk. */
function flushed(path: string): string {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return hashFile(path);
}

serveThread<WorkerSetup, Job, JobResult[Job["type"]]>((setup) => {
  const workshop = new Workshop(setup);
  return (job) => workshop.do(job);
}, collectGarbage);
