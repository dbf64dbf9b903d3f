/** The addon's functions as JavaScript sees them, and the list through which shapes go both ways. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { EngineError } from "../../error.js";

/** A tensor of the native library by its number; freed with `free`. */
export type Handle = number;

/** Types by their number in the addon. */
export const TYPES = ["float32", "int32", "bool"] as const;

/** A type of tensors on this engine. */
export type TensorType = (typeof TYPES)[number];

/** Entries of the shared list, and where results other than a shape stand in it; as in native/call.h. */
const SHARED = 256;
const TYPE_PLACE = SHARED - 1;
const SECOND_PLACE = SHARED - 2;

type Unary = (x: Handle) => Handle;
type Binary = (a: Handle, b: Handle) => Handle;
type Reduction = (x: Handle, axes: number, keep: boolean) => Handle;

/** Functions of one tensor that change no shape. */
export type UnaryName =
  | ("neg" | "exp" | "expm1" | "log" | "log1p" | "sqrt" | "rsqrt" | "square")
  | ("reciprocal" | "sigmoid" | "tanh" | "sin" | "cos" | "erf" | "relu" | "abs")
  | ("sign" | "floor" | "ceil" | "round" | "logicalNot" | "isFinite" | "isNaN")
  | ("zerosLike" | "onesLike" | "softmax" | "logSoftmax" | "roundBf16");

/** Functions of two tensors, broadcast. */
export type BinaryName =
  | ("add" | "sub" | "mul" | "realDiv" | "floorDiv" | "mod" | "pow")
  | ("maximum" | "minimum" | "squaredDifference" | "greater" | "greaterEqual")
  | ("less" | "lessEqual" | "equal" | "notEqual" | "logicalAnd" | "logicalOr");

/** Functions of one tensor over some axes. */
export type ReductionName = "sum" | "mean" | "max" | "min" | "all" | "any";

/** The addon, see native/*.h: lists of axes and shapes are in the shared list when a function is called. */
export interface Native
  extends
    Record<UnaryName, Unary>,
    Record<BinaryName, Binary>,
    Record<ReductionName, Reduction> {
  initialize(
    shared: Int32Array,
    threads: number,
    device: string,
    dtype: string,
    cpuLoops: boolean,
  ): void;
  upload(
    values: Float32Array | Int32Array | Uint8Array,
    rank: number,
    type: number,
  ): Handle;
  read(x: Handle): Float32Array | Int32Array | Uint8Array;
  free(x: Handle): void;
  live(): number;
  argMax(x: Handle, axis: number): Handle;
  argMin(x: Handle, axis: number): Handle;
  step(x: Handle, alpha: number): Handle;
  clip(x: Handle, low: number, high: number): Handle;
  select(condition: Handle, a: Handle, b: Handle): Handle;
  matMul(
    a: Handle,
    b: Handle,
    transposeA: boolean,
    transposeB: boolean,
  ): Handle;
  reshape(x: Handle, rank: number): Handle;
  transpose(x: Handle, rank: number): Handle;
  broadcastTo(x: Handle, rank: number): Handle;
  tile(x: Handle, rank: number): Handle;
  reverse(x: Handle, axes: number): Handle;
  slice(x: Handle): Handle;
  pad(x: Handle, rank: number, value: number): Handle;
  concat(list: Int32Array, axis: number): Handle;
  gather(x: Handle, indices: Handle, axis: number): Handle;
  gatherNd(x: Handle, indices: Handle): Handle;
  segmentSum(x: Handle, ids: Handle, segments: number): Handle;
  oneHot(indices: Handle, depth: number, on: number, off: number): Handle;
  cumsum(x: Handle, axis: number, exclusive: boolean, reverse: boolean): Handle;
  topK(x: Handle, k: number): Handle;
  cast(x: Handle, type: number): Handle;
  fill(rank: number, value: number, type: number): Handle;
  crossEntropy(logits: Handle, labels: Handle): Handle;
  hiddenForward(
    weights: Int32Array,
    ids: Handle,
    cos: Float32Array,
    sin: Float32Array,
    eps: number,
    recompute: boolean,
    isDifferentiable: boolean,
  ): Handle;
  labelForward(
    hidden: Handle,
    head: Handle,
    labels: Handle,
    isDifferentiable: boolean,
  ): Handle;
  gradients(result: Handle, dy: Handle, to: Int32Array): void;
  adamwStep(
    weight: Handle,
    gradient: Handle,
    first: Handle,
    second: Handle,
    numbers: Float64Array,
    to: Int32Array,
  ): void;
  cacheCreate(weights: Int32Array, eps: number, scale: number): number;
  cacheOpen(
    cache: number,
    rows: number,
    room: number,
    headDim: number,
    cos: Float32Array,
    sin: Float32Array,
  ): void;
  cacheGrow(
    cache: number,
    room: number,
    headDim: number,
    cos: Float32Array,
    sin: Float32Array,
  ): void;
  cachePrefill(
    cache: number,
    ids: Int32Array,
    width: number,
    rows: Int32Array,
    of: Int32Array,
    lengths: Int32Array,
  ): void;
  cacheStep(cache: number, tokens: Int32Array): void;
  cacheProbabilities(cache: number): Handle;
  cacheDraw(
    cache: number,
    uniforms: Float64Array | null,
    tokens: Int32Array,
    logprobs: Float64Array,
  ): void;
  cacheKeep(cache: number, rows: Int32Array): void;
  cacheFree(cache: number): void;
}

/** Shapes and lists, to and from the addon. */
export const shared: Int32Array = new Int32Array(SHARED);

/** Put a list where the next call of the addon reads it; returns its length. */
export function list(values: readonly number[], from = 0): number {
  for (let i = 0; i < values.length; i++) shared[from + i] = values[i]!;
  return values.length;
}

/** The shape of the tensor that the addon has just handed over. */
export function givenShape(): number[] {
  return Array.from(shared.subarray(1, 1 + shared[0]!));
}

/** Its type. */
export function givenType(): TensorType {
  return TYPES[shared[TYPE_PLACE]!]!;
}

/** The second result of a call that has two. */
export function givenSecond(): Handle {
  return shared[SECOND_PLACE]!;
}

/** Where the set-up puts the compiled addon. */
const ADDON = fileURLToPath(
  new URL("../../../.cache/torch/m2rl_torch.node", import.meta.url),
);

/** How the addon is to compute. */
export interface NativeOptions {
  threads: number;
  /** "cpu", "cuda" or "mps". */
  device: string;
  /** "float32", "bfloat16" or "tf32", of matrix products in whole-model calls. */
  dtype: string;
  /** False runs what other devices run on the CPU too, for tests. */
  cpuLoops: boolean;
}

let native: Native | undefined;

/**
 * Load the addon; later calls return the loaded one.
 *
 * @throws EngineError it has not been compiled, or does not load here
 */
export function loadNative(options: NativeOptions): Native {
  if (native) return native;
  if (!existsSync(ADDON))
    throw new EngineError(
      "startEngine: the torch engine must be set up, found no compiled addon; run `M2RL_ENGINE=torch npm run setup` in a checkout of m2rl",
    );
  // A waiting thread that spins on a busy machine keeps the others from their work; the library reads this when it is loaded.
  process.env["OMP_WAIT_POLICY"] ??= "passive";
  const { threads, device, dtype, cpuLoops } = options;
  try {
    const loaded = createRequire(import.meta.url)(ADDON) as Native;
    loaded.initialize(shared, threads, device, dtype, cpuLoops);
    native = loaded;
  } catch (cause) {
    const reason = (cause as Error).message.split("\n")[0]!;
    throw new EngineError(
      `startEngine: the torch engine must load, got "${reason}"; run \`M2RL_ENGINE=torch npm run setup\``,
      { cause },
    );
  }
  return native;
}

/** The loaded addon. */
export function loadedNative(): Native {
  if (!native) throw new Error("internal: the torch engine is not loaded");
  return native;
}
