/**
 * The loops of merging in WebAssembly, whose instructions work on four float32 or two float64 at a time. Arguments are addresses in
 * the memory of `arena.ts`, and lengths. Beside each call stands the same loop in TypeScript, for arrays elsewhere: it says what the
 * kernel does, and the tests compare the two. The sources are in `assembly/`.
 */
import { readFileSync } from "node:fs";
import { builtFile } from "../../built.js";
import { memory } from "./arena.js";
import { webAssembly } from "./webAssembly.js";

/** Signatures of `assembly/`, where each is described. */
export interface Kernels {
  widenBf16(source: number, out: number, length: number): void;
  widenF16(source: number, out: number, length: number): void;
  hasNonFinite(values: number, length: number): number;
  storeBf16(
    merged: number,
    base: number,
    out: number,
    length: number,
    found: number,
  ): void;
  subtract(values: number, base: number, length: number): void;
  combine(
    out: number,
    base: number,
    length: number,
    models: number,
    count: number,
    weights: number,
    ofBase: number,
    divisor: number,
  ): void;
  addSum(
    out: number,
    base: number,
    length: number,
    models: number,
    count: number,
    weights: number,
    lambda: number,
  ): void;
  addAgreeing(
    out: number,
    base: number,
    length: number,
    models: number,
    count: number,
    factors: number,
    onZero: number,
    divide: boolean,
    least: number,
    lambda: number,
  ): void;
  balance(length: number, models: number, count: number): number;
  sumMagnitudes(values: number, length: number): number;
  sumSquares(values: number, length: number): number;
  countWindow(
    values: number,
    length: number,
    low: number,
    places: number,
    coarse: boolean,
    counts: number,
  ): number;
  dropBelow(values: number, length: number, least: number): void;
  dropOutside(
    values: number,
    length: number,
    low: number,
    high: number,
    quotas: number,
  ): void;
  fillWords(
    k0: number,
    k1: number,
    start: number,
    out: number,
    count: number,
  ): void;
  fillMasks(
    k0: number,
    k1: number,
    density: number,
    start: number,
    masks: number,
    count: number,
  ): void;
  dropMasked(values: number, length: number, masks: number): void;
  dropToBase(
    values: number,
    base: number,
    length: number,
    k0: number,
    k1: number,
    start: number,
    upper: number,
    lower: number,
    scale: number,
  ): void;
  variance(out: number, length: number, models: number, count: number): void;
  countNonZero(values: number, length: number): number;
  keepWhere(values: number, length: number, others: number): void;
  maskNonZero(values: number, length: number, masks: number): void;
  sortRow(
    values: number,
    length: number,
    pairs: number,
    sorted: number,
    counts: number,
  ): number;
  pruneSorted(
    values: number,
    length: number,
    sorted: number,
    others: number,
    words: number,
    lowest: number,
    slope: number,
    rescale: boolean,
  ): void;
}

const { exports } = new webAssembly.Instance(
  new webAssembly.Module(
    readFileSync(builtFile("./kernels.wasm", import.meta.url)),
  ),
  { env: { memory } },
);

/** The kernels of this thread. */
export const kernels: Kernels = exports as Kernels;
