/** Native operations on bare handles, for loops in which the bookkeeping of TensorFlow.js costs as much as the arithmetic. */
import { EngineError } from "../../error.js";
import { attributeList, nativeBackend, type RawAttribute } from "./backend.js";
import type { Tensor } from "../tf.js";

/** A tensor of the native library by its number. Nothing frees it but the `Handles` that made it. */
export type Handle = number;

/** A native operation of one output. */
export type HandleOp = (...inputs: Handle[]) => Handle;

let live = 0;

/** Handles in the whole process that were made and not freed. */
export function liveHandles(): number {
  return live;
}

/**
 * Makes handles and frees them: `keepOnly` all that a step left behind, `dispose` everything.
 *
 * An operation costs 4 µs and the arithmetic, where a TensorFlow.js function costs about 12 µs. There is no gradient.
 *
 * @example
 * const handles = new Handles();
 * const add = handles.operation("AddV2", { T: { type: "float32" } });
 * const one = handles.upload(Float32Array.of(1), [1]);
 * handles.read(add(one, one)); // [2]
 * handles.dispose();
 */
export class Handles {
  private readonly backend = nativeBackend();
  private readonly made = new Set<Handle>();
  private readonly constants = new Map<string, Handle>();

  /**
   * An operation with its attributes, prepared once and run often.
   *
   * @param name        operation name as TensorFlow registers it
   * @param attributes  attributes by name
   * @returns a function of the inputs, which throws EngineError when the native engine refuses them
   */
  operation(name: string, attributes: Record<string, RawAttribute>): HandleOp {
    const run = this.operations(name, attributes, 1);
    return (...inputs) => run(...inputs)[0]!;
  }

  /** The same for an operation of several outputs. */
  operations(
    name: string,
    attributes: Record<string, RawAttribute>,
    outputs: number,
  ): (...inputs: Handle[]) => Handle[] {
    const list = attributeList(attributes);
    const { binding } = this.backend;
    return (...inputs) => {
      try {
        return binding
          .executeOp(name, list, inputs, outputs)
          .map(({ id }) => this.own(id));
      } catch (cause) {
        throw new EngineError(
          `handles: ${name} must run, got "${String(cause)}"`,
          { cause },
        );
      }
    };
  }

  /** The handle of a tensor, valid as long as the tensor; it stays the tensor's own. */
  of(tensor: Tensor): Handle {
    return this.backend.getInputTensorIds([tensor])[0]!;
  }

  /** Copy values to the device. */
  upload(values: Float32Array | Int32Array, shape: readonly number[]): Handle {
    return this.own(this.create(values, shape));
  }

  /** A float32 scalar that stays until `dispose`. */
  constant(value: number): Handle {
    return this.constantOf(`${value} f`, () => [Float32Array.of(value), []]);
  }

  /** An int32 scalar (one number) or vector (a list) that stays until `dispose`: axes, shapes, sizes. */
  integers(values: number | readonly number[]): Handle {
    if (typeof values === "number")
      return this.constantOf(`${values}`, () => [Int32Array.of(values), []]);
    return this.constantOf(`[${values.join()}]`, () => [
      Int32Array.from(values),
      [values.length],
    ]);
  }

  private constantOf(
    name: string,
    make: () => [values: Float32Array | Int32Array, shape: number[]],
  ): Handle {
    let handle = this.constants.get(name);
    if (handle === undefined) {
      handle = this.create(...make());
      this.constants.set(name, handle);
      live++;
    }
    return handle;
  }

  /** Copy values from the device. */
  read(handle: Handle): Float32Array {
    return this.backend.binding.tensorDataSync(handle);
  }

  /** Free all handles but these and the constants. */
  keepOnly(kept: readonly Handle[]): void {
    const stay = new Set(kept);
    for (const handle of this.made) if (!stay.has(handle)) this.free(handle);
  }

  /** Free everything. */
  dispose(): void {
    this.keepOnly([]);
    for (const handle of this.constants.values()) this.free(handle);
    this.constants.clear();
  }

  private create(
    values: Float32Array | Int32Array,
    shape: readonly number[],
  ): Handle {
    const { binding } = this.backend;
    return binding.createTensor(
      shape,
      values instanceof Int32Array ? binding.TF_INT32 : binding.TF_FLOAT,
      values,
    );
  }

  private own(handle: Handle): Handle {
    this.made.add(handle);
    live++;
    return handle;
  }

  private free(handle: Handle): void {
    this.backend.binding.deleteTensor(handle);
    this.made.delete(handle);
    live--;
  }
}
