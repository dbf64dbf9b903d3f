/** Which settings of GRPO TRL has, and how `train_trl.py` calls them. */
import {
  DISTILL_SETTINGS,
  GRPO_SETTINGS,
  type DistillSettings,
  type GrpoSettings,
  type SettingTable,
} from "../../train/index.js";

type Name = keyof typeof GRPO_SETTINGS;

/** Arguments of the script for one setting. */
type Write<Value> = (value: Value) => readonly string[];

const as =
  (flag: string): Write<number | string> =>
  (value) => [flag, String(value)];

/** Settings that TRL has; one that is not here must keep its default. */
const WRITTEN: { readonly [Key in Name]?: Write<GrpoSettings[Key]> } = {
  steps: as("--steps"),
  promptsPerStep: as("--prompts"),
  groupSize: as("--group"),
  temperature: as("--temperature"),
  learningRate: as("--learning-rate"),
  betas: (betas) => ["--betas", ...betas.map(String)],
  weightDecay: as("--weight-decay"),
  clip: as("--clip"),
  clipEps: as("--clip-eps"),
  clipEpsHigh: as("--clip-eps-high"),
  klCoef: as("--kl"),
  entropyCoef: as("--entropy"),
  importanceSampling: as("--importance-sampling"),
  advantage: as("--advantage"),
  reduction: as("--reduction"),
  overlong: as("--overlong"),
  gradientCheckpointing: (on) => (on ? ["--gradient-checkpointing"] : []),
};

/** Choices that m2rl has and TRL has not. */
const UNKNOWN: { readonly [Key in Name]?: readonly string[] } = {
  advantage: ["leaveOneOut"],
  overlong: ["penalty"],
};

/** Settings that say how our trainer computes and not what. */
const OURS: readonly string[] = ["microBatchTokens"];

/** What a run must not ask of TRL: the option, and what must hold of it. */
export interface TrlRefusal {
  key: string;
  text: string;
}

/** What TRL cannot do of options that one of our tables describes. */
function refusal(
  table: SettingTable,
  options: Readonly<Record<string, unknown>>,
): TrlRefusal | null {
  for (const [key, row] of Object.entries(table)) {
    const value = options[key];
    if (value === undefined || OURS.includes(key)) continue;
    const refused = UNKNOWN[key as Name]?.includes(String(value)) ?? false;
    const isKnown = Object.hasOwn(WRITTEN, key) && !refused;
    if (!isKnown && value !== row.default)
      return {
        key,
        text: `must be left out with trainer trl, which has no such ${refused ? "choice" : "setting"}; got ${JSON.stringify(value)}`,
      };
  }
  return null;
}

/**
 * What TRL cannot do of a run's options; null where it can do all.
 *
 * @example
 * trlRefusal({ dynamicSampling: true })?.key // "dynamicSampling"
 */
export function trlRefusal(
  options: Readonly<Record<string, unknown>>,
): TrlRefusal | null {
  return refusal(GRPO_SETTINGS, options);
}

/**
 * As `trlRefusal`, of a distillation: on-policy, one update a step.
 *
 * @example
 * trlDistillRefusal({ method: "reverseKl" })?.key // "method"
 */
export function trlDistillRefusal(
  options: Readonly<Record<string, unknown>>,
): TrlRefusal | null {
  const { groupSize = DISTILL_SETTINGS.groupSize.default } = options;
  if (Number(groupSize) < 2)
    return {
      key: "groupSize",
      text: `must be at least 2 with trainer trl, got ${String(groupSize)}`,
    };
  return refusal(DISTILL_SETTINGS, options);
}

/** The settings of a run as arguments of `train_trl.py`. */
export function trlArguments(
  settings: Readonly<Partial<GrpoSettings>> | DistillSettings,
): string[] {
  const given = settings as Readonly<Partial<GrpoSettings>>;
  const write = <Key extends Name>(key: Key): readonly string[] =>
    given[key] === undefined
      ? []
      : (WRITTEN[key]?.(given[key] as GrpoSettings[Key]) ?? []);
  return (Object.keys(WRITTEN) as Name[]).flatMap(write);
}
