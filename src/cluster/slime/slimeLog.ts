/** From slime's scalars to the lines of our own training log. */
import { TrainError } from "../../error.js";
import type { GrpoMetrics, TokenCounts } from "../../train/index.js";
import type { Scalars } from "./readEvents.js";

/** A line of the log, with what slime measures: rewards by domain and outcomes are not among it. */
export type SlimeLine = Pick<
  GrpoMetrics,
  "step" | "loss" | "gradNorm" | "learningRate" | "tokens" | "seconds"
> &
  Partial<
    Pick<
      GrpoMetrics,
      "reward" | "completionTokens" | "clipFraction" | "entropy"
    >
  >;

/**
 * The lines of a run. Tokens are mean lengths times the answers of a step, so they hold to rounding; each trained token was read once.
 *
 * @param answers  prompts × group size of a step
 * @throws TrainError a step is missing, or a number that every line must have
 */
export function slimeLines(
  events: ReadonlyMap<number, Scalars>,
  { steps, answers }: { steps: number; answers: number },
): SlimeLine[] {
  return Array.from({ length: steps }, (_, step) => {
    const scalars = events.get(step) ?? new Map<string, number>();
    const get = (tag: string): number => {
      const value = scalars.get(tag);
      if (value === undefined || !Number.isFinite(value))
        throw new TrainError(
          `slime: step ${step} must have a finite ${tag}, got ${String(value ?? "none")}; the run is not complete`,
        );
      return value;
    };
    const optional = (name: string, tag: string): object =>
      scalars.has(tag) ? { [name]: get(tag) } : {};
    const length = get("rollout/response_lengths");
    const sampled = Math.round(length * answers);
    const trained = Math.round(get("rollout/total_lengths") * answers);
    const tokens: TokenCounts = {
      prefill: trained - sampled,
      sampled,
      trained,
    };
    const [rollout, update] = ["perf/rollout_time", "perf/train_time"].map(get);
    return {
      step,
      loss: get("train/loss"),
      gradNorm: get("train/grad_norm"),
      learningRate: get("train/lr-pg_0"),
      ...optional("reward", "rollout/raw_reward"),
      ...optional("entropy", "train/entropy_loss"),
      ...optional("clipFraction", "train/pg_clipfrac"),
      completionTokens: length,
      tokens,
      seconds: {
        rollout: rollout!,
        // slime counts the rewards into the time of the rollout.
        reward: 0,
        update: update!,
        total: get("perf/step_time"),
      },
    };
  });
}
