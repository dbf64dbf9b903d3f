/** Whole-model calls: hidden states and label log-probabilities with gradients, and decoding over a cache. */
import type {
  DecoderCache,
  DecoderKernels,
  DecoderModel,
  DecoderShape,
  DrawnTokens,
} from "../kernels.js";
import { tf, type Tensor, type Tensor1D, type Tensor2D } from "../tf.js";
import type { TensorInfo, TorchBackend } from "./backend.js";
import { list, loadedNative, type Handle } from "./native.js";
import { reported } from "./register.js";

const info = (tensor: Tensor): TensorInfo => tensor as unknown as TensorInfo;

/** Put a shape where the addon reads it. */
function listShape(shape: DecoderShape): void {
  const { layers, heads, kvHeads, headDim, headNorms, qkvBias } = shape;
  list([layers, heads, kvHeads, headDim, Number(headNorms), Number(qkvBias)]);
}

/** Whether what is computed now will be differentiated. */
function isRecorded(): boolean {
  return (tf.engine() as unknown as { isTapeOn(): boolean }).isTapeOn();
}

function handlesOf(
  backend: TorchBackend,
  tensors: readonly Tensor[],
): Int32Array {
  return Int32Array.from(tensors, (tensor) => backend.handle(info(tensor)));
}

/** A tensor of TensorFlow.js from what the addon handed over. */
function tensorOf(taken: TensorInfo): Tensor {
  return tf.engine().makeTensorFromTensorInfo(taken as never);
}

/**
 * A differentiable call of the addon: its result keeps what the backward pass needs until it is freed.
 *
 * @param forward  computes the result's handle
 */
function differentiable(
  backend: TorchBackend,
  name: string,
  inputs: readonly Tensor[],
  forward: (isDifferentiable: boolean) => Handle,
): Tensor {
  const recorded = isRecorded();
  const apply = tf.customGrad((...given) => {
    const save = given[inputs.length] as unknown as (saved: Tensor[]) => void;
    const named = Object.fromEntries(inputs.map((x, i) => [i, info(x)]));
    const value = tensorOf(
      reported(name, named, () => backend.take(forward(recorded))),
    );
    save([value]);
    return {
      value,
      gradFunc: (dy: Tensor, [result]: Tensor[]): Tensor[] => {
        const to = new Int32Array(inputs.length);
        const [of, slope] = [result!, dy].map((x) => backend.handle(info(x)));
        reported(`gradient of ${name}`, { dy: info(dy) }, () =>
          loadedNative().gradients(of!, slope!, to),
        );
        return inputs.map(({ shape }, i) =>
          tensorOf(backend.takeAs(to[i]!, [...shape], "float32")),
        );
      },
    };
  });
  return apply(...inputs);
}

/** The whole-model calls of this engine. */
export function decoderKernels(backend: TorchBackend): DecoderKernels {
  return {
    hiddenStates({ shape, weights, rope }, ids, { gradientCheckpointing }) {
      const used = weights.slice(0, -1); // without the head
      const { cos, sin } = rope(ids.shape[1]);
      return differentiable(backend, "hiddenStates", used, (recorded) => {
        const handles = handlesOf(backend, used);
        const tokens = backend.handle(info(ids));
        listShape(shape);
        return loadedNative().hiddenForward(
          ...([handles, tokens, cos, sin, shape.rmsEps] as const),
          ...([gradientCheckpointing, recorded] as const),
        );
      }) as Tensor2D;
    },
    labelLogprobs: (hidden, head, labels): Tensor1D =>
      differentiable(backend, "labelLogprobs", [hidden, head], (recorded) =>
        loadedNative().labelForward(
          backend.handle(info(hidden)),
          backend.handle(info(head)),
          backend.handle(info(labels)),
          recorded,
        ),
      ) as Tensor1D,
    cache: (model, scale) => new TorchCache(backend, model, scale),
  };
}

/** Most tokens of prompts that are read together, padding included. */
const PREFILL_TOKENS = 16384;

/** Room for new tokens that a cache begins with; it is a multiple of the addon's 32 positions. */
const ROOM = 64;

/** Positions rounded up to the multiple that the addon wants. */
const rounded = (positions: number): number => Math.ceil(positions / 32) * 32;

/** The addon's cache; see native/decoderCache.h. */
class TorchCache implements DecoderCache {
  private readonly cache: number;
  private rows = 0;
  private room = 0;
  /** Positions in use by the longest row, or by one that has been dropped. */
  private longest = 0;
  /** Probabilities that somebody has asked for since the last step. */
  private next: Float32Array | undefined;

  constructor(
    backend: TorchBackend,
    private readonly model: DecoderModel,
    scale: number,
  ) {
    const handles = handlesOf(backend, model.weights);
    listShape(model.shape);
    const { rmsEps } = model.shape;
    this.cache = loadedNative().cacheCreate(handles, rmsEps, scale);
  }

  prefill(prompts: readonly (readonly number[])[]): void {
    const rowsOf = new Map<string, number[]>();
    prompts.forEach((prompt, row) => {
      const name = prompt.join();
      rowsOf.set(name, [...(rowsOf.get(name) ?? []), row]);
    });
    // Prompts of like length are read together.
    const unique = [...rowsOf.values()].sort(
      (a, b) => prompts[b[0]!]!.length - prompts[a[0]!]!.length,
    );
    this.rows = prompts.length;
    this.longest = prompts[unique[0]![0]!]!.length;
    this.room = rounded(this.longest + ROOM);
    const { cos, sin } = this.model.rope(this.room);
    const { headDim } = this.model.shape;
    loadedNative().cacheOpen(
      ...([this.cache, this.rows, this.room, headDim, cos, sin] as const),
    );
    for (let from = 0; from < unique.length;) {
      const width = prompts[unique[from]![0]!]!.length;
      const count = Math.max(1, Math.floor(PREFILL_TOKENS / width));
      this.read(prompts, unique.slice(from, from + count), width);
      from += count;
    }
  }

  /** Read some prompts, each given by the rows that have it. */
  private read(
    prompts: readonly (readonly number[])[],
    groups: readonly (readonly number[])[],
    width: number,
  ): void {
    const ids = new Int32Array(groups.length * width);
    groups.forEach(([row], u) => ids.set(prompts[row!]!, u * width));
    const rows = Int32Array.from(groups.flat());
    const of = Int32Array.from(
      groups.flatMap((group, u) => group.map(() => u)),
    );
    const lengths = Int32Array.from(rows, (row) => prompts[row]!.length);
    reported("prefill", {}, () =>
      loadedNative().cachePrefill(
        ...([this.cache, ids, width, rows, of, lengths] as const),
      ),
    );
  }

  step(tokens: Int32Array): void {
    if (this.longest === this.room) {
      this.room = rounded(1.5 * this.room);
      const { cos, sin } = this.model.rope(this.room);
      const { headDim } = this.model.shape;
      loadedNative().cacheGrow(this.cache, this.room, headDim, cos, sin);
    }
    reported("step", {}, () => loadedNative().cacheStep(this.cache, tokens));
    this.longest++;
    this.next = undefined;
  }

  probabilities(): Float32Array {
    if (this.next === undefined) {
      const { cacheProbabilities, read, free } = loadedNative();
      const handle = cacheProbabilities(this.cache);
      this.next = read(handle) as Float32Array;
      free(handle);
    }
    return this.next;
  }

  draw(uniforms: Float64Array | null): DrawnTokens {
    const tokens = new Int32Array(this.rows);
    const logprobs = new Float64Array(this.rows);
    loadedNative().cacheDraw(this.cache, uniforms, tokens, logprobs);
    const broken = tokens.indexOf(-2);
    if (broken >= 0)
      throw new RangeError(
        `sample: probabilities must be finite and add up to more than 0, got others in row ${broken}`,
      );
    return { tokens, logprobs };
  }

  keepRows(rows: readonly number[]): void {
    loadedNative().cacheKeep(this.cache, Int32Array.from(rows));
    this.rows = rows.length;
    this.next = undefined;
  }

  dispose(): void {
    loadedNative().cacheFree(this.cache);
  }
}
