/** A policy that learns: its weights on the engine, the optimizer's moments, and one update that changes both. */
import type { Params } from "../../checkpoint/index.js";
import { engineKernels, tf, type Tensor } from "../../engine/index.js";
import { TrainError } from "../../error.js";
import { streamParams, type Lora, type Policy } from "../../model/index.js";
import {
  adamw,
  globalNorm,
  zeroMoments,
  type AdamWOptions,
  type Moments,
  type Store,
} from "./adamw.js";
import { firstNotFinite } from "./finite.js";
import { lossAndGradient, type Loss, type LossStats } from "./gradient.js";

/** Optimizer settings that stay the same for a whole run. */
export type LearnerOptions = Omit<AdamWOptions, "learningRate">;

/** What one update reports. */
export interface Update {
  /** Loss before the update, nats. */
  loss: number;
  /** Global norm of the gradient before clipping. */
  gradNorm: number;
  /** What the losses reported beside their value, for example `clipFraction`. */
  stats: LossStats;
}

/** Holds a policy and its optimizer state until `dispose`. The policy's tensors are replaced by each update. */
export class Learner {
  private readonly moments: Map<string, Moments>;
  /** Updates done. */
  private updates = 0;

  /** The adapter that is trained; undefined where all weights are. */
  readonly lora: Lora | undefined;
  /** What the updates change: the weights, or the factors of their adapter. */
  private readonly trained: Map<string, Tensor>;

  /**
   * @param policy owned by the learner from now on; rounded at once when `store` is "bfloat16"
   * @param lora   adapter of the policy, owned likewise: it alone is trained
   */
  constructor(
    readonly policy: Policy,
    private readonly options: LearnerOptions,
    lora?: Lora,
  ) {
    this.lora = lora;
    this.trained = lora?.factors ?? policy.weights;
    this.moments = new Map(
      [...this.trained].map(([name, weight]) => [name, zeroMoments(weight)]),
    );
    if (options.store === "bfloat16")
      for (const [name, weight] of policy.weights)
        this.replace(name, engineKernels().roundBf16(weight));
  }

  /** How the weights are kept between steps. */
  get store(): Store {
    return this.options.store ?? "float32";
  }

  /**
   * One optimizer step on the sum of some losses.
   *
   * @param where names function, step and seed for the error
   * @throws TrainError the loss or the gradient is not finite; weights and moments stay as they were
   */
  update(losses: Iterable<Loss>, learningRate: number, where: string): Update {
    const { weights } = this.policy;
    const { loss, gradient, stats } = lossAndGradient(
      ...([weights, losses, this.lora] as const),
    );
    try {
      const gradNorm = globalNorm(gradient);
      if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) {
        const culprit = firstNotFinite(this.trained, gradient);
        throw new TrainError(
          `${where}: loss and gradient must be finite, got loss ${loss} and gradient norm ${gradNorm}; first in ${culprit}`,
        );
      }
      this.step(gradient, gradNorm, learningRate);
      return { loss, gradNorm, stats };
    } finally {
      tf.dispose([...gradient.values()]);
    }
  }

  /** Tensor by tensor, each gradient freed when it has been used: at no time is there a second copy of the model. */
  private step(
    gradient: Map<string, Tensor>,
    gradNorm: number,
    learningRate: number,
  ): void {
    const options = { ...this.options, learningRate };
    this.updates++;
    for (const [name, before] of this.moments) {
      const { weight, first, second } = adamw(
        this.trained.get(name)!,
        gradient.get(name)!,
        before,
        gradNorm,
        this.updates,
        options,
      );
      tf.dispose([before.first, before.second, gradient.get(name)!]);
      this.moments.set(name, { first, second });
      this.replace(name, weight);
    }
    this.lora?.apply();
  }

  private replace(name: string, weight: Tensor): void {
    this.trained.get(name)!.dispose();
    this.trained.set(name, weight);
  }

  /** Everything that the next update depends on, exactly: weights (or factors of the adapter) by name, moments as `optimizer.first.<name>` and `optimizer.second.<name>`. */
  toParams(): { params: Params; updates: number } {
    const { params, updates } = this.streamParams();
    const copies = [...params].map(
      ([name, param]) => [name, { ...param }] as const,
    );
    return { params: new Map(copies), updates };
  }

  /** The same for a writer, each tensor copied while it is read; valid until the next update. */
  streamParams(): { params: Params; updates: number } {
    const moments = [...this.moments].flatMap(([name, { first, second }]) => [
      [`optimizer.first.${name}`, first] as const,
      [`optimizer.second.${name}`, second] as const,
    ]);
    const tensors = [...this.trained, ...moments];
    return { params: streamParams(tensors), updates: this.updates };
  }

  /**
   * Go back to what `toParams` returned.
   *
   * @throws TrainError a tensor is missing
   */
  restore({ params, updates }: { params: Params; updates: number }): void {
    const saved = (name: string): Tensor => {
      const param = params.get(name);
      if (!param)
        throw new TrainError(
          `restore: checkpoint must hold "${name}", got none`,
        );
      return tf.tensor(Float32Array.from(param.data), param.shape);
    };
    for (const [name, before] of this.moments) {
      const first = saved(`optimizer.first.${name}`);
      const second = saved(`optimizer.second.${name}`);
      tf.dispose([before.first, before.second]);
      this.moments.set(name, { first, second });
      this.replace(name, saved(name));
    }
    this.lora?.apply();
    this.updates = updates;
  }

  /** Free the engine's memory, the policy's included. */
  dispose(): void {
    for (const { first, second } of this.moments.values())
      tf.dispose([first, second]);
    this.lora?.dispose();
    this.policy.dispose();
  }
}
