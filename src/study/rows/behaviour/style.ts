/** Rows of the measure `style`: gains over a model, taken apart into style and rest, beside the gains when every answer must think. */
import { styleParts, type StyledAnswers } from "../../../analysis/index.js";
import type { Domain } from "../../../domains/index.js";
import type { BenchmarkName } from "../../../evaluate/index.js";
import { averageOverSeeds, pairedDifference } from "../../../stats/index.js";
import type { Role } from "../../graph/model.js";
import { inPoints, type Interval } from "../interval.js";
import { about, type ModelScores } from "../modelScores.js";

/** A gain over the model that training started from; all numbers in points. */
export interface StyleRow {
  model: string;
  role: Role;
  /** The model that it is compared with. */
  from: string;
  benchmark: BenchmarkName | "average";
  title: string;
  domain: Domain | null;
  temperature: number;
  /** The gain as it is, paired by item and seed. */
  gain: Interval;
  /** Parts of it, which sum up to it; see `analysis.styleParts`. */
  style: Interval;
  rest: Interval;
  /** Share of careful answers of `from` and of the model. */
  carefulBefore: Interval;
  carefulAfter: Interval;
  /** The gain where both must think in every turn; null where that was not measured. */
  forced: Interval | null;
  /** gain − forced, paired: what the freedom to answer in another style does; null likewise. */
  freedom: Interval | null;
  seeds: number;
}

/** One model's answers and scores, free and forced, by benchmark. */
export interface StyleSource {
  model: string;
  role: Role;
  answers: ReadonlyMap<BenchmarkName, StyledAnswers>;
  free: ModelScores;
  forced: ModelScores | null;
}

/** Rows of every model against one, at one temperature. */
export function styleRows(
  from: StyleSource,
  models: readonly StyleSource[],
  temperature: number,
): StyleRow[] {
  const names = [...from.answers.keys()];
  return models.flatMap((model) => {
    const row = (
      place: Pick<StyleRow, "benchmark" | "title" | "domain">,
      used: readonly BenchmarkName[],
    ): StyleRow => {
      const of = (source: StyleSource): StyledAnswers[] =>
        used.map((name) => source.answers.get(name)!);
      const parts = styleParts(of(from), of(model));
      return {
        ...{ model: model.model, role: model.role, from: from.model },
        ...place,
        temperature,
        gain: gainOf(from.free, model.free, used)!,
        style: inPoints(parts.style),
        rest: inPoints(parts.rest),
        carefulBefore: inPoints(parts.careful.before),
        carefulAfter: inPoints(parts.careful.after),
        forced: gainOf(from.forced, model.forced, used),
        freedom: freedomOf(from, model, used),
        seeds: from.free.get(used[0]!)![0]!.length,
      };
    };
    return [
      ...names.map((name) => row(about(name), [name])),
      row({ benchmark: "average", title: "Avg.", domain: null }, names),
    ];
  });
}

function gainOf(
  from: ModelScores | null,
  to: ModelScores | null,
  used: readonly BenchmarkName[],
): Interval | null {
  if (from === null || to === null) return null;
  return inPoints(
    pairedDifference(
      used.map((name) => ({ a: to.get(name)!, b: from.get(name)! })),
    ),
  );
}

/** (free − free of `from`) − (forced − forced of `from`), item by item. */
function freedomOf(
  from: StyleSource,
  to: StyleSource,
  used: readonly BenchmarkName[],
): Interval | null {
  const [a, b] = [from.forced, to.forced];
  if (a === null || b === null) return null;
  const matrices = used.map((name) =>
    to.free
      .get(name)!
      .map((row, i) =>
        row.map(
          (value, s) =>
            value -
            from.free.get(name)![i]![s]! -
            (b.get(name)![i]![s]! - a.get(name)![i]![s]!),
        ),
      ),
  );
  return inPoints(averageOverSeeds(matrices, { kind: "difference" }));
}
