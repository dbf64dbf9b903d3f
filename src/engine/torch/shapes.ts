/** Kernels that move entries: shapes, pieces, copies, and entries by their index. */
import { tf } from "../tf.js";
import type { TensorInfo, TorchBackend } from "./backend.js";
import { list, loadedNative, TYPES } from "./native.js";
import { register, type Kernel } from "./register.js";

const axisOf = (axis: number, rank: number): number =>
  axis < 0 ? axis + rank : axis;

function reshape(
  backend: TorchBackend,
  x: TensorInfo,
  shape: number[],
): TensorInfo {
  const handle = backend.handle(x);
  const reshaped = loadedNative().reshape(handle, list(shape));
  return backend.takeAs(reshaped, shape, x.dtype);
}

function slice(
  backend: TorchBackend,
  x: TensorInfo,
  begin: readonly number[],
  size: readonly number[],
): TensorInfo {
  const handle = backend.handle(x);
  list(begin);
  list(size, begin.length);
  return backend.take(loadedNative().slice(handle));
}

function concat(
  backend: TorchBackend,
  tensors: readonly TensorInfo[],
  axis: number,
): TensorInfo {
  const handles = Int32Array.from(tensors, (tensor) => backend.handle(tensor));
  return backend.take(loadedNative().concat(handles, axis));
}

/** Pieces of a tensor along one axis. */
function split(
  backend: TorchBackend,
  x: TensorInfo,
  sizes: readonly number[],
  axis: number,
): TensorInfo[] {
  const begin = x.shape.map(() => 0);
  return sizes.map((size) => {
    const own = [...x.shape];
    own[axis] = size;
    const piece = slice(backend, x, begin, own);
    begin[axis]! += size;
    return piece;
  });
}

const RESHAPING: Record<string, (backend: TorchBackend) => Kernel> = {
  Reshape:
    (backend) =>
    ({ x }, { shape }) => {
      const size = tf.util.sizeFromShape(x!.shape);
      return reshape(backend, x!, tf.util.inferFromImplicitShape(shape, size));
    },
  ExpandDims:
    (backend) =>
    ({ input }, { dim }) => {
      const shape = [...input!.shape];
      shape.splice(axisOf(dim, shape.length + 1), 0, 1);
      return reshape(backend, input!, shape);
    },
  Transpose:
    (backend) =>
    ({ x }, { perm }) => {
      const handle = backend.handle(x!);
      return backend.take(loadedNative().transpose(handle, list(perm)));
    },
  BroadcastTo:
    (backend) =>
    ({ x }, { shape }) => {
      const handle = backend.handle(x!);
      return backend.take(loadedNative().broadcastTo(handle, list(shape)));
    },
  Tile:
    (backend) =>
    ({ x }, { reps }) => {
      const handle = backend.handle(x!);
      return backend.take(loadedNative().tile(handle, list(reps)));
    },
  Reverse:
    (backend) =>
    ({ x }, { dims }) => {
      const handle = backend.handle(x!);
      const axes = tf.util.parseAxisParam(dims, x!.shape);
      return backend.take(loadedNative().reverse(handle, list(axes)));
    },
  PadV2:
    (backend) =>
    ({ x }, { paddings, constantValue }) => {
      const handle = backend.handle(x!);
      list((paddings as number[][]).flat());
      return backend.take(
        loadedNative().pad(handle, x!.shape.length, constantValue),
      );
    },
};

const PIECES: Record<string, (backend: TorchBackend) => Kernel> = {
  Slice:
    (backend) =>
    ({ x }, { begin, size }) => {
      const { parseSliceParams } = tf.slice_util;
      const [from, sizes] = parseSliceParams(x as never, begin, size);
      return slice(backend, x!, from as number[], sizes as number[]);
    },
  SplitV:
    (backend) =>
    ({ x }, { numOrSizeSplits, axis }) => {
      const along = tf.util.parseAxisParam(axis, x!.shape)[0]!;
      const sizes = tf.backend_util.prepareSplitSize(
        x as never,
        numOrSizeSplits,
        along,
      );
      return split(backend, x!, sizes, along);
    },
  Unpack:
    (backend) =>
    ({ value }, { axis }) => {
      const along = axisOf(axis, value!.shape.length);
      const shape = value!.shape.filter((_, other) => other !== along);
      const ones = Array.from({ length: value!.shape[along]! }, () => 1);
      return split(backend, value!, ones, along).map((piece) => {
        const flat = reshape(backend, piece, shape);
        backend.disposeData(piece.dataId);
        return flat;
      });
    },
  Concat:
    (backend) =>
    (inputs, { axis }) =>
      concat(
        backend,
        Object.values(inputs),
        axisOf(axis, Object.values(inputs)[0]!.shape.length),
      ),
  Pack:
    (backend) =>
    (inputs, { axis }) => {
      const rank = Object.values(inputs)[0]!.shape.length;
      const along = axisOf(axis, rank + 1);
      const parts = Object.values(inputs).map((x) =>
        reshape(backend, x, [
          ...x.shape.slice(0, along),
          1,
          ...x.shape.slice(along),
        ]),
      );
      const packed = concat(backend, parts, along);
      for (const { dataId } of parts) backend.disposeData(dataId);
      return packed;
    },
};

const BY_INDEX: Record<string, (backend: TorchBackend) => Kernel> = {
  GatherV2:
    (backend) =>
    ({ x, indices }, { axis, batchDims }) => {
      if (batchDims)
        throw new Error(`batchDims must be 0 on this engine, got ${batchDims}`);
      const along = tf.util.parseAxisParam(axis ?? 0, x!.shape)[0]!;
      const [data, at] = [backend.handle(x!), backend.handle(indices!)];
      return backend.take(loadedNative().gather(data, at, along));
    },
  GatherNd:
    (backend) =>
    ({ params, indices }) => {
      const [data, at] = [backend.handle(params!), backend.handle(indices!)];
      return backend.take(loadedNative().gatherNd(data, at));
    },
  UnsortedSegmentSum:
    (backend) =>
    ({ x, segmentIds }, { numSegments }) => {
      const [data, ids] = [backend.handle(x!), backend.handle(segmentIds!)];
      return backend.take(loadedNative().segmentSum(data, ids, numSegments));
    },
  OneHot:
    (backend) =>
    ({ indices }, { depth, onValue = 1, offValue = 0, dtype }) => {
      const { oneHot, cast, free } = loadedNative();
      const hot = oneHot(backend.handle(indices!), depth, onValue, offValue);
      if (dtype === undefined || dtype === "float32") return backend.take(hot);
      const other = cast(hot, TYPES.indexOf(dtype));
      free(hot);
      return backend.take(other);
    },
  Fill:
    (backend) =>
    (_, { shape, value, dtype }) => {
      const type = TYPES.indexOf(dtype ?? "float32");
      return backend.take(loadedNative().fill(list(shape), value, type));
    },
  Range:
    (backend) =>
    (_, { start, stop, step, dtype }) => {
      const values = rangeOf(start, stop, step);
      const type = dtype ?? "float32";
      const dataId = backend.write(values, [values.length], type);
      return { dataId, shape: [values.length], dtype: type };
    },
};

function rangeOf(start: number, stop: number, step: number): number[] {
  const length = Math.max(0, Math.ceil((stop - start) / step));
  return Array.from({ length }, (_, i) => start + i * step);
}

/** Register the kernels of this file. */
export function registerShapes(backend: TorchBackend): void {
  register(backend, { ...RESHAPING, ...PIECES, ...BY_INDEX });
}
