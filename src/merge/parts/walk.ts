/** Walks a tensor of all models front to back, in blocks that fit the processor's cache. */
import { floats, inArena, scoped } from "../kernels/arena.js";
import { kernels } from "../kernels/kernels.js";
import type { Emit, MergeContext, Source, TensorInput } from "../tensor.js";

/** Entries handled at a time; sums per block make results independent of how much is read at a time. */
export const BLOCK = 4096;

/** Sees one block: `base` and `models` are scratch, reused after the return; models may be changed in place. */
export type Visit = (
  start: number,
  base: Float32Array,
  models: readonly Float32Array[],
) => void;

/** One tensor of all models. */
export interface Walk {
  /** Entries of the tensor. */
  readonly length: number;
  /** Number of models, without the base. */
  readonly models: number;
  /** Entries read at a time. */
  readonly chunk: number;
  /** Visit every block in order; with `pieces` only so many small ones, spread over the tensor. */
  each(visit: Visit, pieces?: number): void;
}

/** Entries of a piece of a sample. */
const PIECE = 256;

/** Start of the k-th of so many pieces: one in each equal stretch, at places that follow no rhythm of rows or columns. */
function pieceStart(k: number, pieces: number, length: number): number {
  const stretch = length / pieces;
  const within = (k * 0.6180339887498949) % 1;
  return Math.trunc(k * stretch + within * (stretch - PIECE));
}

/** A row of the table that a walk reads into: the base or a model. */
interface Row {
  source: Source | null;
  values: Float32Array;
}

interface Block {
  from: number;
  base: Float32Array;
  models: readonly Float32Array[];
}

/** The first `length` entries of all rows: as wholes, and in blocks. */
function cutRows(
  rows: readonly Row[],
  length: number,
  block: number,
): { wholes: Row[]; blocks: Block[] } {
  const wholes = rows.map(({ source, values }) => ({
    source,
    values: values.subarray(0, length),
  }));
  const blocks: Block[] = [];
  for (let from = 0; from < length; from += block) {
    const [base, ...models] = wholes.map(({ values }) =>
      values.subarray(from, from + block),
    );
    blocks.push({ from, base: base!, models });
  }
  return { wholes, blocks };
}

/**
 * The models of a tensor as they are; a missing base reads as zeros.
 *
 * @param unit  entries that must stay together, for example a row: blocks are multiples of it; default 1
 */
export function walk(
  { length, base, experts }: TensorInput,
  { chunk }: Pick<MergeContext, "chunk">,
  unit: number = 1,
): Walk {
  const block = unit * Math.max(1, Math.trunc(BLOCK / unit));
  const step = block * Math.max(1, Math.trunc(chunk / block));
  return {
    length,
    models: experts.length,
    chunk,
    each: (visit, pieces) =>
      scoped(() => {
        const size = Math.min(pieces === undefined ? step : PIECE, length);
        const rows = [base, ...experts].map((source) => ({
          source,
          values: floats(size),
        }));
        if (base === null) rows[0]!.values.fill(0);
        // All pieces but the last are equal, and so are the views of their blocks.
        let cut = cutRows(rows, size, block);
        const count = pieces ?? Math.ceil(length / size);
        for (let k = 0; k < count; k++) {
          const at = pieces ? pieceStart(k, pieces, length) : k * size;
          if (length - at < size) cut = cutRows(rows, length - at, block);
          for (const { source, values } of cut.wholes) source?.read(at, values);
          for (const { from, base: origin, models } of cut.blocks)
            visit(at + from, origin, models);
        }
      }),
  };
}

/** The same walk in blocks of the usual size, for one whose blocks are longer. */
export function inBlocks(models: Walk): Walk {
  return {
    ...models,
    each(visit, pieces) {
      models.each((start, base, rows) => {
        if (base.length <= BLOCK) visit(start, base, rows);
        else
          for (let from = 0; from < base.length; from += BLOCK) {
            const to = from + BLOCK;
            visit(
              start + from,
              base.subarray(from, to),
              rows.map((row) => row.subarray(from, to)),
            );
          }
      }, pieces);
    },
  };
}

/** values − base, in place, rounded to float32. */
export function subtract(values: Float32Array, base: Float32Array): void {
  if (inArena(values, base))
    kernels.subtract(values.byteOffset, base.byteOffset, values.length);
  else
    for (let i = 0; i < values.length; i++) values[i] = values[i]! - base[i]!;
}

/** The task vectors of a tensor: what a walk gives, minus the base. */
export function taskVectors(models: Walk): Walk {
  return {
    ...models,
    each(visit, pieces) {
      models.each((start, base, experts) => {
        for (const expert of experts) subtract(expert, base);
        visit(start, base, experts);
      }, pieces);
    },
  };
}

/** Writes one merged block into `out`. */
export type Step = (
  out: Float32Array,
  base: Float32Array,
  models: readonly Float32Array[],
  start: number,
) => void;

/** Merge block by block, and hand the result on in pieces of about the size that is read. */
export function mergeBlocks(models: Walk, emit: Emit, step: Step): void {
  scoped(() => mergeInto(models, emit, step));
}

function mergeInto(models: Walk, emit: Emit, step: Step): void {
  let out = floats(Math.min(models.chunk, models.length));
  let [from, filled] = [0, 0];
  const flush = (): void => {
    emit(from, out.subarray(0, filled));
    from += filled;
    filled = 0;
  };
  models.each((start, base, blocks) => {
    const { length } = base;
    if (filled > 0 && filled + length > out.length) flush();
    if (length > out.length) out = floats(length);
    step(out.subarray(filled, filled + length), base, blocks, start);
    filled += length;
    if (filled === out.length || start + length === models.length) flush();
  });
}
