/** One-token-a-row decoding over a key-value cache, the engine side of `generate`. */
import {
  tf,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from "../engine/index.js";
import type { ModelConfig } from "./config.js";
import {
  headNorms,
  headWeight,
  HIDDEN,
  hiddenStates,
  weight,
  type LayerCache,
  type Weights,
} from "./forward.js";
import { halfRotation, ropeTables } from "./layers.js";

/** Columns that a tail collects before it is appended to the prefix: copies stay small without many cache blocks. */
const TAIL = 32;

interface LayerWeights {
  input: Tensor;
  qkv: Tensor2D;
  norms: Tensor2D;
  out: Tensor2D;
  post: Tensor;
  gateUp: Tensor2D;
  down: Tensor2D;
}

/**
 * Keys and values of a batch of sequences that grow by one token a step.
 *
 * The cache of a layer is a prefix (B, kv, W, D), whose columns past a row's prompt are hidden by a bias, and a short tail
 * (B, kv, s, D) that all rows have filled. Rows that are finished are dropped with `keepRows`.
 */
export class Decoder {
  private readonly layers: LayerWeights[];
  private readonly norm: Tensor;
  private readonly head: Tensor2D;
  private readonly embed: Tensor2D;
  private readonly rotation: Tensor2D;
  private readonly tables: { cos: Float32Array; sin: Float32Array };
  private prefix: LayerCache[] = [];
  private tail: LayerCache[] = [];
  private tailWidth = 0;
  /** (B, 1, 1, W): 0 where a row may attend, HIDDEN elsewhere. */
  private bias!: Tensor4D;
  /** Next position of each row. */
  private positions!: Int32Array;

  constructor(
    weights: Weights,
    private readonly config: ModelConfig,
    /** Scale of the logits before the softmax: 1 / temperature. */
    private readonly scale: number,
  ) {
    this.layers = Array.from({ length: config.layers }, (_, i) =>
      this.fuse(weights, `model.layers.${i}.`),
    );
    this.norm = weight(weights, "model.norm.weight");
    this.head = headWeight(weights, config);
    this.embed = weight(weights, "model.embed_tokens.weight") as Tensor2D;
    this.rotation = halfRotation(config.headDim);
    this.tables = ropeTables(
      config.maxPositions,
      config.headDim,
      config.ropeTheta,
    );
  }

  private fuse(weights: Weights, at: string): LayerWeights {
    const at2 = (name: string): Tensor2D =>
      weight(weights, at + name) as Tensor2D;
    const parts = ["q_proj", "k_proj", "v_proj"].map((part) =>
      at2(`self_attn.${part}.weight`),
    );
    return {
      input: at2("input_layernorm.weight"),
      qkv: tf.concat(parts, 0) as Tensor2D,
      norms: tf.tidy(() => headNorms(weights, at, this.config)),
      out: at2("self_attn.o_proj.weight"),
      post: at2("post_attention_layernorm.weight"),
      gateUp: tf.concat(
        [at2("mlp.gate_proj.weight"), at2("mlp.up_proj.weight")],
        0,
      ) as Tensor2D,
      down: at2("mlp.down_proj.weight"),
    };
  }

  /**
   * Read the prompts; equal prompts are computed once.
   *
   * @param prompts one token list a row
   * @returns probabilities of each row's next token, (B, V) in row order
   */
  prefill(
    weights: Weights,
    prompts: readonly (readonly number[])[],
  ): Float32Array {
    const index = new Map<string, number>();
    const unique: (readonly number[])[] = [];
    const rowOf = prompts.map((prompt) => {
      const name = prompt.join();
      if (!index.has(name)) {
        index.set(name, unique.length);
        unique.push(prompt);
      }
      return index.get(name)!;
    });
    const W = Math.max(...unique.map((prompt) => prompt.length));
    const ids = new Int32Array(unique.length * W);
    unique.forEach((prompt, u) => ids.set(prompt, u * W));
    const rows = tf.tensor1d(rowOf, "int32");
    const result = tf.tidy(() => {
      const caches: LayerCache[] = [];
      const hidden = hiddenStates(
        weights,
        this.config,
        tf.tensor2d(ids, [unique.length, W], "int32"),
        (layer, cache) => {
          caches[layer] = {
            k: tf.gather(cache.k, rows),
            v: tf.gather(cache.v, rows),
          };
        },
      );
      const last = tf.tensor1d(
        prompts.map((prompt, b) => rowOf[b]! * W + prompt.length - 1),
        "int32",
      );
      return {
        caches,
        probabilities: this.probabilities(tf.gather(hidden, last) as Tensor2D),
      };
    }) as { caches: LayerCache[]; probabilities: Tensor };
    rows.dispose();
    this.prefix = result.caches;
    const bias = new Float32Array(prompts.length * W);
    prompts.forEach((prompt, b) =>
      bias.fill(HIDDEN, b * W + prompt.length, (b + 1) * W),
    );
    this.bias = tf.tensor4d(bias, [prompts.length, 1, 1, W]);
    this.positions = Int32Array.from(prompts, (prompt) => prompt.length);
    return read(result.probabilities);
  }

  /**
   * Append one token to every row.
   *
   * @param tokens  (B)
   * @param want    false skips the vocabulary product
   * @returns probabilities of the next token (B, V), or undefined
   */
  step(tokens: Int32Array, want: boolean): Float32Array | undefined {
    const { headDim: D, heads, kvHeads, rmsEps } = this.config;
    const B = tokens.length;
    const rep = heads / kvHeads;
    const result = tf.tidy(() => {
      const cos = this.rowTable(this.tables.cos, B);
      const sin = this.rowTable(this.tables.sin, B);
      const tails: LayerCache[] = [];
      let x = tf.gather(this.embed, tf.tensor1d(tokens, "int32"));
      this.layers.forEach((layer, l) => {
        const qkv = tf.matMul(
          norm(x, layer.input, rmsEps),
          layer.qkv,
          false,
          true,
        );
        const [qk, v] = tf.split(
          qkv,
          [(heads + kvHeads) * D, kvHeads * D],
          1,
        ) as [Tensor, Tensor];
        const normed = norm(
          tf.reshape(qk, [B, heads + kvHeads, D]),
          layer.norms,
          rmsEps,
        );
        const rotated = tf.reshape(
          tf.matMul(tf.reshape(normed, [-1, D]) as Tensor2D, this.rotation),
          normed.shape,
        );
        const turned = tf.add(tf.mul(normed, cos), tf.mul(rotated, sin));
        const [q, k] = tf.split(turned, [heads, kvHeads], 1) as [
          Tensor,
          Tensor,
        ];
        const old = this.tail[l];
        const tail: LayerCache = {
          k: append(old?.k, tf.reshape(k, [B, kvHeads, 1, D])),
          v: append(old?.v, tf.reshape(v, [B, kvHeads, 1, D])),
        };
        tails.push(tail);
        const before = this.prefix[l]!;
        const query = tf.reshape(q, [B, kvHeads, rep, D]);
        const scores = tf.concat(
          [
            tf.add(tf.matMul(query, before.k, false, true), this.bias),
            tf.matMul(query, tail.k, false, true),
          ],
          3,
        );
        const width = [before.k.shape[2], tail.k.shape[2]];
        const [p, pTail] = tf.split(tf.softmax(scores), width, 3) as [
          Tensor,
          Tensor,
        ];
        const mixed = tf.add(tf.matMul(p, before.v), tf.matMul(pTail, tail.v)); // (B, kv, rep, D)
        x = tf.add(
          x,
          tf.matMul(
            tf.reshape(mixed, [B, heads * D]) as Tensor2D,
            layer.out,
            false,
            true,
          ),
        );
        const [gate, up] = tf.split(
          tf.matMul(norm(x, layer.post, rmsEps), layer.gateUp, false, true),
          2,
          1,
        ) as [Tensor, Tensor];
        const wide = tf.mul(tf.mul(gate, tf.sigmoid(gate)), up) as Tensor2D;
        x = tf.add(x, tf.matMul(wide, layer.down, false, true));
      });
      return want
        ? {
            tails,
            probabilities: this.probabilities(norm(x, this.norm, rmsEps)),
          }
        : { tails };
    }) as { tails: LayerCache[]; probabilities?: Tensor };
    this.tail.forEach(free);
    this.tail = result.tails;
    this.tailWidth++;
    for (let b = 0; b < B; b++) this.positions[b]!++;
    if (this.tailWidth === TAIL) this.fold();
    return result.probabilities && read(result.probabilities);
  }

  /** Keep only the given rows, in the given order. */
  keepRows(rows: readonly number[]): void {
    const index = tf.tensor1d(Int32Array.from(rows), "int32");
    const pick = ({ k, v }: LayerCache): LayerCache => {
      const kept = { k: tf.gather(k, index), v: tf.gather(v, index) };
      free({ k, v });
      return kept;
    };
    this.prefix = this.prefix.map(pick);
    this.tail = this.tail.map(pick);
    const bias = tf.gather(this.bias, index);
    this.bias.dispose();
    this.bias = bias;
    index.dispose();
    this.positions = Int32Array.from(rows, (row) => this.positions[row]!);
  }

  /** Free everything but the policy's own weights. */
  dispose(): void {
    this.prefix.forEach(free);
    this.tail.forEach(free);
    tf.dispose([
      this.bias,
      this.rotation,
      ...this.layers.flatMap(({ qkv, norms, gateUp }) => [qkv, norms, gateUp]),
    ]);
    this.prefix = this.tail = [];
  }

  private probabilities(hidden: Tensor2D): Tensor {
    return tf.softmax(
      tf.mul(tf.matMul(hidden, this.head, false, true), this.scale),
    );
  }

  /** Rows of a rotary table at each row's position: (B, 1, D). */
  private rowTable(table: Float32Array, B: number): Tensor {
    const D = this.config.headDim;
    const rows = new Float32Array(B * D);
    for (let b = 0; b < B; b++)
      rows.set(
        table.subarray(this.positions[b]! * D, (this.positions[b]! + 1) * D),
        b * D,
      );
    return tf.tensor3d(rows, [B, 1, D]);
  }

  /** Append the tail to the prefix. */
  private fold(): void {
    this.prefix = this.prefix.map((before, l) => {
      const tail = this.tail[l]!;
      const joined = {
        k: tf.concat([before.k, tail.k], 2),
        v: tf.concat([before.v, tail.v], 2),
      };
      free(before);
      free(tail);
      return joined;
    });
    const wider = tf.pad(this.bias, [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, this.tailWidth],
    ]);
    this.bias.dispose();
    this.bias = wider;
    this.tail = [];
    this.tailWidth = 0;
  }
}

/** RMSNorm without a gradient: fewer calls than `rmsNorm`. */
function norm(x: Tensor, w: Tensor, eps: number): Tensor2D {
  return tf.mul(
    tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps))),
    w,
  ) as Tensor2D;
}

function append(tail: Tensor4D | undefined, column: Tensor): Tensor4D {
  return tail ? tf.concat([tail, column as Tensor4D], 2) : (column as Tensor4D);
}

function free({ k, v }: LayerCache): void {
  tf.dispose([k, v]);
}

function read(tensor: Tensor): Float32Array {
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values;
}
