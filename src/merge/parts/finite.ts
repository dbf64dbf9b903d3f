/** Finds NaN and infinite values, on the way in and on the way out. */
import { inArena } from "../kernels/arena.js";
import { kernels } from "../kernels/kernels.js";
import type { Emit, Source, TensorInput } from "../tensor.js";

const MAGNITUDE = 0x7fffffff;
// Adding the smallest exponent carries into the sign bit exactly where the exponent is all ones: NaN and Inf.
const CARRY = 0x00800000;

/**
 * Index of the first NaN or Inf, −1 where there is none.
 *
 * @example
 * firstNonFinite(Float32Array.of(1, NaN)) // 1
 */
export function firstNonFinite(values: Float32Array): number {
  const isFinite = inArena(values)
    ? kernels.hasNonFinite(values.byteOffset, values.length) === 0
    : allFinite(values);
  return isFinite ? -1 : values.findIndex((value) => !Number.isFinite(value));
}

function allFinite(values: Float32Array): boolean {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let carried = 0;
  let i = 0;
  // Four at a time: half the cost.
  for (; i + 3 < bits.length; i += 4)
    carried |=
      ((bits[i]! & MAGNITUDE) + CARRY) |
      ((bits[i + 1]! & MAGNITUDE) + CARRY) |
      ((bits[i + 2]! & MAGNITUDE) + CARRY) |
      ((bits[i + 3]! & MAGNITUDE) + CARRY);
  for (; i < bits.length; i++) carried |= (bits[i]! & MAGNITUDE) + CARRY;
  return carried >= 0;
}

/** A source that checks what it reads, each entry once. */
function checkedSource(
  source: Source,
  caller: string,
  tensor: string,
  model: string,
): Source {
  let checked = 0;
  return {
    length: source.length,
    read(start, out) {
      source.read(start, out);
      if (start > checked || start + out.length <= checked) return;
      checked = start + out.length;
      const bad = firstNonFinite(out);
      if (bad >= 0)
        throw new RangeError(
          `${caller}: tensor "${tensor}" must be finite, got ${out[bad]} at entry ${start + bad} in ${model}`,
        );
    },
  };
}

/** The same tensor; reading it throws RangeError at the first entry that is not finite. */
export function checkedInput(input: TensorInput, caller: string): TensorInput {
  const { name, base, experts, ids } = input;
  return {
    ...input,
    base: base && checkedSource(base, caller, name, "base"),
    experts: experts.map((expert, m) =>
      checkedSource(expert, caller, name, `expert ${ids[m]!}`),
    ),
  };
}

/** The same receiver; a merged value that is not finite throws RangeError: finite models may add up to more than float32 holds. */
export function checkedEmit(emit: Emit, caller: string, tensor: string): Emit {
  return (start, values) => {
    const bad = firstNonFinite(values);
    if (bad >= 0)
      throw new RangeError(
        `${caller}: tensor "${tensor}" must be finite when merged, got ${values[bad]} at entry ${start + bad}`,
      );
    emit(start, values);
  };
}
