/** The mean of several seeds' training logs. */
import type { Curve } from "./types.js";
import { meanOrNull } from "../../stats/index.js";

/**
 * The mean of curves step by step, as far as the shortest goes; a number that a curve lacks at a step does not count there.
 *
 * @param curves  of one model, one per seed, with the same steps
 * @example
 * const a = { model: "math", seed: 1, step: [0, 1], values: { reward: [0, 1] } };
 * meanCurve([a, { ...a, seed: 2, values: { reward: [1, null] } }]).values.reward // [0.5, 1]
 */
export function meanCurve(curves: readonly Curve[]): Curve {
  const [first] = curves;
  if (first === undefined)
    throw new RangeError("meanCurve: curves must not be empty, got 0");
  const length = Math.min(...curves.map(({ step }) => step.length));
  const names = new Set(curves.flatMap(({ values }) => Object.keys(values)));
  const meanAt = (name: string, i: number): number | null => {
    const own = curves.map(({ values }) => values[name]?.[i] ?? null);
    return meanOrNull(own);
  };
  const values = [...names].map((name) => [
    name,
    Array.from({ length }, (_, i) => meanAt(name, i)),
  ]);
  return {
    ...{ model: first.model, seed: first.seed },
    step: first.step.slice(0, length),
    values: Object.fromEntries(values) as Curve["values"],
  };
}
