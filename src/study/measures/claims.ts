/** Measure `claims`: the table of the paper's claims with the verdicts on them, from the numbers of all other measures. */
import { roundedNumber, type ClaimRow } from "../claims/claimRow.js";
import type { PaperModels } from "../claims/paperModels.js";
import { verdictRows, type VerdictRow } from "../claims/verdicts.js";
import {
  refText,
  type MeasureEntry,
  type Ref,
  type StudySpec,
} from "../graph/model.js";
import type { Results } from "../rows/results.js";
import { manyModels, object, oneModel, optional } from "../spec/field.js";
import { byDomain } from "./experts.js";
import { NOTHING, type Measure } from "./measure.js";

/** Options of `claims`: which models of the study stand for those of the paper. */
export interface ClaimsOptions {
  sft?: Ref;
  experts?: Ref[];
  /** Multi-task RL, the mixed run. */
  multi?: Ref;
  /** The TIES merge of all experts. */
  ties?: Ref;
  /** The student of on-policy distillation. */
  opd?: Ref;
  /** RL from `sft` with rewards for the form of an answer alone: what experts gain elsewhere is counted beyond it. */
  control?: Ref;
}

/** The paper's models among those of a study; null where the study does not ask for the table of claims. */
export function paperModels(study: StudySpec): PaperModels | null {
  const found = study.measures.find(({ by }) => by === "claims");
  if (!found) return null;
  const {
    sft,
    experts = [],
    multi,
    ties,
    opd,
    control,
  } = found.options as ClaimsOptions;
  const of = (ref: Ref | undefined): string | null =>
    ref === undefined ? null : refText(ref);
  const own = byDomain(experts, study, `measures.${found.name}.experts`);
  return {
    sft: of(sft),
    experts: Object.fromEntries(
      [...own].map(([domain, ref]) => [domain, refText(ref)]),
    ),
    multi: of(multi),
    ties: of(ties),
    opd: of(opd),
    ...(control !== undefined && { control: refText(control) }),
  };
}

/** Path of the numbers that one measure decides claims with. */
export function claimPath(measure: string): string {
  return `claims/${measure}.jsonl`;
}

/** Numbers of all measures that decide claims, in the order of the study. */
function numbersOf(deciding: readonly string[], results: Results): ClaimRow[] {
  return results.study.measures
    .filter(({ by }) => deciding.includes(by))
    .flatMap(({ name }) => results.file<ClaimRow>(claimPath(name)));
}

/**
 * The measure.
 *
 * @param deciders  the measures that decide claims
 */
export function claimsMeasure(
  deciders: readonly Pick<Measure, "key" | "claimIds">[],
): Measure<ClaimsOptions, { claims: VerdictRow; claimNumbers: ClaimRow }> {
  const keys = deciders.map(({ key }) => key);
  const absent = (claim: string): string => {
    const decider = deciders.find(({ claimIds }) => claimIds.includes(claim));
    if (!decider)
      throw new Error(`internal: nothing measures the claim "${claim}"`);
    return `the study has no measure ${decider.key}`;
  };
  return {
    ...NOTHING,
    key: "claims",
    about: "the paper's claims with the verdict on each",
    version: 1,
    options: object<ClaimsOptions>({
      sft: optional(oneModel),
      experts: optional(manyModels),
      multi: optional(oneModel),
      ties: optional(oneModel),
      opd: optional(oneModel),
      control: optional(oneModel),
    }),
    rowFiles: ["claims", "claimNumbers"],
    uses: () => keys,
    reads: ({ sft, experts = [], multi, ties, opd, control }) =>
      [sft, ...experts, multi, ties, opd, control].flatMap((ref) => ref ?? []),
    rows(_: MeasureEntry<ClaimsOptions>, results: Results) {
      const numbers = numbersOf(keys, results);
      return {
        claims: verdictRows(numbers, results.study.seeds.length, absent),
        claimNumbers: numbers.map((row) => ({ ...row, ...roundedNumber(row) })),
      };
    },
  };
}
