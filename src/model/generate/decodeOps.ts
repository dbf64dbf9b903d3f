/** The operations of a decoding step, on bare handles. */
import { Handles, type Handle, type HandleOp } from "../../engine/index.js";

const FLOAT = { T: { type: "float32" } } as const;
const INTEGER = { type: "int32" } as const;

/** Operations of one decoder; shapes and axes are given as plain numbers. */
export interface DecodeOps {
  add: HandleOp;
  mul: HandleOp;
  sigmoid: HandleOp;
  /** Over the last axis. */
  softmax: HandleOp;
  /** a · b over the last two axes. */
  matMul: HandleOp;
  /** a · bᵀ over the last two axes. */
  matMulT: HandleOp;
  /** RMSNorm over an axis, without a gradient: x / √(mean(x²) + ε) · w. */
  norm: (x: Handle, w: Handle, axis: number) => Handle;
  /** Rows of a tensor, along its first axis. */
  gather: (x: Handle, rows: Handle) => Handle;
  /** Cut in two along an axis. */
  split: (
    x: Handle,
    sizes: readonly [number, number],
    axis: number,
  ) => [Handle, Handle];
  concat: (a: Handle, b: Handle, axis: number) => Handle;
  reshape: (x: Handle, shape: readonly number[]) => Handle;
  /** Exchange the last two of four axes. */
  transpose: (x: Handle) => Handle;
  /** Move the values of the last of four axes on by some places, the last ones to the front. */
  roll: (x: Handle, places: number) => Handle;
}

/** Operations that take axes, shapes and sizes as handles. */
function operations(
  handles: Handles,
): Record<
  "mean" | "gather" | "concat" | "reshape" | "transpose" | "roll",
  HandleOp
> & { split: ReturnType<Handles["operations"]> } {
  const float = (
    name: string,
    more: Parameters<Handles["operation"]>[1],
  ): HandleOp => handles.operation(name, { ...FLOAT, ...more });
  return {
    mean: float("Mean", { Tidx: INTEGER, keep_dims: { bool: true } }),
    gather: handles.operation("GatherV2", {
      ...{ Tparams: FLOAT.T, Tindices: INTEGER, Taxis: INTEGER },
      batch_dims: { int: 0 },
    }),
    split: handles.operations(
      "SplitV",
      { ...FLOAT, Tlen: INTEGER, num_split: { int: 2 } },
      2,
    ),
    concat: float("ConcatV2", { Tidx: INTEGER, N: { int: 2 } }),
    reshape: float("Reshape", { Tshape: INTEGER }),
    transpose: float("Transpose", { Tperm: INTEGER }),
    roll: float("Roll", { Tshift: INTEGER, Taxis: INTEGER }),
  };
}

/** The operations, which live as long as `handles`. */
export function decodeOps(handles: Handles, rmsEps: number): DecodeOps {
  const epsilon = handles.constant(rmsEps);
  const simple = (name: string): HandleOp => handles.operation(name, FLOAT);
  const product = (adjoint: boolean): HandleOp =>
    handles.operation("BatchMatMulV2", {
      ...FLOAT,
      adj_x: { bool: false },
      adj_y: { bool: adjoint },
    });
  const [add, mul] = [simple("Add"), simple("Mul")];
  const [square, rsqrt] = [simple("Square"), simple("Rsqrt")];
  const { mean, gather, split, concat, reshape, transpose, roll } =
    operations(handles);
  return {
    add,
    mul,
    sigmoid: simple("Sigmoid"),
    softmax: simple("Softmax"),
    matMul: product(false),
    matMulT: product(true),
    norm(x, w, axis) {
      const power = mean(square(x), handles.integers([axis]));
      return mul(mul(x, rsqrt(add(power, epsilon))), w);
    },
    gather: (x, rows) => gather(x, rows, handles.integers(0)),
    split: (x, sizes, axis) =>
      split(x, handles.integers(sizes), handles.integers(axis)) as [
        Handle,
        Handle,
      ],
    concat: (a, b, axis) => concat(a, b, handles.integers(axis)),
    reshape: (x, shape) => reshape(x, handles.integers(shape)),
    transpose: (x) => transpose(x, handles.integers([0, 1, 3, 2])),
    roll: (x, places) => roll(x, handles.integers(places), handles.integers(3)),
  };
}
