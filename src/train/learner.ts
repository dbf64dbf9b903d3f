/** A policy that learns: its weights on the engine, the optimizer's moments, and one update that changes both. */
import type { Params } from "../checkpoint/index.js";
import { tf, type Tensor1D } from "../engine/index.js";
import { TrainError } from "../error.js";
import type { Policy } from "../model/index.js";
import { firstNotFinite } from "./finite.js";
import { lossAndGradient, type Loss } from "./gradient.js";
import {
  flatten,
  inOrder,
  layoutOf,
  unflatten,
  type Layout,
} from "./layout.js";
import {
  adamw,
  globalNorm,
  initAdamW,
  type AdamWOptions,
  type AdamWState,
  type Store,
} from "./optimizer.js";
import { roundBf16 } from "./roundBf16.js";

/** Optimizer settings that stay the same for a whole run. */
export type LearnerOptions = Omit<AdamWOptions, "learningRate">;

/** What one update reports. */
export interface Update {
  /** Loss before the update, nats. */
  loss: number;
  /** Global norm of the gradient before clipping. */
  gradNorm: number;
}

/** Holds a policy and its optimizer state until `dispose`. The policy's tensors are replaced by each update. */
export class Learner {
  readonly layout: Layout;
  private state: AdamWState;

  /** @param policy owned by the learner from now on; rounded at once when `store` is "bfloat16" */
  constructor(
    readonly policy: Policy,
    private readonly options: LearnerOptions,
  ) {
    this.layout = layoutOf(policy.weights);
    this.state = initAdamW(this.layout);
    if (options.store === "bfloat16") {
      const flat = flatten(this.layout, inOrder(this.layout, policy.weights));
      this.replaceWeights(roundBf16(flat));
      flat.dispose();
    }
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
    const { loss, gradient } = lossAndGradient(
      this.layout,
      this.policy.weights,
      losses,
    );
    try {
      const gradNorm = globalNorm(gradient);
      if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) {
        const culprit = firstNotFinite(
          this.layout,
          this.policy.weights,
          gradient,
        );
        throw new TrainError(
          `${where}: loss and gradient must be finite, got loss ${loss} and gradient norm ${gradNorm}; first in ${culprit}`,
        );
      }
      this.step(gradient, gradNorm, learningRate);
      return { loss, gradNorm };
    } finally {
      gradient.dispose();
    }
  }

  private step(
    gradient: Tensor1D,
    gradNorm: number,
    learningRate: number,
  ): void {
    const flat = flatten(
      this.layout,
      inOrder(this.layout, this.policy.weights),
    );
    const next = adamw(this.layout, flat, gradient, gradNorm, this.state, {
      ...this.options,
      learningRate,
    });
    tf.dispose([flat, this.state.first, this.state.second]);
    this.state = next.state;
    this.replaceWeights(next.weights);
  }

  /** Put a flat vector in the place of the policy's tensors; the vector is used up. */
  private replaceWeights(flat: Tensor1D): void {
    const named = unflatten(this.layout, flat);
    flat.dispose();
    for (const [name, tensor] of named) {
      this.policy.weights.get(name)!.dispose();
      this.policy.weights.set(name, tensor);
    }
  }

  /** Everything that the next update depends on, exactly: weights by name, moments as `optimizer.first` and `optimizer.second`. */
  toParams(): { params: Params; updates: number } {
    const params = this.policy.toParams("F32");
    for (const moment of ["first", "second"] as const) {
      const data = Float32Array.from(this.state[moment].dataSync());
      params.set(`optimizer.${moment}`, {
        dtype: "F32",
        shape: [data.length],
        data,
      });
    }
    return { params, updates: this.state.step };
  }

  /** Go back to what `toParams` returned. */
  restore({ params, updates }: { params: Params; updates: number }): void {
    const moment = (name: string): Tensor1D =>
      tf.tensor1d(Float32Array.from(this.saved(params, name)));
    const named = this.layout.entries.map(({ name, shape }) =>
      tf.tensor(Float32Array.from(this.saved(params, name)), shape),
    );
    const flat = flatten(this.layout, named);
    tf.dispose([...named, this.state.first, this.state.second]);
    this.state = {
      step: updates,
      first: moment("optimizer.first"),
      second: moment("optimizer.second"),
    };
    this.replaceWeights(flat);
  }

  private saved(params: Params, name: string): Float32Array {
    const param = params.get(name);
    if (!param)
      throw new TrainError(`restore: checkpoint must hold "${name}", got none`);
    return param.data;
  }

  /** Free the engine's memory, the policy's included. */
  dispose(): void {
    tf.dispose([this.state.first, this.state.second]);
    this.policy.dispose();
  }
}
