/** From training logs to what each run cost: the question of Table 2, answered by counting. */
import type {
  StepMetrics,
  StepSeconds,
  TokenCounts,
} from "../../train/index.js";
import { round, share } from "./interval.js";

/** Cost of one training run, or of all experts together. */
export interface CostRow {
  /** "sft", a domain, "experts" (the sum of all domains), "multi", or a student, whose cost does not include its teachers' training. */
  model: string;
  seed: number;
  steps: number;
  tokens: Required<TokenCounts>;
  /** 2N a token read, sampled or scored, 6N a token trained; N parameters, attention not counted. */
  flops: number;
  /** Wall-clock seconds of one thread; other work may have run beside it. */
  seconds: number;
  /** The same by phase of a step. */
  phases: Omit<StepSeconds, "total">;
  /** flops as a ratio to all experts of this seed together. */
  ratio: number;
}

const KINDS = ["prefill", "sampled", "trained", "scored"] as const;
const PHASES = ["rollout", "reward", "update"] as const;

type Sums = Omit<CostRow, "model" | "seed" | "ratio">;

function sumOver<Key extends string, Item>(
  keys: readonly Key[],
  items: readonly Item[],
  of: (item: Item, key: Key) => number,
): Record<Key, number> {
  const sum = (key: Key): number => items.reduce((s, i) => s + of(i, key), 0);
  return Object.fromEntries(keys.map((key) => [key, sum(key)])) as Record<
    Key,
    number
  >;
}

function add(parts: readonly Sums[]): Sums {
  const { steps, flops, seconds } = sumOver(
    ["steps", "flops", "seconds"] as const,
    parts,
    (part, key) => part[key],
  );
  return {
    steps,
    tokens: sumOver(KINDS, parts, ({ tokens }, kind) => tokens[kind]),
    flops,
    seconds,
    phases: sumOver(PHASES, parts, ({ phases }, phase) => phases[phase]),
  };
}

function sumsOf(log: readonly StepMetrics[], parameters: number): Sums {
  // Only some kinds of training score tokens; and logs of earlier versions have the verdicts' time inside `rollout`.
  const tokens = sumOver(KINDS, log, (line, kind) => line.tokens[kind] ?? 0);
  const phases = sumOver(PHASES, log, ({ seconds }, phase) =>
    phase in seconds ? seconds[phase] : 0,
  );
  const forward = tokens.prefill + tokens.sampled + tokens.scored;
  return {
    steps: log.length,
    tokens,
    flops: 2 * parameters * forward + 6 * parameters * tokens.trained,
    seconds: log.reduce((sum, line) => sum + line.seconds.total, 0),
    phases,
  };
}

/**
 * Floating-point operations and seconds of a training run, or of its first steps.
 *
 * @param parameters  N
 */
export function trainingCost(
  log: readonly StepMetrics[],
  parameters: number,
): Pick<CostRow, "flops" | "seconds"> {
  const { flops, seconds } = sumsOf(log, parameters);
  return { flops, seconds };
}

function rounded({ seconds, phases, ...rest }: Sums): Sums {
  const { rollout, reward, update } = phases;
  return {
    ...rest,
    seconds: round(seconds, 2),
    phases: {
      rollout: round(rollout, 2),
      reward: round(reward, 2),
      update: round(update, 2),
    },
  };
}

/** A run with its training log. */
export interface LoggedRun {
  model: string;
  seed: number;
  log: readonly StepMetrics[];
}

/**
 * What each run cost, and what all experts together cost, seed by seed.
 *
 * @param experts     names of the runs whose sum is the unit of `ratio`
 * @param together    how the row of that sum is called
 * @param parameters  N
 */
export function costRows(
  logs: readonly LoggedRun[],
  experts: readonly string[],
  together: string,
  parameters: number,
): CostRow[] {
  const seeds = [...new Set(logs.map(({ seed }) => seed))];
  return seeds.flatMap((seed) => {
    const runs = logs
      .filter((each) => each.seed === seed)
      .map(({ model, log }) => ({ model, sums: sumsOf(log, parameters) }));
    const all = add(
      runs
        .filter(({ model }) => experts.includes(model))
        .map(({ sums }) => sums),
    );
    return [...runs, { model: together, sums: all }].map(
      ({ model, sums }): CostRow => ({
        model,
        seed,
        ...rounded(sums),
        ratio: share(sums.flops / all.flops),
      }),
    );
  });
}
