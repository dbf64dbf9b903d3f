/** Every kernel that the library calls, its values and its gradient, beside TensorFlow.js's own JavaScript backend. */
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  startEngine,
  tf,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from "../../src/engine/index.js";

let native = "";
beforeAll(() => {
  startEngine();
  native = tf.getBackend();
});
afterEach(() => void tf.setBackend(native));

/** Fixed values in [−2, 2] without repetition. */
const values = (size: number, phase = 0): number[] =>
  Array.from({ length: size }, (_, i) => 2 * Math.sin(1.7 * i + phase + 0.3));
const matrix = (phase = 0): Tensor2D => tf.tensor2d(values(12, phase), [3, 4]);
const positive = (): Tensor => tf.add(tf.abs(matrix()), 0.5);
const integers = (): Tensor1D => tf.tensor1d([2, 0, 1, 2], "int32");
const flags = (): Tensor => tf.greater(matrix(), 0);

/** Differentiable functions of one float matrix. */
const SMOOTH: Record<string, (x: Tensor) => Tensor> = {
  neg: (x) => tf.neg(x),
  exp: (x) => tf.exp(x),
  expm1: (x) => tf.expm1(x),
  log: (x) => tf.log(tf.add(tf.abs(x), 0.5)),
  log1p: (x) => tf.log1p(tf.abs(x)),
  sqrt: (x) => tf.sqrt(tf.add(tf.abs(x), 0.5)),
  rsqrt: (x) => tf.rsqrt(tf.add(tf.abs(x), 0.5)),
  square: (x) => tf.square(x),
  reciprocal: (x) => tf.reciprocal(tf.add(tf.abs(x), 0.5)),
  sigmoid: (x) => tf.sigmoid(x),
  tanh: (x) => tf.tanh(x),
  sin: (x) => tf.sin(x),
  cos: (x) => tf.cos(x),
  erf: (x) => tf.erf(x),
  relu: (x) => tf.relu(x),
  abs: (x) => tf.abs(x),
  clip: (x) => tf.clipByValue(x, -0.5, 1),
  softmax: (x) => tf.softmax(x),
  "softmax over axis 0 by transposing": (x) =>
    tf.transpose(tf.softmax(tf.transpose(x))),
  logSoftmax: (x) => tf.logSoftmax(x),
  add: (x) => tf.add(x, tf.tensor1d(values(4, 2))),
  sub: (x) => tf.sub(tf.tensor2d(values(3, 2), [3, 1]), x),
  mul: (x) => tf.mul(x, tf.tensor1d(values(4, 2))),
  "mul with itself": (x) => tf.mul(x, x),
  div: (x) => tf.div(x, positive()),
  "div by it": (x) => tf.div(matrix(1), tf.add(tf.abs(x), 0.5)),
  pow: (x) => tf.pow(tf.add(tf.abs(x), 0.5), 1.5),
  maximum: (x) => tf.maximum(x, matrix(1)),
  minimum: (x) => tf.minimum(x, matrix(1)),
  squaredDifference: (x) => tf.squaredDifference(x, matrix(1)),
  select: (x) => tf.where(flags(), x, tf.mul(x, 3)),
  addN: (x) => tf.addN([x, matrix(1), x]),
  "sum of all": (x) => tf.sum(x),
  "sum of an axis": (x) => tf.sum(x, 0),
  "sum with kept axis": (x) => tf.sum(x, -1, true),
  mean: (x) => tf.mean(x, 1),
  max: (x) => tf.max(x, 1),
  min: (x) => tf.min(x, 0),
  matMul: (x) => tf.matMul(x, tf.tensor2d(values(8, 2), [4, 2])),
  "matMul of the transposed": (x) => tf.matMul(x, matrix(1), true, false),
  "matMul with the transposed": (x) => tf.matMul(matrix(1), x, false, true),
  "matMul of batches": (x) =>
    tf.matMul(
      tf.reshape(x, [2, 3, 2]),
      tf.tensor3d(values(12, 2), [2, 3, 2]),
      false,
      true,
    ),
  reshape: (x) => tf.reshape(x, [2, -1]),
  transpose: (x) => tf.transpose(tf.reshape(x, [2, 3, 2]), [2, 0, 1]),
  expandDims: (x) => tf.expandDims(x, -1),
  slice: (x) => tf.slice(x, [1, 1], [-1, 2]),
  split: (x) => tf.add(...(tf.split(x, 2, 1) as [Tensor, Tensor])),
  "split in unequal parts": (x) => tf.split(x, [1, 3], 1)[1]!,
  unstack: (x) => tf.mul(...(tf.unstack(x, 0).slice(1) as [Tensor, Tensor])),
  concat: (x) => tf.concat([x, matrix(1), x], 1),
  stack: (x) => tf.stack([x, matrix(1)], 1),
  tile: (x) => tf.tile(x, [2, 1]),
  pad: (x) =>
    tf.pad(x as Tensor2D, [
      [1, 0],
      [0, 2],
    ]),
  broadcastTo: (x) => tf.broadcastTo(tf.slice(x, [0, 0], [1, 4]), [5, 4]),
  reverse: (x) => tf.reverse(x, 1),
  cumsum: (x) => tf.cumsum(x, 1),
  "exclusive reverse cumsum": (x) => tf.cumsum(x, 1, true, true),
  gather: (x) => tf.gather(x, integers()),
  "gather along axis 1": (x) => tf.gather(x, integers(), 1),
  cast: (x) => tf.cast(tf.cast(x, "float32"), "float32"),
};

/** Functions without a gradient; none has an argument. */
const OTHER: Record<string, () => Tensor> = {
  sign: () => tf.sign(matrix()),
  floor: () => tf.floor(matrix()),
  ceil: () => tf.ceil(matrix()),
  round: () => tf.round(matrix()),
  step: () => tf.step(matrix()),
  "step with a slope": () => tf.step(matrix(), 0.25),
  mod: () => tf.mod(matrix(), 0.7),
  floorDiv: () =>
    tf.floorDiv(
      tf.tensor1d([7, -7, 9], "int32"),
      tf.tensor1d([2, 2, 4], "int32"),
    ),
  greater: () => tf.greater(matrix(), matrix(1)),
  greaterEqual: () => tf.greaterEqual(integers(), 1),
  less: () => tf.less(matrix(), matrix(1)),
  lessEqual: () => tf.lessEqual(integers(), 1),
  equal: () => tf.equal(integers(), 2),
  notEqual: () => tf.notEqual(integers(), 2),
  logicalAnd: () => tf.logicalAnd(flags(), tf.less(matrix(), 1)),
  logicalOr: () => tf.logicalOr(flags(), tf.less(matrix(), -1)),
  logicalNot: () => tf.logicalNot(flags()),
  isFinite: () => tf.isFinite(tf.tensor1d([1, NaN, -Infinity, 0])),
  isNaN: () => tf.isNaN(tf.tensor1d([1, NaN, -Infinity, 0])),
  all: () => tf.all(flags(), 1),
  any: () => tf.any(flags(), 0),
  argMax: () => tf.argMax(matrix(), 1),
  argMin: () => tf.argMin(matrix(), 0),
  "topk values": () => tf.topk(matrix(), 2).values,
  "topk indices": () => tf.topk(matrix(), 2).indices,
  gatherND: () =>
    tf.gatherND(
      matrix(),
      tf.tensor2d(
        [
          [0, 1],
          [2, 3],
        ],
        [2, 2],
        "int32",
      ),
    ),
  segmentSum: () =>
    tf.unsortedSegmentSum(tf.tensor2d(values(8), [4, 2]), integers(), 3),
  oneHot: () => tf.oneHot(integers(), 4),
  "oneHot in float": () => tf.oneHot(integers(), 3, 0.9, 0.1, "float32"),
  range: () => tf.range(1, 9, 3, "int32"),
  fill: () => tf.fill([2, 2], 0.1),
  onesLike: () => tf.onesLike(integers()),
  zerosLike: () => tf.zerosLike(matrix()),
  "sum of integers": () => tf.sum(integers()),
  "product of integers": () => tf.mul(integers(), integers()),
  "from flags to numbers": () => tf.cast(flags(), "float32"),
  "from numbers to integers": () => tf.cast(matrix(), "int32"),
  "of an empty tensor": () => tf.add(tf.zeros([0, 3]), 1),
};

interface Result {
  shape: number[];
  dtype: string;
  numbers: number[];
}

function resultOn(backend: string, compute: () => Tensor): Result {
  tf.setBackend(backend);
  return tf.tidy(() => {
    const y = compute();
    return { shape: y.shape, dtype: y.dtype, numbers: [...y.dataSync()] };
  });
}

/** Equal shape and type, and values to a few units in the last place of float32. */
function expectEqual(compute: () => Tensor): void {
  const ours = resultOn(native, compute);
  const reference = resultOn("cpu", compute);
  expect(ours.shape).toEqual(reference.shape);
  expect(ours.dtype).toBe(reference.dtype);
  const scale = Math.max(
    1,
    ...reference.numbers.filter(Number.isFinite).map(Math.abs),
  );
  reference.numbers.forEach((value, i) => {
    const error = Math.abs(ours.numbers[i]! - value);
    expect(
      error,
      `entry ${i}: ${ours.numbers[i]} beside ${value}`,
    ).toBeLessThan(4e-6 * scale);
  });
}

describe("kernels of the engine equal those of the JavaScript backend", () => {
  test.each(Object.keys(SMOOTH))("%s, and its gradient", (name) => {
    const f = SMOOTH[name]!;
    expectEqual(() => f(matrix()));
    expectEqual(() => {
      const weighed = (x: Tensor): Tensor => {
        const y = f(x);
        return tf.sum(tf.mul(y, tf.tensor(values(y.size, 1), y.shape)));
      };
      return tf.grad(weighed)(matrix());
    });
  });

  test.each(Object.keys(OTHER))("%s", (name) => expectEqual(OTHER[name]!));
});

test("kernels leave no tensor behind", () => {
  const before = tf.memory();
  tf.tidy(() => {
    for (const compute of Object.values(OTHER)) compute();
    for (const f of Object.values(SMOOTH)) f(matrix());
  });
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
});
