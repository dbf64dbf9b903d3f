/** What a training step reports: one JSON line of the log. */
import type { Domain, Verdict } from "../domains/index.js";

/** Tokens that a step worked on. */
export interface TokenCounts {
  /** Read but not sampled: prompts and tool results of rollouts. */
  prefill: number;
  /** Sampled by the policy. */
  sampled: number;
  /** Sent through forward and backward pass, padding not counted. */
  trained: number;
}

/** Wall-clock time of a step; the only fields that differ between two runs of the same seed. */
export interface StepSeconds {
  /** Making the batch: rollouts with their verdicts, or reading examples. */
  rollout: number;
  /** Gradient and optimizer. */
  update: number;
  total: number;
}

/** Fields of every kind of training. */
export interface StepMetrics {
  /** 0-based; the numbers of line s describe the policy after s updates. */
  step: number;
  /** Nats a token (SFT, pre-training); clipped policy-gradient objective (GRPO). */
  loss: number;
  /** Global norm of the gradient before clipping. */
  gradNorm: number;
  learningRate: number;
  tokens: TokenCounts;
  seconds: StepSeconds;
}

/** Fields of a GRPO step. */
export interface GrpoMetrics extends StepMetrics {
  /** Mean over all rollouts of the step. */
  reward: number;
  /** Mean over the rollouts of each domain that occurred. */
  rewards: Partial<Record<Domain, number>>;
  /** Share of the rollouts by outcome. */
  outcomes: Record<Verdict["outcome"], number>;
  /** Groups of the step, and those of equal reward, which give no gradient. */
  groups: number;
  zeroVarianceGroups: number;
  /** Estimate of the policy's entropy: −mean log-prob of its sampled tokens, nats a token. */
  entropy: number;
  /** Mean sampled tokens of a rollout. */
  completionTokens: number;
}
