/** A comparison as JSON text: every measure of every tensor, and of all together. */
import { combine } from "../shift/combine.js";
import { describeShift } from "../shift/describe.js";
import { meaningOf, type WeightShift } from "../shift/weightShift.js";

/** Digits of numbers that are not counts. */
const DIGITS = 7;

/** What a comparison was of: paths. */
export interface ComparedModels {
  base: string;
  experts: Readonly<Record<string, string>>;
}

/**
 * The text of `shiftJson` in pieces, which together may be longer than any string can be: that of 126,000 tensors has 400 MB and more.
 *
 * @param models  where the models came from
 * @example
 * [...shiftJsonPieces(shift, { base: "base", experts: { math: "math" } })].length
 */
export function* shiftJsonPieces(
  shift: WeightShift,
  models: ComparedModels,
): Generator<string> {
  const { tensors, experts, eta, ...frame } = shift;
  const dtypes = [...new Set(tensors.map(({ dtype }) => dtype))];
  const head = textOf({
    ...models,
    eta,
    changed: Object.fromEntries(
      dtypes.map((dtype) => [dtype, meaningOf(dtype, eta)]),
    ),
    ...frame,
    all: describeShift(combine(tensors), experts, eta),
  });
  // The tensors stand last in the object, whose end is therefore theirs.
  let before = `${head.slice(0, -1)},"tensors":[`;
  for (const tensor of tensors) {
    const { sums: _, sample, spectra, ...place } = tensor;
    const text = textOf({
      ...place,
      sampled: sample.entries,
      ...describeShift(tensor, experts, eta),
      spectra,
    });
    yield `${before}${text}`;
    before = ",";
  }
  yield "]}";
}

/**
 * One JSON object; the same comparison gives the same bytes. Fields are those of `Description`, of each tensor under `tensors` and of
 * all together under `all`; numbers have seven digits.
 *
 * @param models  where the models came from
 * @throws RangeError there are so many tensors that no string holds them all; see `shiftJsonPieces`
 */
export function shiftJson(shift: WeightShift, models: ComparedModels): string {
  return [...shiftJsonPieces(shift, models)].join("");
}

function textOf(value: object): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "number" && !Number.isInteger(each)
      ? Number(each.toPrecision(DIGITS))
      : each,
  );
}
