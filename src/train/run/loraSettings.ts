/** Settings of low-rank adapters, for the trainers that start from a model. */
import { modelPlace } from "../../checkpoint/index.js";
import { Lora, LORA_TARGETS, type Policy } from "../../model/index.js";
import type { SettingsOf } from "../settings.js";

/** Adapters; a run without `loraRank` trains all weights. */
export const LORA_SETTINGS = {
  loraRank: {
    type: "integer",
    min: 1,
    doc: "Train a low-rank adapter of this rank instead of the weights; default: all weights are trained.",
  },
  loraAlpha: {
    type: "number",
    above: 0,
    doc: "Scale of the adapter: alpha / rank multiplies its product; default 2 × loraRank.",
  },
  loraTargets: {
    type: "names",
    of: LORA_TARGETS as typeof LORA_TARGETS,
    doc: "Linear layers that are adapted; default all.",
  },
  loraSave: {
    type: "choice",
    of: ["merged", "adapter"],
    doc: "Write the model with its adapter merged (default), or the adapter alone in PEFT's format, which names the model that the run started from.",
  },
} as const;

/** Settings of an adapter. */
export type LoraSettings = SettingsOf<typeof LORA_SETTINGS>;

/**
 * Check that settings of an adapter fit each other and the run.
 *
 * @param source  model that the run starts from
 * @throws RangeError one is given without `loraRank`, weights are to be rounded, or an adapter would need an adapter as its base
 */
export function checkLora(
  who: string,
  settings: Partial<LoraSettings> & { store?: string },
  source: string | undefined,
): void {
  const { loraRank, loraSave, store } = settings;
  if (loraRank === undefined) {
    for (const name of ["loraAlpha", "loraTargets", "loraSave"] as const)
      if (settings[name] !== undefined)
        throw new RangeError(
          `${who}: ${name} must be left out without loraRank, got ${JSON.stringify(settings[name])}`,
        );
    return;
  }
  if (store === "bfloat16")
    throw new RangeError(
      `${who}: store must be float32 with loraRank, since an adapter is never rounded, got bfloat16`,
    );
  if (loraSave === "adapter" && modelPlace(source!).adapter !== null)
    throw new RangeError(
      `${who}: loraSave must be merged where the run starts from an adapter, got adapter`,
    );
}

/** The adapter that a run trains; undefined where it trains all weights. */
export function startLora(
  policy: Policy,
  {
    seed,
    loraRank: rank,
    loraAlpha,
    loraTargets: targets = LORA_TARGETS,
  }: Partial<LoraSettings> & { seed: number },
): Lora | undefined {
  if (rank === undefined) return undefined;
  const alpha = loraAlpha ?? 2 * rank;
  return new Lora(policy, { rank, alpha, targets }, seed);
}
