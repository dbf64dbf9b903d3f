/** Low-rank adapters on the engine: the one place where an adapted weight is made. */
import {
  adapterKey,
  type AdapterConfig,
  type Params,
} from "../checkpoint/index.js";
import { tf, type Tensor, type Tensor2D } from "../engine/index.js";
import { Random } from "../random.js";
import type { Weights } from "./forward/forward.js";
import type { Policy } from "./policy.js";
import { streamParams } from "./streamParams.js";

/** The linear layers of a decoder, which an adapter may change: all of these are in every family. */
export const LORA_TARGETS = [
  "q_proj",
  "k_proj",
  "v_proj",
  "o_proj",
  "gate_proj",
  "up_proj",
  "down_proj",
] as const;

/** Last name of an adapted layer. */
export type LoraTarget = (typeof LORA_TARGETS)[number];

/** Shape of an adapter. */
export interface LoraOptions extends Pick<AdapterConfig, "rank" | "alpha"> {
  targets: readonly LoraTarget[];
}

/**
 * An adapted weight.
 *
 *   W' = W + scale · B · A
 *
 * @param weight (out, in)
 * @param a      (r, in)
 * @param b      (out, r)
 */
export function adaptedWeight(
  weight: Tensor,
  a: Tensor,
  b: Tensor,
  scale: number,
): Tensor {
  const product = tf.matMul(b as Tensor2D, a as Tensor2D);
  return tf.add(weight, tf.mul(product, scale));
}

/**
 * The adapter of a policy in training: its factors, and the policy's weights as they make them.
 *
 * The policy always has the adapted weights, so that sampling and scoring know of no adapter, and gradients of the factors follow from
 * those of the weights. That costs no pass and no second graph, but the frozen weights of the adapted layers stay beside the adapted ones.
 *
 * Source: Hu et al. 2021 (arXiv 2106.09685), §4.1; A starts uniform in ±1/√in and B at 0, as in PEFT.
 * Deviates: no dropout on the adapter's input.
 */
export class Lora {
  /** Factors by name, `<layer>.lora_A.weight` (r, in) and `<layer>.lora_B.weight` (out, r), in the order of the model. */
  readonly factors: Map<string, Tensor> = new Map();
  /** Names of the adapted weights. */
  readonly names: readonly string[];
  private readonly frozen = new Map<string, Tensor>();
  private readonly scale: number;

  /** @param policy its adapted weights are replaced by each `apply` */
  constructor(
    private readonly policy: Policy,
    readonly options: LoraOptions,
    seed: number,
  ) {
    const { rank, alpha, targets } = options;
    this.scale = alpha / rank;
    this.names = [...policy.weights.keys()].filter((name) =>
      targets.some((target) => name.endsWith(`.${target}.weight`)),
    );
    for (const name of this.names) {
      const weight = policy.weights.get(name)!;
      const [rows, columns] = weight.shape as [number, number];
      const random = new Random(seed, `lora/${name}`);
      const bound = 1 / Math.sqrt(columns);
      const start = Float32Array.from(
        { length: rank * columns },
        () => bound * (2 * random.next() - 1),
      );
      this.frozen.set(name, tf.clone(weight));
      this.factors.set(factorOf(name, "A"), tf.tensor(start, [rank, columns]));
      this.factors.set(factorOf(name, "B"), tf.fill([rows, rank], 0));
    }
  }

  /** Give the policy the weights that the factors make. */
  apply(): void {
    const { weights } = this.policy;
    for (const name of this.names) {
      const { a, b } = this.pair(name);
      const adapted = tf.tidy(() =>
        adaptedWeight(this.frozen.get(name)!, a, b, this.scale),
      );
      weights.get(name)!.dispose();
      weights.set(name, adapted);
    }
  }

  /**
   * Gradient of the factors.
   *
   *   dA = scale · Bᵀ · dW',   dB = scale · dW' · Aᵀ
   *
   * @param ofWeights gradients of the adapted weights, by their names
   * @returns by the names of the factors
   */
  gradient(ofWeights: Weights): Map<string, Tensor> {
    const gradient = new Map<string, Tensor>();
    for (const name of this.names) {
      const { a, b } = this.pair(name);
      const d = ofWeights.get(name) as Tensor2D;
      const da = tf.mul(tf.matMul(b, d, true, false), this.scale);
      const db = tf.mul(tf.matMul(d, a, false, true), this.scale);
      gradient.set(factorOf(name, "A"), da);
      gradient.set(factorOf(name, "B"), db);
    }
    return gradient;
  }

  /** The factors under PEFT's names, for a writer; valid until they change. */
  toParams(): Params {
    return streamParams(
      this.names.flatMap((name) => {
        const { a, b } = this.pair(name);
        return [
          [adapterKey(name, "A"), a] as const,
          [adapterKey(name, "B"), b] as const,
        ];
      }),
    );
  }

  private pair(name: string): { a: Tensor2D; b: Tensor2D } {
    const [a, b] = (["A", "B"] as const).map(
      (factor) => this.factors.get(factorOf(name, factor)) as Tensor2D,
    );
    return { a: a!, b: b! };
  }

  /** Free the engine's memory; the policy keeps its weights. */
  dispose(): void {
    tf.dispose([...this.factors.values(), ...this.frozen.values()]);
    this.factors.clear();
    this.frozen.clear();
  }
}

function factorOf(name: string, factor: "A" | "B"): string {
  return name.replace(/weight$/, `lora_${factor}.weight`);
}
