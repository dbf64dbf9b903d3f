/** What a tensor is for, told from its Hugging Face name: its layer and its kind of matrix. */

/** The matrices of a decoder layer, in the order of the paper's Table 5. */
export const MATRICES = ["q", "k", "v", "o", "down", "up", "gate"] as const;

/** A matrix of a decoder layer. */
export type MatrixKind = (typeof MATRICES)[number];

/** How tables call the matrices, as the paper's Table 5 does. */
export const MATRIX_LABELS: Readonly<Record<MatrixKind, string>> = {
  q: "Q",
  k: "K",
  v: "V",
  o: "O",
  down: "FFN-dn",
  up: "FFN-up",
  gate: "FFN-gt",
};

/** What a tensor is for. */
export type Kind = MatrixKind | "embed" | "head" | "norm" | "bias" | "other";

/** The two groups of matrices that the paper's Figure 3 averages over. */
export const GROUPS: Readonly<Record<"attention" | "ffn", readonly Kind[]>> = {
  attention: ["q", "k", "v", "o"],
  ffn: ["up", "down", "gate"],
};

/** Which layer a tensor belongs to, counted from 0 (null: none), and what it is for. */
export interface Place {
  layer: number | null;
  kind: Kind;
}

const PROJECTION = /\.([qkvo]|up|down|gate)_proj\.weight$/;

/**
 * Layer and kind of a tensor. The matrices of a mixture's experts are up, down and gate as well.
 *
 * @example
 * placeOf("model.layers.3.self_attn.q_proj.weight") // { layer: 3, kind: "q" }
 */
export function placeOf(name: string): Place {
  const layer = /(?:^|\.)layers\.(\d+)\./.exec(name);
  return {
    layer: layer === null ? null : Number(layer[1]),
    kind: kindOf(name),
  };
}

function kindOf(name: string): Kind {
  const projection = PROJECTION.exec(name);
  if (projection !== null) return projection[1] as MatrixKind;
  if (/(?:^|\.)embed_tokens\.weight$/.test(name)) return "embed";
  if (/(?:^|\.)lm_head\.weight$/.test(name)) return "head";
  if (/norm\d*\.weight$/.test(name)) return "norm";
  if (/\.bias$/.test(name)) return "bias";
  return "other";
}

/**
 * The layer that corresponds to the paper's "17-th" of 36, counted from 0; the paper does not say whether it counts from 0 or 1, and
 * here it is 1: the layer at 17/36 of the depth.
 *
 * @example
 * correspondingLayer(36) // 16
 */
export function correspondingLayer(layers: number): number {
  return Math.max(0, Math.round((17 / 36) * layers) - 1);
}
