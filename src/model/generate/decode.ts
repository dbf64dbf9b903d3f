/** One-token-a-row decoding over a key-value cache by single operations, for engines that have no decoder of their own. */
import {
  Handles,
  tf,
  type DecoderCache,
  type DrawnTokens,
  type Handle,
  type Tensor,
} from "../../engine/index.js";
import type { ModelConfig } from "../config.js";
import { decodeOps, type DecodeOps } from "./decodeOps.js";
import { familyOf } from "../families.js";
import {
  composedHiddenStates,
  fusedQkv,
  headNorms,
  headScales,
  headWeight,
  HIDDEN,
  layerWeights,
  weight,
  type Weights,
} from "../forward/forward.js";
import { ropeTables } from "../forward/layers.js";
import { sampleRows } from "./sample.js";

/** Columns that a tail collects before it is appended to the prefix: copies stay small without many cache blocks. */
const TAIL = 32;

interface LayerHandles {
  input: Handle;
  qkv: Handle;
  /** Null where the family has none. */
  bias: Handle | null;
  /** Norms of the heads, or their scales where the family has no norms. */
  heads: Handle;
  out: Handle;
  post: Handle;
  gateUp: Handle;
  down: Handle;
}

/** Keys and values of one layer. */
interface Cache {
  k: Handle;
  v: Handle;
}

/**
 * Keys and values of a batch of sequences that grow by one token per step.
 *
 * The cache of a layer is a prefix, keys (B, kv, D, W) and values (B, kv, W, D), whose columns past a row's prompt are hidden by a
 * bias, and a short tail, both (B, kv, s, D), that all rows have filled. Rows that are finished are dropped with `keepRows`.
 */
export class Decoder implements DecoderCache {
  private readonly handles = new Handles();
  private readonly ops: DecodeOps;
  /** Fused weights, which the layers' handles need. */
  private readonly fused: Tensor[] = [];
  private readonly layers: LayerHandles[];
  private readonly norm: Handle;
  private readonly head: Handle;
  private readonly embed: Handle;
  private readonly tables: { cos: Float32Array; sin: Float32Array };
  private prefix: Cache[] = [];
  private prefixWidth = 0;
  private tail: Cache[] = [];
  private tailWidth = 0;
  /** (B, 1, 1, W): 0 where a row may attend, HIDDEN elsewhere. */
  private bias!: Handle;
  /** Next position of each row. */
  private positions!: Int32Array;

  /** Probabilities of the next tokens, or the hidden states that they will be computed from when somebody asks. */
  private next: Float32Array | undefined;
  private hidden: Handle | undefined;

  constructor(
    private readonly weights: Weights,
    private readonly config: ModelConfig,
    /** Scale of the logits before the softmax: 1 / temperature. */
    private readonly scale: number,
  ) {
    this.ops = decodeOps(this.handles, config.rmsEps);
    this.layers = Array.from({ length: config.layers }, (_, i) =>
      this.fuse(weights, i),
    );
    this.norm = this.handles.of(weight(weights, "model.norm.weight"));
    this.head = this.handles.of(headWeight(weights, config));
    this.embed = this.handles.of(weight(weights, "model.embed_tokens.weight"));
    this.tables = rolledRopeTables(config);
  }

  private fuse(weights: Weights, l: number): LayerHandles {
    const w = layerWeights(weights, l);
    const fuse = (make: () => Tensor): Handle => {
      const tensor = tf.tidy(make);
      this.fused.push(tensor);
      return this.handles.of(tensor);
    };
    const { headNorms: isNormed, qkvBias } = familyOf(this.config);
    return {
      input: this.handles.of(w("input_layernorm")),
      qkv: fuse(() => fusedQkv(w, "weight")),
      bias: qkvBias ? fuse(() => fusedQkv(w, "bias")) : null,
      // (H + kv, 1, D), or (H + kv, 1, 1) where heads are only scaled
      heads: fuse(() =>
        tf.expandDims(
          isNormed ? headNorms(w, this.config) : headScales(this.config),
          1,
        ),
      ),
      out: this.handles.of(w("self_attn.o_proj")),
      post: this.handles.of(w("post_attention_layernorm")),
      gateUp: fuse(() => tf.concat([w("mlp.gate_proj"), w("mlp.up_proj")])),
      down: this.handles.of(w("mlp.down_proj")),
    };
  }

  /** Read the prompts, one token list per row; equal prompts are computed once. */
  prefill(prompts: readonly (readonly number[])[]): void {
    const { handles, ops } = this;
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
    const rows = handles.upload(Int32Array.from(rowOf), [prompts.length]);
    const last = prompts.map((prompt, b) => rowOf[b]! * W + prompt.length - 1);
    // What a handle of a tensor needs must be done before the tensor is freed.
    tf.tidy(() => {
      const hidden = composedHiddenStates(
        this.weights,
        this.config,
        tf.tensor2d(ids, [unique.length, W], "int32"),
        {
          keep: (layer, { k, v }) => {
            this.prefix[layer] = {
              k: ops.gather(ops.transpose(handles.of(k)), rows),
              v: ops.gather(handles.of(v), rows),
            };
          },
        },
      );
      this.next = this.softmax(
        handles.of(tf.gather(hidden, tf.tensor1d(last, "int32"))),
      );
    });
    const bias = new Float32Array(prompts.length * W);
    prompts.forEach((prompt, b) =>
      bias.fill(HIDDEN, b * W + prompt.length, (b + 1) * W),
    );
    this.bias = handles.upload(bias, [prompts.length, 1, 1, W]);
    this.prefixWidth = W;
    this.positions = Int32Array.from(prompts, (prompt) => prompt.length);
    this.tidy();
  }

  /** Append one token to every row, (B); the vocabulary product waits until somebody asks for probabilities. */
  step(tokens: Int32Array): void {
    const { add, concat, matMul, matMulT, mul, norm, ...ops } = this.ops;
    const { headDim: D, heads, kvHeads, intermediateSize } = this.config;
    const { headNorms: isNormed } = familyOf(this.config);
    const B = tokens.length;
    const widths = [this.prefixWidth, this.tailWidth + 1] as const;
    const cos = this.rowTable(this.tables.cos, B);
    const sin = this.rowTable(this.tables.sin, B);
    let x = ops.gather(this.embed, this.handles.upload(tokens, [B])); // (B, C)
    this.tail = this.layers.map((layer, l) => {
      const product = matMulT(norm(x, layer.input, 1), layer.qkv);
      const [qkFlat, v] = ops.split(
        layer.bias === null ? product : add(product, layer.bias),
        [(heads + kvHeads) * D, kvHeads * D],
        1,
      );
      const qkHeads = ops.reshape(qkFlat, [B, heads + kvHeads, 1, D]);
      const normed = isNormed
        ? norm(qkHeads, layer.heads, 3)
        : mul(qkHeads, layer.heads);
      const qk = add(mul(normed, cos), mul(ops.roll(normed, D / 2), sin));
      const [q, k] = ops.split(qk, [heads, kvHeads], 1); // k (B, kv, 1, D)
      const column = { k, v: ops.reshape(v, [B, kvHeads, 1, D]) };
      const tail = this.tail[l] ? append(this.tail[l], column, concat) : column;
      const before = this.prefix[l]!;
      const query = ops.reshape(q, [B, kvHeads, heads / kvHeads, D]);
      const scores = concat(
        add(matMul(query, before.k), this.bias),
        matMulT(query, tail.k),
        3,
      );
      const [att, attTail] = ops.split(ops.softmax(scores), widths, 3);
      const y = add(matMul(att, before.v), matMul(attTail, tail.v)); // (B, kv, rep, D)
      x = add(x, matMulT(ops.reshape(y, [B, heads * D]), layer.out));
      const [gate, up] = ops.split(
        matMulT(norm(x, layer.post, 1), layer.gateUp),
        [intermediateSize, intermediateSize],
        1,
      );
      const wide = mul(mul(gate, ops.sigmoid(gate)), up);
      x = add(x, matMulT(wide, layer.down));
      return tail;
    });
    this.tailWidth++;
    for (let b = 0; b < B; b++) this.positions[b]!++;
    this.next = undefined;
    this.hidden = x;
    if (this.tailWidth === TAIL) this.fold();
    this.tidy();
  }

  /** Probabilities of each row's next token, (B, V) in row order. */
  probabilities(): Float32Array {
    if (this.next === undefined) {
      const normed = this.ops.norm(this.hidden!, this.norm, 1);
      this.next = this.softmax(normed);
      this.hidden = undefined;
      this.tidy();
    }
    return this.next;
  }

  /** Draw each row's next token, in JavaScript. */
  draw(uniforms: Float64Array | null): DrawnTokens {
    return sampleRows(this.probabilities(), this.positions.length, uniforms);
  }

  /** Keep only the given rows, in the given order. */
  keepRows(rows: readonly number[]): void {
    const { gather } = this.ops;
    const index = this.handles.upload(Int32Array.from(rows), [rows.length]);
    const pick = ({ k, v }: Cache): Cache => ({
      k: gather(k, index),
      v: gather(v, index),
    });
    this.prefix = this.prefix.map(pick);
    this.tail = this.tail.map(pick);
    this.bias = gather(this.bias, index);
    this.positions = Int32Array.from(rows, (row) => this.positions[row]!);
    this.next = this.hidden = undefined; // they are of the rows before
    this.tidy();
  }

  /** Free everything but the policy's own weights. */
  dispose(): void {
    this.handles.dispose();
    tf.dispose(this.fused);
  }

  /** Free what a step has left behind. */
  private tidy(): void {
    const caches = [...this.prefix, ...this.tail];
    this.handles.keepOnly([
      this.bias,
      ...caches.flatMap(({ k, v }) => [k, v]),
      ...(this.hidden === undefined ? [] : [this.hidden]),
    ]);
  }

  private softmax(hidden: Handle): Float32Array {
    const { handles, ops } = this;
    const logits = ops.matMulT(hidden, this.head);
    const scaled =
      this.scale === 1 ? logits : ops.mul(logits, handles.constant(this.scale));
    return handles.read(ops.softmax(scaled));
  }

  /** Rows of a rotary table at each row's position: (B, 1, 1, D). */
  private rowTable(table: Float32Array, B: number): Handle {
    const D = this.config.headDim;
    const rows = new Float32Array(B * D);
    for (let b = 0; b < B; b++)
      rows.set(
        table.subarray(this.positions[b]! * D, (this.positions[b]! + 1) * D),
        b * D,
      );
    return this.handles.upload(rows, [B, 1, 1, D]);
  }

  /** Append the tail to the prefix. */
  private fold(): void {
    const { concat, transpose } = this.ops;
    this.prefix = this.prefix.map((before, l) => ({
      k: concat(before.k, transpose(this.tail[l]!.k), 3),
      v: concat(before.v, this.tail[l]!.v, 2),
    }));
    const B = this.positions.length;
    const seen = new Float32Array(B * TAIL);
    this.bias = concat(
      this.bias,
      this.handles.upload(seen, [B, 1, 1, TAIL]),
      3,
    );
    this.prefixWidth += TAIL;
    this.tail = [];
    this.tailWidth = 0;
  }
}

function append(
  tail: Cache,
  column: Cache,
  concat: DecodeOps["concat"],
): Cache {
  return { k: concat(tail.k, column.k, 2), v: concat(tail.v, column.v, 2) };
}

/**
 * Rotary tables for y = x · cos + roll(x) · sin: rolled by half a head, the halves of x change places, so the first half of `sin` is
 * negative. The numbers are those of `rope`, with one copy in place of its small matrix product.
 */
function rolledRopeTables(config: ModelConfig): {
  cos: Float32Array;
  sin: Float32Array;
} {
  const { maxPositions, headDim: D, ropeTheta, ropeScaling } = config;
  const { cos, sin } = ropeTables(maxPositions, D, ropeTheta, ropeScaling);
  return { cos, sin: sin.map((value, i) => (i % D < D / 2 ? -value : value)) };
}
