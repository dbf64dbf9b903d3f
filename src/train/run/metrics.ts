/** What a training step reports: one JSON line of the log. */
import type { Domain, Verdict } from "../../domains/index.js";

/** Tokens that a step worked on. */
export interface TokenCounts {
  /** Read but not sampled: prompts and tool results of rollouts. */
  prefill: number;
  /** Sampled by the policy. */
  sampled: number;
  /** Sent through forward and backward pass, padding not counted. */
  trained: number;
  /** Read by a forward pass for their log-probs: by teachers, by a reference, by the policy before several updates. */
  scored?: number;
}

/** Wall-clock time of a step; the only fields that differ between two runs of the same seed. */
export interface StepSeconds {
  /** Making the batch: sampling rollouts, or reading examples. */
  rollout: number;
  /** Judging it: verifiers and environments, and the teachers of a distillation. */
  reward: number;
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

/** What the rollouts of a step were like. */
export interface RolloutMetrics {
  /** Mean over all rollouts of the step. */
  reward: number;
  /** Mean over the rollouts of each domain that occurred. */
  rewards: Partial<Record<Domain, number>>;
  /** Share of the rollouts by outcome. */
  outcomes: Record<Verdict["outcome"], number>;
  /** Groups of the step, and those of equal reward, which give no gradient. */
  groups: number;
  zeroVarianceGroups: number;
  /** Estimate of the policy's entropy: −mean log-prob of its sampled tokens, nats per token. */
  entropy: number;
  /** Mean sampled tokens of a rollout. */
  completionTokens: number;
}

/** What the rollouts of one domain were like; as in `RolloutMetrics`. */
export interface DomainMetrics {
  reward: number;
  /** Share of truncated rollouts. */
  truncated: number;
  groups: number;
  zeroVarianceGroups: number;
  entropy: number;
  completionTokens: number;
}

/** Fields of a GRPO step. */
export interface GrpoMetrics extends StepMetrics, RolloutMetrics {
  /** Mean of the rewards that were trained on, of a run whose `reward` is a control; `reward` is the verifiers' mean in every run. */
  trainedReward?: number;
  /** By domain, of the domains that occurred; unless `logDomains` is false. */
  domains?: Partial<Record<Domain, DomainMetrics>>;
  /** Share of the trained tokens on which clipping acted in the last update on these rollouts; 0 where that is the first one. */
  clipFraction: number;
  /**
   * How far the policy has moved from the model that it started from, nats per token: mean of log p(policy) − log p(start) over the
   * sampled tokens, an estimate of KL(policy‖start); on every step that the option `logKl` names, and on every step of a run with
   * `klCoef`, there of the rollouts that are trained on.
   */
  kl?: number;
  /** The same over the rollouts of each domain that occurred. */
  kls?: Partial<Record<Domain, number>>;
}

/** Fields of a step of fine-tuning on one domain's correct answers. */
export interface ImitationMetrics extends StepMetrics {
  /** Answers that were learned from. */
  answers: number;
  /** Answers that were drawn; the others were wrong. */
  drawn: number;
}

/** Fields of a distillation step. The rewards are looked at and not learned from. */
export interface DistillMetrics extends StepMetrics, RolloutMetrics {
  /** By domain, of the domains that occurred. */
  domains: Partial<Record<Domain, DomainMetrics>>;
  /** Share of the trained tokens on which clipping acted in the last update; of "onPolicy" only. */
  clipFraction?: number;
  /**
   * How far the student is from the teachers before the update, nats per token. "onPolicy": mean of log p(student) − log p(teacher)
   * over the sampled tokens, an estimate of KL(student‖teacher); "offPolicy": the same of KL(teacher‖student) on the teachers'
   * tokens; "reverseKl" and "forwardKl": the loss itself, which is exact at every position.
   */
  kl: number;
  /** The same over the rollouts of each domain that occurred; of "onPolicy" only, where every token is scored anyway. */
  kls?: Partial<Record<Domain, number>>;
}
