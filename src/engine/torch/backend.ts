/** The backend that TensorFlow.js calls: it keeps the data of tensors, on the library's side as soon as an operation needs them. */
import { tf } from "../tf.js";
import {
  givenShape,
  givenType,
  list,
  loadedNative,
  TYPES,
  type Handle,
  type TensorType,
} from "./native.js";

/** What TensorFlow.js knows of a tensor without its data. */
export interface TensorInfo {
  dataId: object;
  shape: number[];
  dtype: TensorType;
}

type Values = Float32Array | Int32Array | Uint8Array;

/** One tensor's data: values that JavaScript has given and no operation has asked for, or a handle. */
interface Data {
  handle: Handle | undefined;
  values: ArrayLike<number | boolean> | undefined;
  shape: readonly number[];
  dtype: TensorType;
  references: number;
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/** The members of tfjs's KernelBackend that are used, with integer handles and explicit release. */
export class TorchBackend {
  private readonly native = loadedNative();
  private readonly storage = new tf.DataStorage<Data>(
    this as never,
    tf.engine(),
  );

  numDataIds(): number {
    return this.storage.numDataIds();
  }

  floatPrecision(): 32 {
    return 32;
  }

  epsilon(): number {
    return 1e-7;
  }

  timerAvailable(): boolean {
    return true;
  }

  async time(work: () => void): Promise<{ kernelMs: number }> {
    const start = performance.now();
    work();
    return { kernelMs: performance.now() - start };
  }

  memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  write(
    values: ArrayLike<number>,
    shape: readonly number[],
    dtype: TensorType,
  ): object {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  move(
    dataId: object,
    values: ArrayLike<number>,
    shape: readonly number[],
    dtype: TensorType,
    references: number,
  ): void {
    if (!TYPES.includes(dtype))
      throw new Error(
        `the torch engine has tensors of ${TYPES.join(", ")}, got ${String(dtype)}`,
      );
    this.storage.set(dataId, {
      handle: undefined,
      ...{ values, shape, dtype, references },
    });
  }

  refCount(dataId: object): number {
    return this.storage.has(dataId) ? this.storage.get(dataId).references : 0;
  }

  incRef(dataId: object): void {
    this.storage.get(dataId).references++;
  }

  decRef(dataId: object): void {
    if (this.storage.has(dataId)) this.storage.get(dataId).references--;
  }

  disposeData(dataId: object, force = false): boolean {
    if (!this.storage.has(dataId)) return true;
    const data = this.storage.get(dataId);
    data.references--;
    if (!force && data.references > 0) return false;
    if (data.handle !== undefined) this.native.free(data.handle);
    this.storage.delete(dataId);
    return true;
  }

  readSync(dataId: object): Values {
    const { values, handle, dtype } = this.storage.get(dataId);
    return values === undefined
      ? this.native.read(handle!)
      : typed(values, dtype);
  }

  async read(dataId: object): Promise<Values> {
    return this.readSync(dataId);
  }

  /** The handle of a tensor, valid as long as the tensor; its values are copied to the library the first time. */
  handle({ dataId, shape }: Pick<TensorInfo, "dataId" | "shape">): Handle {
    const data = this.storage.get(dataId);
    if (data.handle === undefined) {
      const values = typed(data.values!, data.dtype);
      const rank = list(shape);
      const type = TYPES.indexOf(data.dtype);
      data.handle = this.native.upload(values, rank, type);
      data.values = undefined;
    }
    return data.handle;
  }

  /** A tensor of the handle that the addon has just handed over. */
  take(handle: Handle): TensorInfo {
    return this.takeAs(handle, givenShape(), givenType());
  }

  /** The same, with shape and type known before. */
  takeAs(handle: Handle, shape: number[], dtype: TensorType): TensorInfo {
    const dataId = {};
    this.storage.set(dataId, {
      ...{ handle, values: undefined, shape, dtype, references: 1 },
    });
    return { dataId, shape, dtype };
  }
}

function typed(values: ArrayLike<number | boolean>, dtype: TensorType): Values {
  const Kind = ARRAYS[dtype];
  return values instanceof Kind
    ? values
    : Kind.from(values as ArrayLike<number>);
}
