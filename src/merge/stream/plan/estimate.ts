/** How long a merge takes on this machine, from merging a small made-up tensor in memory. */
import {
  DTYPE_BITS,
  decodeInto,
  encodeInto,
  type Dtype,
} from "../../../checkpoint/index.js";
import { Random } from "../../../random.js";
import type { Recipe } from "../../recipe/recipe.js";
import type { MergeMethod, Source } from "../../tensor.js";
import { CHUNK } from "./memory.js";
import { inputOf, mergeTensor } from "../mergeTensor.js";
import { storedSource } from "../storedSource.js";
import type { Piece, MergedTensor } from "./planTensors.js";

/** Entries of the made-up tensor at most: two chunks, and a square that methods with a whole matrix take a moment for. */
const ENTRIES = 2 * CHUNK;
const SIDE = 128;

/** Stored bytes of a made-up model, read like a file. */
function madeUp(dtype: Dtype, seed: number, elements: number): Source {
  const random = new Random(seed, "estimate");
  const width = DTYPE_BITS.get(dtype)! / 8;
  // Values repeat: what they are matters to no method's speed, only how they spread.
  const pattern = Float32Array.from(
    { length: 4099 },
    () => random.next() - 0.5,
  );
  const values = Float32Array.from(
    { length: elements },
    (_, i) => pattern[(i * seed) % 4099]! + pattern[i % 4099]!,
  );
  const bytes = new Uint8Array(elements * width);
  encodeInto(dtype, values, bytes);
  const part = (startByte: number, length: number): Uint8Array =>
    bytes.subarray(startByte, startByte + length);
  return storedSource({
    dtype,
    length: elements,
    readBytes: (start, out) => out.set(part(start, out.length)),
    read: (start, out) =>
      decodeInto(dtype, part(start * width, out.length * width), out),
  });
}

/** Seconds that `action` takes when it is warm. */
function timed(action: () => void): number {
  action();
  const start = performance.now();
  action();
  return (performance.now() - start) / 1000;
}

/** What a merge takes. */
export interface Estimate {
  seconds: number;
  /** How often the whole model is read before it is merged. */
  surveyRounds: number;
}

/**
 * Seconds of a merge if reading and writing cost nothing beyond memory.
 *
 * Methods that hold whole matrices cost more per entry the smaller side of the matrix is; for these the time grows with it.
 *
 * @param threads  how many work at a time
 */
export function estimate(
  recipe: Recipe,
  method: MergeMethod,
  tensors: readonly MergedTensor[],
  inputDtype: Dtype,
  threads: number,
): Estimate {
  const merged = tensors.filter(({ copied }) => !copied);
  if (merged.length === 0) return { seconds: 0, surveyRounds: 0 };
  const largest = merged.reduce((a, b) => (b.elements > a.elements ? b : a));
  const whole = merged.some(
    (tensor) =>
      method.memory(tensor, tensor.experts.length, recipe.dialect) > 0,
  );
  const total = merged.reduce((sum, { elements: own }) => sum + own, 0);
  const most = whole ? SIDE * SIDE : ENTRIES;
  const elements = Math.ceil(Math.min(most, total) / SIDE) * SIDE;
  const sample: MergedTensor = {
    ...largest,
    shape: [elements / SIDE, SIDE],
    elements,
  };
  const { seconds, surveyRounds } = timedMerge(
    recipe,
    method,
    sample,
    inputDtype,
  );
  const side = (shape: readonly number[]): number =>
    whole && shape.length === 2 ? Math.min(...shape) / SIDE : 1;
  const units = merged.reduce(
    (sum, { elements: own, shape }) => sum + (own / elements) * side(shape),
    0,
  );
  return { seconds: (seconds * units) / threads, surveyRounds };
}

/** Survey and merge one made-up tensor. */
function timedMerge(
  recipe: Recipe,
  method: MergeMethod,
  sample: MergedTensor,
  inputDtype: Dtype,
): Estimate {
  const sources = new Map<number, Source>();
  const open = ({ model }: Piece): Source => {
    const source =
      sources.get(model) ?? madeUp(inputDtype, model + 1, sample.elements);
    sources.set(model, source);
    return source;
  };
  const context = { seed: recipe.seed, dialect: recipe.dialect, chunk: CHUNK };
  const plan = method.survey(recipe.dialect);
  let seconds = 0;
  let surveyRounds = 0;
  let found: unknown;
  for (let again = plan !== undefined; again;) {
    const round = { ...context, survey: found };
    let result: { found: unknown; again: boolean } | undefined;
    seconds += timed(() => {
      const input = inputOf(sample, open);
      result = plan!.finish(plan!.tensor(input, sample.options, round), round);
    });
    ({ found, again } = result!);
    surveyRounds++;
  }
  seconds += timed(() => {
    mergeTensor(
      sample,
      open,
      sample.anchor === null ? null : inputDtype,
      method,
      { ...context, survey: found },
      null,
      () => undefined,
    );
  });
  return { seconds, surveyRounds };
}
