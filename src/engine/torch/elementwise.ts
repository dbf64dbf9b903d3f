/** Kernels that go entry by entry: of one tensor, of two that are broadcast, and choices between them. */
import type { TensorInfo, TorchBackend } from "./backend.js";
import {
  loadedNative,
  TYPES,
  type BinaryName,
  type UnaryName,
} from "./native.js";
import { register, type Kernel } from "./register.js";

const UNARY: Record<string, UnaryName> = {
  ...{ Neg: "neg", Exp: "exp", Expm1: "expm1", Log: "log", Log1p: "log1p" },
  ...{ Sqrt: "sqrt", Rsqrt: "rsqrt", Square: "square", Sigmoid: "sigmoid" },
  ...{ Reciprocal: "reciprocal", Tanh: "tanh", Sin: "sin", Cos: "cos" },
  ...{ Erf: "erf", Relu: "relu", Abs: "abs", Sign: "sign", Floor: "floor" },
  ...{ Ceil: "ceil", Round: "round", LogicalNot: "logicalNot" },
  ...{ IsFinite: "isFinite", IsNan: "isNaN" },
  ...{ ZerosLike: "zerosLike", OnesLike: "onesLike" },
};

const BINARY: Record<string, BinaryName> = {
  ...{ Add: "add", Sub: "sub", Multiply: "mul", RealDiv: "realDiv" },
  ...{ FloorDiv: "floorDiv", Mod: "mod", Pow: "pow", Maximum: "maximum" },
  ...{ Minimum: "minimum", SquaredDifference: "squaredDifference" },
  ...{ Greater: "greater", GreaterEqual: "greaterEqual", Less: "less" },
  ...{ LessEqual: "lessEqual", Equal: "equal", NotEqual: "notEqual" },
  ...{ LogicalAnd: "logicalAnd", LogicalOr: "logicalOr" },
};

/** The same data under another tensor. */
export function shareData(
  backend: TorchBackend,
  { dataId, shape, dtype }: TensorInfo,
): TensorInfo {
  backend.incRef(dataId);
  return { dataId, shape, dtype };
}

const OTHER: Record<string, (backend: TorchBackend) => Kernel> = {
  Identity:
    (backend) =>
    ({ x }) =>
      shareData(backend, x!),
  Step:
    (backend) =>
    ({ x }, { alpha }) =>
      backend.take(loadedNative().step(backend.handle(x!), alpha)),
  ClipByValue:
    (backend) =>
    ({ x }, { clipValueMin, clipValueMax }) =>
      backend.take(
        loadedNative().clip(backend.handle(x!), clipValueMin, clipValueMax),
      ),
  Select:
    (backend) =>
    ({ condition, t, e }) =>
      backend.take(
        loadedNative().select(
          backend.handle(condition!),
          backend.handle(t!),
          backend.handle(e!),
        ),
      ),
  Cast:
    (backend) =>
    ({ x }, { dtype }) =>
      dtype === x!.dtype
        ? shareData(backend, x!)
        : backend.take(
            loadedNative().cast(backend.handle(x!), TYPES.indexOf(dtype)),
          ),
  AddN: (backend) => (inputs) => {
    const { add, free } = loadedNative();
    const [first, ...rest] = Object.values(inputs).map((x) =>
      backend.handle(x),
    );
    if (rest.length === 0) return shareData(backend, Object.values(inputs)[0]!);
    const total = rest.reduce((sum, next, i) => {
      const both = add(sum, next);
      if (i > 0) free(sum);
      return both;
    }, first!);
    return backend.take(total);
  },
};

/** Register the kernels of this file. */
export function registerElementwise(backend: TorchBackend): void {
  const native = loadedNative();
  for (const [kernel, name] of Object.entries(UNARY))
    register(backend, {
      [kernel]: () => (inputs) =>
        backend.take(native[name](backend.handle(inputs["x"]!))),
    });
  for (const [kernel, name] of Object.entries(BINARY))
    register(backend, {
      [kernel]:
        () =>
        ({ a, b }) =>
          backend.take(native[name](backend.handle(a!), backend.handle(b!))),
    });
  register(backend, OTHER);
}
