/** Which scores a measure rests on: those of one entry of the study, at one of its temperatures. */
import {
  refText,
  type MeasureEntry,
  type Ref,
  type StudySpec,
} from "../graph/model.js";
import {
  number,
  optional,
  text,
  withDefault,
  type FieldsOf,
} from "../spec/field.js";
import { NAME } from "../spec/values.js";
import { placeAt, temperaturesOf } from "./behaviour/sampling.js";
import type { ScoresOptions } from "./behaviour/scores.js";

/** Options of a measure that rests on scores. */
export interface ScoredBy {
  /** Name of the measure that scores its models, default "scores". */
  scores: string;
  /** One of that measure's temperatures, default its main one. */
  temperature?: number;
}

/** Fields of `ScoredBy`. */
export const scoredBy: FieldsOf<ScoredBy> = {
  scores: withDefault(text(NAME, "the name of a measure"), "scores"),
  temperature: optional(number({ min: 0 })),
};

/** The scores in question: what they were measured with, and where their records lie. */
export interface FoundScores extends Pick<
  ScoresOptions,
  "models" | "benchmarks" | "samples"
> {
  place: string;
}

/**
 * The scores that a measure rests on.
 *
 * @param models  what must have been scored
 * @throws RangeError there is no such measure of scores, or no such temperature, or one of the models is not scored
 */
export function scoresBehind(
  { name, options }: MeasureEntry<ScoredBy>,
  models: readonly Ref[],
  { measures }: StudySpec,
): FoundScores {
  const found = measures.find((each) => each.name === options.scores);
  if (found?.by !== "scores")
    throw new RangeError(
      `measures.${name}.scores must name a measure of scores, got ${options.scores}`,
    );
  const own = found.options as ScoresOptions;
  const { temperature = own.temperature } = options;
  const known = temperaturesOf(own);
  if (!known.includes(temperature))
    throw new RangeError(
      `measures.${name}.temperature must be one of measures.${options.scores} (${known.join(", ")}), got ${temperature}`,
    );
  const scored = own.models.map(refText);
  const missing = models.map(refText).find((each) => !scored.includes(each));
  if (missing !== undefined)
    throw new RangeError(
      `measures.${name} must be of models in measures.${options.scores}.models, got ${missing}`,
    );
  return {
    models: own.models,
    benchmarks: own.benchmarks,
    samples: own.samples,
    place: placeAt(options.scores, own, temperature),
  };
}
