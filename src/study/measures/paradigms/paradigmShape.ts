/** Sizes and directions of a paradigm's task vectors, and the shape of the loss around them. */
import {
  combine,
  describeShift,
  weightShift,
} from "../../../analysis/index.js";
import { meanOrNull } from "../../../stats/index.js";
import { taskMessages, type Domain } from "../../../domains/index.js";
import { breathe } from "../../../io/index.js";
import {
  scoreSequences,
  type MaskedSequence,
  Policy,
} from "../../../model/index.js";
import { Random } from "../../../random.js";
import { rollouts } from "../../../rollout/index.js";
import { encodeChat, rolloutSequence } from "../../../train/index.js";
import { drawTask, worldSpec, type Difficulty } from "../../../world/index.js";
import type {
  LossLine,
  ParadigmShape,
  TaskVectorSizes,
} from "../../rows/paradigms/paradigmRow.js";
import { tasksOf } from "../../graph/stage.js";
import { brief } from "../../rows/interval.js";
import type { Facts, Job, Report } from "../../run/job.js";
import { writeLines } from "../../run/jsonLines.js";
import { inputPath, outputPath } from "../../run/paths.js";
import { readExperts, type ExpertModels } from "../expertModels.js";

/** What the shape of one paradigm depends on. */
export interface ParadigmShapeSpec {
  seed: number;
  texts: number;
  grid: number;
}

/** Steps along a task vector, in task vectors: 0 is the SFT model, 1 the expert. */
export const ALPHAS: readonly number[] = [
  -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5,
];

/** Answers that the SFT model writes to each held-out task; one that is correct is kept. */
const TRIES = 4;

/** Measure a paradigm's task vectors, and the loss along them and between two of them. */
export async function measureShape(
  job: Job<ParadigmShapeSpec>,
  report: Report,
): Promise<Facts> {
  const { seed, texts, grid } = job.stage.spec;
  const paradigm = readExperts<Domain>(job);
  const domains = [...paradigm.experts.keys()];
  const total = 1 + ALPHAS.length + grid;
  const lines: ParadigmShape[] = [weightsOf(job, domains)];
  report({ done: 1, total });
  const held = heldOut(paradigm, texts, seed, tasksOf(job.stage));
  for (const [i, alpha] of ALPHAS.entries()) {
    lines.push(...linesAt(paradigm, held, alpha));
    report({ done: 2 + i, total });
    await breathe();
  }
  const [a, b] = domains;
  for (let row = 0; row < grid && b !== undefined; row++) {
    for (let column = 0; column < grid; column++) {
      const at = (k: number): number => brief(-0.5 + (2 * k) / (grid - 1));
      const [x, y] = [at(column), at(row)];
      const point = moved(paradigm, [[a!, x] as const, [b, y] as const]);
      const loss = (domain: Domain): number =>
        lossOn(point, held.get(domain)!.demonstrations)!;
      lines.push({
        what: "plane",
        a: a!,
        b,
        x,
        y,
        lossA: loss(a!),
        lossB: loss(b),
      });
      point.dispose();
    }
    report({ done: 2 + ALPHAS.length + row, total });
    await breathe();
  }
  writeLines(outputPath(job), lines);
  return {};
}

function weightsOf(job: Job, domains: readonly Domain[]): TaskVectorSizes {
  const folders = Object.fromEntries(
    domains.map((domain) => [domain, inputPath(job, domain)]),
  );
  const shift = weightShift(inputPath(job, "anchor"), folders);
  const { experts, pairs, joint } = describeShift(
    combine(shift.tensors),
    shift.experts,
    shift.eta,
  );
  const spectra = shift.tensors.flatMap((tensor) => tensor.spectra ?? []);
  const rank = (domain: string): number | null =>
    meanOrNull(
      spectra
        .filter(({ expert }) => expert === domain)
        .map((own) => own.effectiveRank / own.effectiveRankByChance),
    );
  const round = (value: number | null): number | null =>
    value === null ? null : brief(value);
  return {
    what: "weights",
    experts: experts.map(({ expert, norm, relativeNorm }) => ({
      domain: expert,
      norm: brief(norm),
      relativeNorm: brief(relativeNorm),
      effectiveRank: round(rank(expert)),
    })),
    pairs: pairs.map(({ a, b, cosine }) => ({ a, b, cosine: round(cosine) })),
    minorityMass: brief(joint.minorityMass),
    opposed: round(joint.opposed),
  };
}

interface HeldOut {
  demonstrations: MaskedSequence[];
  answers: MaskedSequence[];
}

/** Texts of each domain on tasks that no model was trained or is scored on. */
function heldOut(
  { anchor, experts, config, tokenizer }: ExpertModels<Domain>,
  texts: number,
  seed: number,
  { difficulty = "easy" }: { difficulty?: Difficulty },
): Map<Domain, HeldOut> {
  const sft = Policy.fromParams(anchor, config);
  const held = [...experts.keys()].map((domain): [Domain, HeldOut] => {
    const random = new Random(seed, `why/heldOut/${domain}`);
    const tasks = Array.from({ length: texts }, () =>
      drawTask(domain, random, {
        split: "development",
        // The easy world leaves the level to `drawTask`.
        level:
          difficulty === "easy"
            ? undefined
            : random.pick(worldSpec(domain).levels[difficulty].rl),
      }),
    );
    const demonstrations = tasks.map((task) => {
      const answer = worldSpec(domain).demonstrate(task, random, {
        careful: true,
        slip: 0,
      });
      const chat = [...taskMessages(task), ...answer];
      return encodeChat(tokenizer, chat, config.maxPositions);
    });
    const drawn = rollouts(
      sft,
      tokenizer,
      tasks.flatMap((task) => Array.from({ length: TRIES }, () => task)),
      { seed, stream: `why/heldOut/${domain}` },
    );
    const answers = tasks.flatMap((_, i) => {
      const own = drawn.slice(i * TRIES, (i + 1) * TRIES);
      const correct = own.find(({ verdict }) => verdict.reward === 1);
      return correct ? [rolloutSequence(correct)] : [];
    });
    return [domain, { demonstrations, answers }];
  });
  sft.dispose();
  return new Map(held);
}

/** θ₀ + Σ factor · τ_domain. */
function moved(
  { anchor, experts, config }: ExpertModels<Domain>,
  by: readonly (readonly [Domain, number])[],
): Policy {
  const params = [...anchor].map(([name, tensor]) => {
    const data = Float32Array.from(tensor.data);
    for (const [domain, factor] of by) {
      const expert = experts.get(domain)!.get(name)!.data;
      for (let i = 0; i < data.length; i++)
        data[i]! += factor * (expert[i]! - tensor.data[i]!);
    }
    return [name, { ...tensor, dtype: "F32" as const, data }] as const;
  });
  return Policy.fromParams(new Map(params), config);
}

/** Mean negative log-likelihood of the marked tokens, nats a token; null without texts. */
function lossOn(
  policy: Policy,
  rows: readonly MaskedSequence[],
): number | null {
  const scores = scoreSequences(policy, rows, {
    maxTokens: 4096,
    temperature: 1,
  });
  let sum = 0;
  let count = 0;
  rows.forEach(({ mask }, r) =>
    mask.forEach((marked, t) => {
      if (!marked || t === 0) return;
      sum -= scores[r]![t]!;
      count++;
    }),
  );
  return count === 0 ? null : brief(sum / count);
}

function linesAt(
  paradigm: ExpertModels<Domain>,
  held: ReadonlyMap<Domain, HeldOut>,
  alpha: number,
): LossLine[] {
  const domains = [...paradigm.experts.keys()];
  const directions: [string, Domain[]][] = [
    ...domains.map((domain): [string, Domain[]] => [domain, [domain]]),
    ["sum", domains],
  ];
  return directions.flatMap(([direction, parts]) => {
    const point = moved(
      paradigm,
      parts.map((domain) => [domain, alpha] as const),
    );
    const lines = parts.map((domain): LossLine => {
      const { demonstrations, answers } = held.get(domain)!;
      return {
        what: "line",
        direction,
        domain,
        alpha,
        demonstrations: lossOn(point, demonstrations)!,
        answers: lossOn(point, answers),
      };
    });
    point.dispose();
    return lines;
  });
}
