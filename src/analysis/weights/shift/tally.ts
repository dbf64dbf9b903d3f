/** One pass over the entries of a tensor: what the experts changed, alone, in pairs and together. */
import { cosine } from "../overlap.js";
import {
  BF16_GAP,
  markChanged,
  markChangedBf16,
  type Marked,
} from "../changed.js";
import {
  addProjected,
  countRows,
  drawSlots,
  PROJECTED,
  projectedDot,
  projectionKey,
} from "../projection.js";
import type { Key } from "../../../random.js";

/** Entries that are summed by themselves before they are added to the rest: results do not depend on how a tensor is read. */
export const BLOCK = 8192;

/** Most experts of one comparison: which of them changed an entry is kept in one byte. */
export const MOST_EXPERTS = 8;

/** What one expert did to a set of entries. Sums of disjoint sets add up, but for `largest`. */
export interface ExpertSums {
  /** Entries that count as changed. */
  changed: number;
  /** Entries with NaN or an infinity on either side; never counted as changed, and left out of every sum. */
  nonfinite: number;
  /** Σ δ², δ = expert − base. */
  squares: number;
  /** Σ |δ|. */
  mass: number;
  /** Largest |δ|. */
  largest: number;
}

/** What two experts did to the same entries. Sums of disjoint sets add up, but for `projected`. */
export interface PairSums {
  /** Entries that both changed: the overlap. */
  both: number;
  /** Those of them that moved the same way. */
  sameSign: number;
  /** Σ δ_a δ_b over all entries. */
  dot: number;
  /** The same over the overlap. */
  overlapDot: number;
  /** Σ δ_a² and Σ δ_b² over the overlap. */
  overlapSquares: [number, number];
  /** Cosine over the overlap after the projection to 256 dimensions; null where one side is zero. */
  projected: number | null;
}

/** What all experts did to a set of entries; the M experts in their order, pairs as (0, 1), (0, 2), …, (1, 2), … */
export interface Sums {
  entries: number;
  /** Σ w² of the base. */
  baseSquares: number;
  experts: ExpertSums[];
  pairs: PairSums[];
  /** Entries changed by exactly 0, 1, …, M experts. */
  ways: number[];
  /** Entries that some experts moved up and others down. */
  opposed: number;
  /** Σ over entries of the smaller of the two: total movement up, total movement down. It is what a vote on signs throws away. */
  minority: number;
}

/** Options of a `Tally`. */
export interface TallyOptions {
  /** Tolerance of the rule of change, [0, 1). */
  eta: number;
  /** Seed of the projection. */
  seed: number;
  /** Entries of the tensor: of a small one the scratch memory is small. */
  entries: number;
}

/** Pairs (a, b), a < b, in the order of `Sums.pairs`. */
export function pairsOf(experts: number): [number, number][] {
  const pairs: [number, number][] = [];
  for (let a = 0; a < experts; a++)
    for (let b = a + 1; b < experts; b++) pairs.push([a, b]);
  return pairs;
}

/** Sums over the entries that the same experts changed. */
interface PatternSums {
  /** How often each set of experts moved such an entry down. */
  signs: Float64Array;
  /** Σ δ_a δ_b, a ≤ b. */
  products: Float64Array;
  /** Projected task vectors; none where fewer than two changed the entries. */
  projected: Float64Array;
}

/** Collects the sums of one tensor, block by block; holds the scratch memory for it. */
export class Tally {
  private readonly eta: number;
  private readonly count: number;
  private readonly patterns: number;
  private readonly projectionKey: Key;
  private block = 0;
  private entries = 0;
  private baseSquares = 0;
  private signedMass = 0;
  private readonly experts: ExpertSums[];
  /** By who changed an entry; only of those that occur, since a small tensor has few of the 2^M. */
  private readonly found = new Map<number, PatternSums>();
  private readonly rows = new Float64Array(PROJECTED);
  private readonly pattern: Uint8Array;
  private readonly baseBits: Uint32Array;
  private readonly baseFloats: Float32Array;
  private readonly expertBits: Uint32Array;
  private readonly expertFloats: Float32Array;
  private readonly delta: Float64Array[];
  private readonly order: Uint16Array;
  private readonly slots: Uint16Array;
  private readonly sortedSlots: Uint16Array;
  private readonly sorted: Float64Array[];
  private readonly down: Uint8Array;
  private readonly net: Float64Array;

  /** @param tensor name of the tensor, which keys its projection · @param experts how many, 1 to 8 */
  constructor(
    tensor: string,
    experts: number,
    { eta, seed, entries }: TallyOptions,
  ) {
    const size = Math.min(BLOCK, entries);
    this.pattern = new Uint8Array(size);
    this.baseBits = new Uint32Array(size);
    this.baseFloats = new Float32Array(this.baseBits.buffer);
    this.expertBits = new Uint32Array(size);
    this.expertFloats = new Float32Array(this.expertBits.buffer);
    this.order = new Uint16Array(size);
    this.slots = new Uint16Array(size);
    this.sortedSlots = new Uint16Array(size);
    this.down = new Uint8Array(size);
    this.net = new Float64Array(size);
    this.eta = eta;
    this.count = experts;
    this.patterns = 2 ** experts;
    this.projectionKey = projectionKey(seed, tensor);
    this.experts = Array.from({ length: experts }, () => ({
      changed: 0,
      nonfinite: 0,
      squares: 0,
      mass: 0,
      largest: 0,
    }));
    const arrays = (): Float64Array[] =>
      this.experts.map(() => new Float64Array(size));
    this.delta = arrays();
    this.sorted = arrays();
  }

  /** Can `addBf16` be used: is the rule, at this η, inequality of bits? */
  get comparesBits(): boolean {
    return this.eta < BF16_GAP;
  }

  /**
   * Take in the next block of a tensor that is stored as bfloat16 by all models.
   *
   * @param base     up to `BLOCK` entries; fewer only at the end of the tensor
   * @param experts  the same entries of each expert
   */
  addBf16(base: Uint16Array, experts: readonly Uint16Array[]): void {
    widen(base, this.baseBits);
    this.pattern.fill(0);
    experts.forEach((expert, i) => {
      const marked = markChangedBf16(base, expert, 1 << i, this.pattern);
      widen(expert, this.expertBits);
      this.subtract(i, this.baseFloats, this.expertFloats, base.length, marked);
    });
    this.finishBlock(this.baseFloats, base.length, false);
  }

  /** Take in the next block as float32; otherwise as `addBf16`. */
  add(base: Float32Array, experts: readonly Float32Array[]): void {
    this.pattern.fill(0);
    experts.forEach((expert, i) => {
      const { eta, pattern } = this;
      const marked = markChanged(base, expert, eta, 1 << i, pattern);
      this.subtract(i, base, expert, base.length, marked);
    });
    this.finishBlock(base, base.length, true);
  }

  /** δ of one expert, and its own sums. */
  private subtract(
    i: number,
    base: Float32Array,
    expert: Float32Array,
    n: number,
    { changed, nonfinite }: Marked,
  ): void {
    const delta = this.delta[i]!;
    let squares = 0;
    let mass = 0;
    let largest = 0;
    for (let j = 0; j < n; j++) {
      let d = expert[j]! - base[j]!;
      if (nonfinite > 0 && !Number.isFinite(d)) d = 0;
      delta[j] = d;
      const size = Math.abs(d);
      squares += size * size;
      mass += size;
      if (size > largest) largest = size;
    }
    const sums = this.experts[i]!;
    sums.changed += changed;
    sums.nonfinite += nonfinite;
    sums.squares += squares;
    sums.mass += mass;
    sums.largest = Math.max(sums.largest, largest);
  }

  /** @param dense true where an entry that counts as unchanged may still differ a little */
  private finishBlock(base: Float32Array, n: number, dense: boolean): void {
    let squares = sumSquares(base, n);
    if (!Number.isFinite(squares)) {
      const finite = base.subarray(0, n).filter(Number.isFinite);
      squares = sumSquares(finite, finite.length);
    }
    this.baseSquares += squares;
    this.entries += n;
    if (this.count > 1) this.compare(n, dense);
    this.block++;
  }

  /** Sort the block by who changed an entry, then sum each stretch by itself. */
  private compare(n: number, dense: boolean): void {
    const { count, patterns, pattern, order, slots } = this;
    drawSlots(this.projectionKey, this.block, slots);
    countRows(slots, n, this.rows);
    const ends = new Uint32Array(patterns + 1);
    for (let j = 0; j < n; j++) ends[pattern[j]! + 1]! += 1;
    for (let p = 0; p < patterns; p++) ends[p + 1]! += ends[p]!;
    const next = ends.slice();
    for (let j = 0; j < n; j++) order[next[pattern[j]!]!++] = j;
    for (let p = 0; p < patterns; p++) {
      const from = ends[p]!;
      const to = ends[p + 1]!;
      if (from === to) continue;
      const members: number[] = [];
      for (let i = 0; i < count; i++)
        if (dense || (p >> i) & 1) members.push(i);
      this.compareStretch(p, members, from, to);
    }
  }

  private compareStretch(
    p: number,
    members: readonly number[],
    from: number,
    to: number,
  ): void {
    const { count, order, sorted, down, net } = this;
    down.fill(0, from, to);
    net.fill(0, from, to);
    for (const i of members) {
      const delta = this.delta[i]!;
      const own = sorted[i]!;
      const bit = p & (1 << i);
      for (let c = from; c < to; c++) {
        const d = delta[order[c]!]!;
        own[c] = d;
        net[c]! += d;
        down[c]! |= d < 0 ? bit : 0;
      }
    }
    const { signs, products, projected } = this.foundOf(p);
    let signedMass = 0;
    for (let c = from; c < to; c++) {
      signs[down[c]!]! += 1;
      signedMass += Math.abs(net[c]!);
    }
    this.signedMass += signedMass;
    for (const a of members) {
      for (const b of members) {
        if (b < a) continue;
        products[a * count + b]! += dot(sorted[a]!, sorted[b]!, from, to);
      }
    }
    if (!isShared(p)) return;
    for (let c = from; c < to; c++)
      this.sortedSlots[c] = this.slots[order[c]!]!;
    for (let i = 0; i < count; i++) {
      if (((p >> i) & 1) === 0) continue;
      const offset = i * PROJECTED;
      addProjected(sorted[i]!, this.sortedSlots, from, to, projected, offset);
    }
  }

  private foundOf(p: number): PatternSums {
    const { count, patterns, found } = this;
    let sums = found.get(p);
    if (sums === undefined) {
      sums = {
        signs: new Float64Array(patterns),
        products: new Float64Array(count ** 2),
        projected: new Float64Array(isShared(p) ? count * PROJECTED : 0),
      };
      found.set(p, sums);
    }
    return sums;
  }

  /** The sums of everything that was taken in. */
  sums(): Sums {
    const { count } = this;
    const ways = new Array<number>(count + 1).fill(0);
    let opposed = 0;
    // In the order of the patterns: sums of floating point numbers depend on it.
    const found = [...this.found].sort(([p], [q]) => p - q);
    for (const [p, { signs }] of found) {
      for (const s of partsOf(p)) {
        ways[bitCount(p)]! += signs[s]!;
        if (s !== 0 && s !== p) opposed += signs[s]!;
      }
    }
    if (count === 1) {
      const { changed } = this.experts[0]!;
      ways[0] = this.entries - changed;
      ways[1] = changed;
    }
    const mass = this.experts.reduce((sum, expert) => sum + expert.mass, 0);
    return {
      entries: this.entries,
      baseSquares: this.baseSquares,
      experts: this.experts.map((expert) => ({ ...expert })),
      pairs: pairsOf(count).map(([a, b]) => this.pair(found, a, b)),
      ways,
      opposed,
      // up + down is the mass and |up − down| the net movement of an entry.
      minority: count === 1 ? 0 : Math.max(0, (mass - this.signedMass) / 2),
    };
  }

  private pair(
    found: readonly (readonly [p: number, sums: PatternSums])[],
    a: number,
    b: number,
  ): PairSums {
    const { count } = this;
    const wanted = (1 << a) | (1 << b);
    const sum = {
      both: 0,
      sameSign: 0,
      dot: 0,
      overlapDot: 0,
      overlapSquares: [0, 0] as [number, number],
    };
    const left = new Float64Array(PROJECTED);
    const right = new Float64Array(PROJECTED);
    for (const [p, { signs, products, projected }] of found) {
      const dot = products[a * count + b]!;
      sum.dot += dot;
      if ((p & wanted) !== wanted) continue;
      sum.overlapDot += dot;
      sum.overlapSquares[0] += products[a * count + a]!;
      sum.overlapSquares[1] += products[b * count + b]!;
      for (const s of partsOf(p)) {
        sum.both += signs[s]!;
        if (((s >> a) & 1) === ((s >> b) & 1)) sum.sameSign += signs[s]!;
      }
      for (let r = 0; r < PROJECTED; r++) {
        left[r]! += projected[a * PROJECTED + r]!;
        right[r]! += projected[b * PROJECTED + r]!;
      }
    }
    const projected = cosine(
      projectedDot(left, right, this.rows),
      projectedDot(left, left, this.rows),
      projectedDot(right, right, this.rows),
    );
    return { ...sum, projected };
  }
}

/** Bits of bfloat16 → bits of the same float32. */
function widen(halves: Uint16Array, bits: Uint32Array): void {
  for (let j = 0; j < halves.length; j++) bits[j] = halves[j]! << 16;
}

function sumSquares(values: Float32Array, n: number): number {
  let sum = 0;
  for (let j = 0; j < n; j++) sum += values[j]! * values[j]!;
  return sum;
}

/** Σ x y over a stretch, in four interleaved sums that the processor can overlap. */
function dot(
  x: Float64Array,
  y: Float64Array,
  from: number,
  to: number,
): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let c = from;
  for (; c + 3 < to; c += 4) {
    s0 += x[c]! * y[c]!;
    s1 += x[c + 1]! * y[c + 1]!;
    s2 += x[c + 2]! * y[c + 2]!;
    s3 += x[c + 3]! * y[c + 3]!;
  }
  for (; c < to; c++) s0 += x[c]! * y[c]!;
  return s0 + s1 + (s2 + s3);
}

/** Did two experts or more change the entries of a pattern? One alone is not an overlap. */
function isShared(p: number): boolean {
  return (p & (p - 1)) !== 0;
}

/** The sets of experts that are within a pattern: who may have moved its entries down. */
function partsOf(p: number): number[] {
  const parts = [p];
  for (let s = p; s !== 0;) parts.push((s = (s - 1) & p));
  return parts;
}

function bitCount(word: number): number {
  let count = 0;
  for (let w = word; w !== 0; w &= w - 1) count++;
  return count;
}
