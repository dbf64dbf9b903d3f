/** How completions are drawn when models are scored: one temperature, or several in one measure. */

import type { Think } from "../../../rollout/index.js";

/** How completions are drawn when a model is scored. */
export interface Sampling {
  /** Tasks per benchmark. */
  items: number;
  /** Completions per task. */
  samples: number;
  temperature: number;
  topP: number;
  /** "forced": every turn must think before it answers; default "free". */
  think?: Think;
}

/** The same of a measure that may have several temperatures. */
export interface SamplingOptions extends Sampling {
  /** All temperatures, that of `temperature` among them; absent: that one alone. */
  temperatures?: number[];
}

/** How a measure draws completions at its main temperature: other measures that score models do it alike. */
export function samplingOf({
  items,
  samples,
  temperature,
  topP,
  think,
}: Sampling): Sampling {
  return { items, samples, temperature, topP, ...(think && { think }) };
}

/** How a measure draws completions at one of its temperatures; greedy decoding needs one completion, since all would be equal. */
export function samplingAt(
  options: SamplingOptions,
  temperature: number,
): Sampling {
  const isGreedy = options.temperatures !== undefined && temperature === 0;
  const samples = isGreedy ? 1 : options.samples;
  return { ...samplingOf(options), temperature, samples };
}

/**
 * The temperatures of a measure, the main one first: the one that claims and other measures rest on.
 *
 * @example
 * temperaturesOf({ temperature: 1, temperatures: [0, 1] }) // [1, 0]
 */
export function temperaturesOf({
  temperature,
  temperatures = [],
}: Pick<SamplingOptions, "temperature" | "temperatures">): number[] {
  return [temperature, ...temperatures.filter((each) => each !== temperature)];
}

/**
 * Where the records of a measure at one temperature lie, under the folder of a seed.
 *
 * @example
 * placeAt("scores", { temperature: 1 }, 0) // "scores/T0"
 */
export function placeAt(
  measure: string,
  { temperature: main }: Pick<SamplingOptions, "temperature">,
  temperature: number,
): string {
  return temperature === main ? measure : `${measure}/T${temperature}`;
}
