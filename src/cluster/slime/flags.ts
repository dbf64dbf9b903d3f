/** The flags of slime that m2rl writes or lets through: slime itself drops a flag that it does not know without a word. */
import { TaskError } from "../../error.js";
import { hint } from "../../nearest.js";

/** The commit whose flags these are: version 0.3.1; a later slime may have renamed some. */
export const SLIME_COMMIT = "624b824a8";

/** What stands behind a flag. */
export type FlagKind = "switch" | "integer" | "number" | "text" | "json";

const NAMES: Readonly<Record<FlagKind, string>> = {
  switch: `colocate sequence-parallel use-dynamic-batch-size balance-data accumulate-allreduce-grads-in-fp32 attention-softmax-in-fp32
    calculate-per-token-loss disable-compute-advantages-and-returns debug-train-only debug-rollout-only use-kl-loss use-tis use-opd
    apply-chat-template rollout-shuffle group-rm log-passrate use-tensorboard use-wandb qk-layernorm swiglu disable-bias-linear
    add-qkv-bias group-query-attention untie-embeddings-and-output-weights`,
  integer: `actor-num-nodes actor-num-gpus-per-node num-gpus-per-node rollout-num-gpus rollout-num-gpus-per-engine
    tensor-model-parallel-size context-parallel-size pipeline-model-parallel-size expert-model-parallel-size
    expert-tensor-parallel-size recompute-num-layers max-tokens-per-gpu rollout-batch-size n-samples-per-prompt global-batch-size
    num-rollout num-epoch rollout-max-response-len rollout-max-prompt-len rollout-seed save-interval eval-interval
    n-samples-per-eval-prompt opd-teacher-ckpt-step num-layers hidden-size ffn-hidden-size num-attention-heads num-query-groups
    kv-channels vocab-size sglang-server-concurrency seed`,
  number: `lr min-lr lr-warmup-fraction weight-decay adam-beta1 adam-beta2 clip-grad attention-dropout hidden-dropout eps-clip eps-clip-high
    kl-loss-coef entropy-coef rollout-temperature opd-kl-coef norm-epsilon rotary-base sglang-mem-fraction-static`,
  text: `hf-checkpoint load ref-load save save-hf prompt-data input-key label-key tool-key metadata-key loss-type loss-mask-type
    rollout-function-path optimizer lr-decay-style attention-backend recompute-granularity recompute-method advantage-estimator
    kl-loss-type custom-tis-function-path rm-type rm-url reward-key eval-reward-key custom-rm-path custom-reward-post-process-path
    custom-generate-function-path opd-type opd-teacher-load rollout-stop rollout-stop-token-ids eval-config custom-config-path
    sglang-config normalization position-embedding-type tb-project-name tb-experiment-name wandb-mode wandb-dir
    save-debug-rollout-data load-debug-rollout-data dump-details data-source-path log-reward-category`,
  json: "apply-chat-template-kwargs",
};

/** Every flag with what stands behind it. */
export const SLIME_FLAGS: ReadonlyMap<string, FlagKind> = new Map(
  (Object.keys(NAMES) as FlagKind[]).flatMap((kind) =>
    NAMES[kind].split(/\s+/).map((name): [string, FlagKind] => [name, kind]),
  ),
);

/** Flags of a job by name; a switch is true, a flag that is null is not written. */
export type SlimeFlags = Readonly<
  Record<string, string | number | boolean | null>
>;

const FITS: Readonly<Record<FlagKind, (value: unknown) => boolean>> = {
  switch: (value) => value === true,
  integer: (value) => Number.isSafeInteger(value),
  number: (value) => typeof value === "number" && Number.isFinite(value),
  text: (value) => typeof value === "string" && value !== "",
  json: (value) => {
    try {
      return typeof value === "string" && JSON.parse(value) !== undefined;
    } catch {
      return false;
    }
  },
};

/**
 * Flags as arguments, each checked against the table.
 *
 * @throws TaskError a flag is not known at this commit, or its value is of another kind
 * @example
 * slimeArguments({ "use-tis": true, lr: 2e-6 }) // ["--use-tis", "--lr", "0.000002"]
 */
export function slimeArguments(flags: SlimeFlags): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    if (value === null) return [];
    const kind = SLIME_FLAGS.get(name);
    if (kind === undefined)
      throw new TaskError(
        `slime: flag must be known at ${SLIME_COMMIT}, got --${name}, which slime would drop without a word; ${hint(name, [...SLIME_FLAGS.keys()])}`,
      );
    if (!FITS[kind](value))
      throw new TaskError(
        `slime: --${name} must be ${kind === "switch" ? "a switch without a value" : `of kind ${kind}`}, got ${JSON.stringify(value)}`,
      );
    // A list of ids stands as words of their own.
    const words = name.endsWith("-ids")
      ? String(value).split(" ")
      : [plain(value)];
    return kind === "switch" ? [`--${name}`] : [`--${name}`, ...words];
  });
}

/** A number without exponent, which every parser reads alike. */
function plain(value: string | number | boolean): string {
  if (typeof value !== "number" || !String(value).includes("e"))
    return String(value);
  return value.toFixed(20).replace(/0+$/, "").replace(/\.$/, "");
}

/**
 * A flag as a user writes it, NAME=VALUE or NAME.
 *
 * @throws TaskError it is not known, or its value is of another kind
 * @example
 * readSlimeFlag("max-tokens-per-gpu=9000") // ["max-tokens-per-gpu", 9000]
 */
export function readSlimeFlag(
  text: string,
): [name: string, value: string | number | boolean] {
  const [name = "", ...rest] = text.replace(/^--/, "").split("=");
  const given = rest.length > 0 ? rest.join("=") : null;
  const kind = SLIME_FLAGS.get(name);
  const value =
    given === null
      ? true
      : kind === "integer" || kind === "number"
        ? Number(given)
        : given;
  slimeArguments({ [name]: value });
  return [name, value];
}
