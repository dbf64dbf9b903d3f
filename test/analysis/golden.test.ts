/** Masks, overlaps, cosines, signs and spectra against NumPy in float64. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  combine,
  describeShift,
  type Description,
  weightShift,
} from "../../src/analysis/index.js";
import {
  decodeInto,
  type Dtype,
  type Params,
} from "../../src/checkpoint/index.js";

type Numbers = { [key: string]: number | number[] | Numbers | Numbers[] };

interface Golden {
  eta: number;
  rank: number;
  experts: string[];
  shapes: Record<string, number[]>;
  cases: {
    dtype: Dtype;
    models: Record<string, string>[];
    tensors: Record<string, Numbers & { spectra?: Numbers[] }>;
    whole: Numbers;
  }[];
}

const golden = JSON.parse(
  readFileSync(
    new URL("../golden/analysis/shift.json", import.meta.url),
    "utf8",
  ),
) as Golden;

function paramsOf(model: Record<string, string>, dtype: Dtype): Params {
  return new Map(
    Object.entries(model).map(([name, text]) => {
      const shape = golden.shapes[name]!;
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      decodeInto(dtype, Uint8Array.from(Buffer.from(text, "base64")), data);
      return [name, { dtype, shape, data }];
    }),
  );
}

/** Every number of `wanted` is in `found`, to the precision of sums in float64. */
function expectNumbers(found: unknown, wanted: unknown, path = ""): void {
  if (typeof wanted === "number") {
    const scale = Math.max(1e-3, Math.abs(wanted));
    expect(
      Math.abs((found as number) - wanted) / scale,
      `${path}: ${String(found)} for ${wanted}`,
    ).toBeLessThan(1e-11);
    return;
  }
  for (const [key, value] of Object.entries(wanted as object))
    expectNumbers((found as Numbers)[key], value, `${path}.${key}`);
}

describe.each(golden.cases)("weightShift of $dtype models", (one) => {
  const [base, ...experts] = one.models.map((each) =>
    paramsOf(each, one.dtype),
  );
  const shift = weightShift(
    base!,
    Object.fromEntries(golden.experts.map((name, i) => [name, experts[i]!])),
    { eta: golden.eta, rank: golden.rank },
  );
  const describeOne = (name: string): Description =>
    describeShift(
      shift.tensors.find((tensor) => tensor.name === name)!,
      shift.experts,
      shift.eta,
    );

  test.each(Object.keys(golden.shapes))(
    "has NumPy's masks, overlaps, cosines and signs in %s",
    (name) => {
      const { spectra: _, ...wanted } = one.tensors[name]!;
      expectNumbers(describeOne(name), wanted);
    },
  );

  test("has NumPy's numbers for all tensors together", () => {
    expectNumbers(
      describeShift(combine(shift.tensors), shift.experts, shift.eta),
      one.whole,
    );
  });

  test("has NumPy's spectra", () => {
    const measured = shift.tensors.filter(({ spectra }) => spectra !== null);
    expect(measured).toHaveLength(2);
    for (const { name, spectra } of measured) {
      spectra!.forEach((found, i) => {
        const wanted = one.tensors[name]!.spectra![i]!;
        for (const [key, value] of Object.entries(wanted)) {
          // The spectrum is of WᵀW, whose rounding is 10⁻¹⁶ of its largest value; angles and small values feel the root of that.
          expect(
            Math.abs(
              (found as unknown as Record<string, number>)[key]! -
                (value as number),
            ),
            `${name} ${key}`,
          ).toBeLessThan(1e-6 * Math.max(1e-3, value as number));
        }
      });
    }
  });
});
