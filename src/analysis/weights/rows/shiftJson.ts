/** A comparison as JSON text: every measure of every tensor, and of all together. */
import { combine } from "../shift/combine.js";
import { describeShift } from "../shift/describe.js";
import { meaningOf, type WeightShift } from "../shift/weightShift.js";

/** Digits of numbers that are not counts. */
const DIGITS = 7;

/**
 * One JSON object; the same comparison gives the same bytes. Fields are those of `Description`, of each tensor under `tensors` and of
 * all together under `all`; numbers have seven digits.
 *
 * @param models  where the models came from
 */
export function shiftJson(
  shift: WeightShift,
  models: { base: string; experts: Readonly<Record<string, string>> },
): string {
  const { tensors, experts, eta, ...frame } = shift;
  const dtypes = [...new Set(tensors.map(({ dtype }) => dtype))];
  const object = {
    ...models,
    eta,
    changed: Object.fromEntries(
      dtypes.map((dtype) => [dtype, meaningOf(dtype, eta)]),
    ),
    ...frame,
    all: describeShift(combine(tensors), experts, eta),
    tensors: tensors.map((tensor) => {
      const { sums: _, sample, spectra, ...place } = tensor;
      return {
        ...place,
        sampled: sample.entries,
        ...describeShift(tensor, experts, eta),
        spectra,
      };
    }),
  };
  return JSON.stringify(object, (_, value: unknown) =>
    typeof value === "number" && !Number.isInteger(value)
      ? Number(value.toPrecision(DIGITS))
      : value,
  );
}
