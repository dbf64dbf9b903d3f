/** Kernels over whole axes: sums, products of matrices, softmax, ranks. */
import { tf } from "../tf.js";
import type { TensorInfo, TorchBackend } from "./backend.js";
import { shareData } from "./elementwise.js";
import {
  givenSecond,
  list,
  loadedNative,
  type ReductionName,
} from "./native.js";
import { register, type Kernel } from "./register.js";

const REDUCTIONS: Record<string, ReductionName> = {
  ...{ Sum: "sum", Mean: "mean", Max: "max", Min: "min" },
  ...{ All: "all", Any: "any" },
};

function reduction(backend: TorchBackend, name: ReductionName): Kernel {
  return ({ x }, { axis, reductionIndices, keepDims }) => {
    const given = axis ?? reductionIndices ?? null;
    const axes = tf.util.parseAxisParam(given, x!.shape);
    const handle = backend.handle(x!);
    const reduced = loadedNative()[name](handle, list(axes), keepDims === true);
    return backend.take(reduced);
  };
}

const OTHER: Record<string, (backend: TorchBackend) => Kernel> = {
  BatchMatMul:
    (backend) =>
    ({ a, b }, { transposeA, transposeB }) => {
      const [left, right] = [backend.handle(a!), backend.handle(b!)];
      return backend.take(
        loadedNative().matMul(left, right, transposeA, transposeB),
      );
    },
  Softmax:
    (backend) =>
    ({ logits }, { dim = -1 }) => {
      checkLast("softmax", logits!, dim);
      return backend.take(loadedNative().softmax(backend.handle(logits!)));
    },
  LogSoftmax:
    (backend) =>
    ({ logits }, { axis = -1 }) => {
      checkLast("logSoftmax", logits!, axis);
      return backend.take(loadedNative().logSoftmax(backend.handle(logits!)));
    },
  ArgMax:
    (backend) =>
    ({ x }, { axis }) => {
      const along = tf.util.parseAxisParam(axis, x!.shape)[0]!;
      return backend.take(loadedNative().argMax(backend.handle(x!), along));
    },
  ArgMin:
    (backend) =>
    ({ x }, { axis }) => {
      const along = tf.util.parseAxisParam(axis, x!.shape)[0]!;
      return backend.take(loadedNative().argMin(backend.handle(x!), along));
    },
  Cumsum:
    (backend) =>
    ({ x }, { axis, exclusive, reverse }) => {
      if (x!.shape.length === 0) return shareData(backend, x!);
      const along = tf.util.parseAxisParam(axis ?? 0, x!.shape)[0]!;
      const handle = backend.handle(x!);
      return backend.take(
        loadedNative().cumsum(handle, along, exclusive, reverse),
      );
    },
  TopK:
    (backend) =>
    ({ x }, { k }) => {
      const values = backend.take(loadedNative().topK(backend.handle(x!), k));
      const indices = backend.takeAs(givenSecond(), values.shape, "int32");
      return [values, { ...indices, shape: [...values.shape] }];
    },
};

/** TensorFlow.js itself moves another axis to the end. */
function checkLast(name: string, { shape }: TensorInfo, axis: number): void {
  if (axis !== -1 && axis !== shape.length - 1)
    throw new Error(`${name} is over the last axis, got axis ${axis}`);
}

/** Register the kernels of this file. */
export function registerReductions(backend: TorchBackend): void {
  for (const [kernel, name] of Object.entries(REDUCTIONS))
    register(backend, { [kernel]: () => reduction(backend, name) });
  register(backend, OTHER);
}
