/** Interpolates two models along many arcs: one per tensor, row or column. */
import type { Emit } from "../tensor.js";
import { BLOCK, mergeBlocks, type Walk } from "./walk.js";

/** Which entries lie on one arc. */
export type Arcs = "all" | "rows" | "columns";

const TINY_NORM = 1e-7;
// Less cannot be told from 0: a cosine in float64 says nothing smaller.
const TINY_SINE = 1e-7;

/** Writes which arc each entry from `start` on lies on; rows go along the last axis, columns along the first. */
function arcOf(
  shape: readonly number[],
  arcs: Arcs,
): { count: number; fill: (ids: Int32Array, start: number) => void } {
  const length = shape.reduce((a, b) => a * b, 1);
  const size =
    arcs === "all"
      ? length
      : arcs === "rows"
        ? shape[shape.length - 1]!
        : length / shape[0]!;
  if (arcs === "columns")
    return {
      count: size,
      fill(ids, start) {
        for (let i = 0; i < ids.length; i++) ids[i] = (start + i) % size;
      },
    };
  return {
    count: size === 0 ? 0 : length / size,
    fill(ids, start) {
      for (let i = 0; i < ids.length; i++)
        ids[i] = Math.trunc((start + i) / size);
    },
  };
}

/** Factors of both ends, per arc, from inner products. */
function factors(
  products: readonly [Float64Array, Float64Array, Float64Array],
  t: number,
): [Float64Array, Float64Array] {
  const [aa, ab, bb] = products;
  const first = new Float64Array(aa.length);
  const second = new Float64Array(aa.length);
  for (let k = 0; k < aa.length; k++) {
    const norms =
      Math.max(TINY_NORM, Math.sqrt(aa[k]!)) *
      Math.max(TINY_NORM, Math.sqrt(bb[k]!));
    const cosine = Math.max(-1, Math.min(1, ab[k]! / norms));
    const sine = Math.sqrt(1 - cosine * cosine);
    const angle = Math.acos(cosine);
    first[k] = sine <= TINY_SINE ? 1 - t : Math.sin((1 - t) * angle) / sine;
    second[k] = sine <= TINY_SINE ? t : Math.sin(t * angle) / sine;
  }
  return [first, second];
}

/** merged = base + the point at `t` between the two models, on the arc of each entry. */
export function mergeArcs(
  models: Walk,
  shape: readonly number[],
  arcs: Arcs,
  t: number,
  emit: Emit,
): void {
  const { count, fill } = arcOf(shape, arcs);
  const scratch = new Int32Array(Math.min(BLOCK, models.length));
  const [aa, ab, bb] = [0, 1, 2].map(() => new Float64Array(count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  models.each((start, base, [a, b]) => {
    const ids = scratch.subarray(0, base.length);
    fill(ids, start);
    for (let i = 0; i < ids.length; i++) {
      const k = ids[i]!;
      aa[k]! += a![i]! * a![i]!;
      ab[k]! += a![i]! * b![i]!;
      bb[k]! += b![i]! * b![i]!;
    }
  });
  const [first, second] = factors([aa, ab, bb], t);
  mergeBlocks(models, emit, (out, base, [a, b], start) => {
    const ids = scratch.subarray(0, base.length);
    fill(ids, start);
    for (let i = 0; i < out.length; i++) {
      const k = ids[i]!;
      out[i] = base[i]! + (first[k]! * a![i]! + second[k]! * b![i]!);
    }
  });
}
