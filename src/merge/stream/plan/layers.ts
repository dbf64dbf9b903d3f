/** Layers in the names of tensors. */

/** A name cut at its layer number. */
export interface LayerName {
  /** Everything before the number; one per stack of layers. */
  stack: string;
  layer: number;
  /** Everything behind it. */
  rest: string;
}

const PATTERN = /^(.*?(?:^|\.)(?:layers|blocks|block|layer|h)\.)(\d+)(\..*)$/;

/**
 * Cut a name at the number of its layer; null for a tensor outside the layers (embedding, last norm, output head).
 *
 * @example
 * layerOf("model.layers.3.mlp.up_proj.weight")?.layer // 3
 */
export function layerOf(name: string): LayerName | null {
  const match = PATTERN.exec(name);
  if (match === null) return null;
  return { stack: match[1]!, layer: Number(match[2]), rest: match[3]! };
}

/** Number of layers of each stack: one more than the largest number. */
export function countLayers(names: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) {
    const found = layerOf(name);
    if (found === null) continue;
    const { stack, layer } = found;
    counts.set(stack, Math.max(counts.get(stack) ?? 0, layer + 1));
  }
  return counts;
}

/** Where a layer lies in its stack, from 0 at the first to 1 at the last; a stack of one layer has it at 1, as in mergekit. */
export function depth(layer: number, layers: number): number {
  return layers === 1 ? 1 : layer / (layers - 1);
}
