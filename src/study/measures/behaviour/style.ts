/** Measure `style`: what models gain over the one they started from, taken apart into style and rest. */
import {
  modelNamed,
  refText,
  type MeasureEntry,
  type Ref,
  type StudySpec,
} from "../../graph/model.js";
import type { Results } from "../../rows/results.js";
import {
  styleRows,
  type StyleRow,
  type StyleSource,
} from "../../rows/behaviour/style.js";
import { manyModels, object, oneModel, optional } from "../../spec/field.js";
import { name } from "../../spec/values.js";
import { NOTHING, type Measure } from "../measure.js";
import { placeAt, temperaturesOf } from "./sampling.js";
import { scoresIn, type ScoresOptions } from "./scores.js";

/** Options of `style`. */
export interface StyleOptions {
  /** Model that the others started from. */
  from: Ref;
  models: Ref[];
  /** Name of a measure `scores` of the same models, benchmarks and items with `think: forced`. */
  forced?: string;
}

/** The options of the measure with forced thinking; null where none is named. */
function forcedIn(
  { measures }: Pick<StudySpec, "measures">,
  { forced }: StyleOptions,
): ScoresOptions | null {
  if (forced === undefined) return null;
  const found = measures.find(
    ({ name: own, by }) => own === forced && by === "scores",
  );
  if (!found)
    throw new RangeError(
      `measures.style.forced must name a measure of scores, got ${JSON.stringify(forced)}`,
    );
  return found.options as ScoresOptions;
}

function rowsOf(
  { options }: MeasureEntry<StyleOptions>,
  results: Results,
): StyleRow[] {
  const { study } = results;
  const free = scoresIn(study);
  const forced = forcedIn(study, options);
  return temperaturesOf(free).flatMap((temperature) => {
    const at = placeAt("scores", free, temperature);
    const isForced =
      forced !== null && temperaturesOf(forced).includes(temperature);
    const source = (ref: Ref): StyleSource => ({
      model: refText(ref),
      role: modelNamed(study, ref.model).role,
      answers: results.records(ref, free.benchmarks, at),
      free: results.scores(ref, free.benchmarks, at),
      forced: isForced
        ? results.scores(
            ref,
            free.benchmarks,
            placeAt(options.forced!, forced, temperature),
          )
        : null,
    });
    return styleRows(
      source(options.from),
      options.models.map(source),
      temperature,
    );
  });
}

/** The measure. */
export const style: Measure<StyleOptions, { style: StyleRow }> = {
  ...NOTHING,
  key: "style",
  about: "gains taken apart into the style of answers and the rest",
  version: 1,
  options: object<StyleOptions>({
    from: oneModel,
    models: manyModels,
    forced: optional(name),
  }),
  rowFiles: ["style"],
  uses: () => ["scores"],
  reads: ({ from, models }) => [from, ...models],
  rows: (entry, results) => ({ style: rowsOf(entry, results) }),
};
