/** What one step of a distillation teaches: the losses of its method on the step's rollouts. */
import type { Policy } from "../model/index.js";
import type { Rollout } from "../rollout/index.js";
import { completionLength, sumTokens } from "./batch.js";
import { klEstimate } from "./klEstimate.js";
import { distillSamples } from "./distill.js";
import type { DistillSettings } from "./distillOptions.js";
import { fullKlLosses } from "./fullKl.js";
import type { Loss } from "./gradient.js";
import { grpoLosses } from "./grpo.js";
import { rolloutSequence } from "./rolloutSequence.js";
import type { DistillMetrics } from "./metrics.js";
import { scoreCompletions } from "./scoreCompletions.js";
import { sftLosses } from "./sftLoss.js";
import type { Teachers } from "./teachers.js";

/** Losses of one step, and what they cost. */
export interface DistillStep {
  losses: Loss[];
  /** Tokens of one forward and backward pass. */
  trained: number;
  /** Tokens that were or will be read by forward passes alone. */
  scored: number;
  /** How far apart student and teachers are, from the loss before the update. */
  distance: (loss: number) => Pick<DistillMetrics, "kl" | "kls">;
}

/** Prepare one step; on-policy, the teachers score every rollout here. */
export function distillLosses(
  rollouts: readonly Rollout[],
  settings: DistillSettings,
  student: Policy,
  teachers: Teachers,
): DistillStep {
  const { method, temperature, updatesPerRollout } = settings;
  const rows = rollouts.map(rolloutSequence);
  const trained = sumTokens(rows);
  const routed = teachers.route(rollouts.map(({ task }) => task.domain));
  const passes = { maxTokens: settings.microBatchTokens, temperature };
  switch (method) {
    case "onPolicy": {
      const scores: Float32Array[] = [];
      for (const { teacher, indices } of routed) {
        const own = indices.map((i) => rows[i]!);
        scoreCompletions(teacher, own, passes).forEach((score, j) => {
          scores[indices[j]!] = score;
        });
      }
      const old =
        updatesPerRollout > 1
          ? scoreCompletions(student, rows, passes)
          : undefined;
      const samples = distillSamples(rollouts, scores, old);
      return {
        losses: grpoLosses(student.config, samples, {
          ...passes,
          clipEps: settings.clipEps,
          clipEpsHigh: settings.clipEpsHigh,
          importanceSampling: "none",
        }),
        trained,
        scored: old ? 2 * trained : trained,
        distance: () => klEstimate(rollouts, scores),
      };
    }
    case "reverseKl":
    case "forwardKl": {
      const direction = method === "reverseKl" ? "reverse" : "forward";
      const taught = routed.map(({ teacher, indices }) => ({
        teacher,
        rows: indices.map((i) => rows[i]!),
      }));
      return {
        losses: fullKlLosses(student.config, taught, { ...passes, direction }),
        trained,
        scored: trained * updatesPerRollout,
        distance: (loss) => ({ kl: loss }),
      };
    }
    case "offPolicy": {
      const written = rollouts.flatMap(({ logprobs }) => logprobs);
      const tokens = rows.reduce((sum, row) => sum + completionLength(row), 0);
      const own = written.reduce((a, b) => a + b, 0) / tokens;
      return {
        losses: sftLosses(student.config, rows, passes.maxTokens),
        trained,
        scored: 0,
        distance: (loss) => ({ kl: own + loss }),
      };
    }
  }
}
