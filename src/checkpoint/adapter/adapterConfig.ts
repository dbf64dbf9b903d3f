/** What the adapter_config.json of PEFT means. */
import { CheckpointError } from "../../error.js";

/** A low-rank adapter: W + scale · B · A for each adapted weight W. */
export interface AdapterConfig {
  /** Rows of each A and columns of each B [r]. */
  rank: number;
  /** Scale of the product, before it is divided by the rank [lora_alpha]. */
  alpha: number;
  /** Last names of the adapted layers, for example "q_proj" [target_modules]. */
  targets: readonly string[];
  /** Path of the base, from the adapter's folder [base_model_name_or_path]. */
  base: string;
}

/** Keys that do not change what a trained adapter computes: names, versions, how it was started and trained, what its tensors say anyway. */
const WITHOUT_EFFECT: readonly string[] = [
  ...["base_model_name_or_path", "revision", "task_type", "auto_mapping"],
  ...["peft_version", "inference_mode", "runtime_config", "lora_dropout"],
  ...["target_modules", "exclude_modules", "layers_pattern"],
  ...["layers_to_transform", "loftq_config", "eva_config", "corda_config"],
  ...["lora_ga_config", "megatron_core", "qalora_group_size"],
];

/** Ways to start that leave the base as it is; the others (PiSSA, OLoRA, LoftQ …) change it too. */
const PLAIN_STARTS: readonly unknown[] = [
  ...[true, false, "gaussian", "eva", "orthogonal", undefined, null],
];

function isOff(value: unknown): boolean {
  if (typeof value === "object" && value !== null)
    return Object.keys(value).length === 0;
  return [null, undefined, false, "none", "", 0].includes(value as null);
}

/**
 * The factor of B · A.
 *
 *   scale = alpha / r, or alpha / √r with `use_rslora`
 *
 * @param json   parsed adapter_config.json
 * @param where  file, for messages
 * @throws CheckpointError it is no LoRA, a number is not valid, or something is on that is not implemented (DoRA, patterns of ranks, biases,
 *   whole modules …), by name
 */
export function adapterScale(
  json: Readonly<Record<string, unknown>>,
  where: string,
): number {
  const refuse = (key: string, must: string): never => {
    throw new CheckpointError(
      `${where}: ${key} must be ${must}, got ${JSON.stringify(json[key])}`,
    );
  };
  const { peft_type: type, r, lora_alpha: alpha, ...rest } = json;
  const {
    use_rslora: rooted = false,
    init_lora_weights: start,
    ...others
  } = rest;
  if (type !== "LORA") refuse("peft_type", '"LORA"');
  if (!Number.isSafeInteger(r) || Number(r) < 1)
    refuse("r", "a positive integer");
  if (typeof alpha !== "number" || !Number.isFinite(alpha))
    refuse("lora_alpha", "a finite number");
  if (typeof rooted !== "boolean") refuse("use_rslora", "true or false");
  if (!PLAIN_STARTS.includes(start))
    refuse("init_lora_weights", "a start that leaves the base as it is");
  for (const [key, value] of Object.entries(others))
    if (!WITHOUT_EFFECT.includes(key) && !isOff(value))
      refuse(key, "off or absent, since it is not implemented");
  return Number(alpha) / (rooted === true ? Math.sqrt(Number(r)) : Number(r));
}

/** An adapter_config.json that PEFT reads. */
export function adapterToJson({
  rank,
  alpha,
  targets,
  base,
}: AdapterConfig): Record<string, unknown> {
  return {
    alpha_pattern: {},
    base_model_name_or_path: base,
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: alpha,
    lora_dropout: 0,
    modules_to_save: null,
    peft_type: "LORA",
    r: rank,
    rank_pattern: {},
    target_modules: [...targets],
    task_type: "CAUSAL_LM",
    use_dora: false,
    use_rslora: false,
  };
}
