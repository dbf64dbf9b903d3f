/** Rounding to 16-bit floats up or down at random, so that the expected value is the number itself. */
import { fillWords, type Key } from "../../random.js";
import { bitsOf, narrowBf16, narrowF16 } from "../format/halfFloat.js";

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/**
 * Round to BF16 or F16 stochastically: up with the probability that makes the expected value equal to the input.
 *
 *   P(up) = (x − down) / (up − down)
 *
 * Numbers that the format holds stay. Beyond its largest finite number there is no "up", and rounding is to nearest; so is NaN.
 *
 * The draw of an element depends on the key and its index alone: 16 random bits for BF16, which drops 16; 32 for F16, which drops 13
 * of a normal number and up to 24 of a subnormal one (there the bias is below 2⁻³² of a step).
 *
 * Source: Gupta et al. 2015 (arXiv 1502.02551), section 3.1.
 *
 * @param values  the values, not modified
 * @param out     receives the bytes, 2 an element, at an even place of its buffer
 * @param key     key of the tensor
 * @param start   index of the first value in its tensor
 * @example
 * roundStochastically("BF16", new Float32Array([1.001]), new Uint8Array(2), key(1, "round/w"), 0)
 */
export function roundStochastically(
  dtype: "BF16" | "F16",
  values: Float32Array,
  out: Uint8Array,
  key: Key,
  start: number,
): void {
  const bits = bitsOf(values);
  const halves = new Uint16Array(out.buffer, out.byteOffset, values.length);
  // The stream of random words is cut into draws of 16 or 32 bits; a block of the generator has 64.
  const draws = dtype === "BF16" ? new Uint16Array(WORDS.buffer) : WORDS;
  const perBlock = dtype === "BF16" ? 4 : 2;
  for (let i = 0; i < values.length;) {
    const block = Math.floor((start + i) / perBlock);
    const first = start + i - block * perBlock;
    const count = Math.min(draws.length - first, values.length - i);
    const blocks = Math.ceil((first + count) / perBlock);
    fillWords(key, block, WORDS.subarray(0, 2 * blocks));
    if (dtype === "BF16")
      for (let j = first; j < first + count; j++, i++)
        halves[i] = drawBf16(bits[i]!, draws[j]!);
    else
      for (let j = first; j < first + count; j++, i++)
        halves[i] = drawF16(bits[i]!, draws[j]!);
  }
}

const WORDS = new Uint32Array(2048);

/** Adding 16 random bits carries into the upper half with the probability of the lower half. */
function drawBf16(bits: number, draw: number): number {
  // From the largest bfloat16 on, and NaN.
  if ((bits & 0x7fffffff) >= 0x7f7f0000) return narrowBf16(bits);
  return (bits + draw) >>> 16;
}

function drawF16(bits: number, draw: number): number {
  const magnitude = bits & 0x7fffffff;
  // From 65504 on, the largest float16, and NaN.
  if (magnitude >= 0x477fe000) return narrowF16(bits);
  const sign = (bits >>> 16) & 0x8000;
  if (magnitude < 0x38800000) {
    // Subnormal: a count of 2⁻²⁴, exact in float64.
    BITS[0] = magnitude;
    const count = FLOAT[0]! * 2 ** 24;
    const down = Math.floor(count);
    return sign | (down + (draw < (count - down) * 2 ** 32 ? 1 : 0));
  }
  return sign | ((magnitude - 0x38000000 + (draw >>> 19)) >>> 13);
}
