/**
 * Counter-based random numbers: (seed, stream name, index) → number, the same on every machine, thread count and order of calls.
 *
 * The generator is Threefry-2x32 with 20 rounds (Salmon et al. 2011, "Parallel Random Numbers: As Easy as 1, 2, 3").
 *
 * @module
 */

/** A key made from a seed and a stream name; two keys with other names give independent numbers. */
export interface Key {
  readonly k0: number;
  readonly k1: number;
}

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;

function rotate(x: number, r: number): number {
  return (x << r) | (x >>> (32 - r));
}

/**
 * One Threefry-2x32-20 block.
 *
 * @param key      64-bit key as two 32-bit words
 * @param c0       low counter word
 * @param c1       high counter word
 * @returns two unsigned 32-bit words
 */
export function threefry(key: Key, c0: number, c1: number): [number, number] {
  const ks = [
    key.k0 | 0,
    key.k1 | 0,
    (0x1bd11bda ^ key.k0 ^ key.k1) | 0,
  ] as const;
  let x0 = (c0 + ks[0]) | 0;
  let x1 = (c1 + ks[1]) | 0;
  for (let group = 0; group < 5; group++) {
    const offset = group % 2 === 0 ? 0 : 4;
    for (let i = 0; i < 4; i++) {
      x0 = (x0 + x1) | 0;
      x1 = rotate(x1, ROTATIONS[offset + i]!) ^ x0;
    }
    x0 = (x0 + ks[(group + 1) % 3]!) | 0;
    x1 = (x1 + ks[(group + 2) % 3]! + group + 1) | 0;
  }
  return [x0 >>> 0, x1 >>> 0];
}

function fnv(text: string, basis: number): number {
  let hash = basis;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/**
 * Key of a named stream.
 *
 * @param seed    any safe integer
 * @param stream  name of the stream, for example `"grpo/math/rollout"`
 * @example
 * uniform(key(1, "dropout"), 0)
 */
export function key(seed: number, stream = ""): Key {
  if (!Number.isSafeInteger(seed))
    throw new RangeError(`key: seed must be a safe integer, got ${seed}`);
  const [k0, k1] = threefry(
    { k0: seed >>> 0, k1: Math.floor(seed / 2 ** 32) >>> 0 },
    fnv(stream, 0x811c9dc5),
    fnv(stream, 0x050c5d1f),
  );
  return { k0, k1 };
}

/**
 * The `index`-th uniform number of a stream, in [0, 1), with 53 random bits.
 *
 * @example
 * uniform(key(1, "sample"), 41)
 */
export function uniform(k: Key, index: number): number {
  const [a, b] = threefry(k, index >>> 0, Math.floor(index / 2 ** 32) >>> 0);
  return ((a >>> 5) * 67108864 + (b >>> 6)) / 9007199254740992;
}

/**
 * Threefry blocks in bulk: `out[2i]` and `out[2i + 1]` are the two words of block `first + i`, as `threefry(key, first + i, 0)` gives them.
 *
 * @param first  counter of the first block, below 2⁵³
 * @param out    an even number of words
 * @example
 * fillWords(key(1, "drop"), 0, new Uint32Array(64))
 */
export function fillWords(k: Key, first: number, out: Uint32Array): void {
  const k0 = k.k0 | 0;
  const k1 = k.k1 | 0;
  const k2 = (0x1bd11bda ^ k0 ^ k1) | 0;
  for (let i = 0; i < out.length; i += 2) {
    const counter = first + (i >>> 1);
    let x0 = (counter + k0) | 0;
    let x1 = (Math.floor(counter / 2 ** 32) + k1) | 0;
    // The rounds of `threefry`, four written out at a time: an array of constants and a loop over it cost four times as much.
    let [a, b, c] = [k1, k2, k0];
    for (let injection = 1; ; injection += 2) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
      x0 = (x0 + a) | 0;
      x1 = (x1 + b + injection) | 0;
      if (injection === 5) break;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
      x0 = (x0 + b) | 0;
      x1 = (x1 + c + injection + 1) | 0;
      const last = c;
      c = b;
      b = a;
      a = last;
    }
    out[i] = x0;
    out[i + 1] = x1;
  }
}

const WORDS = new Uint32Array(2048);

/**
 * Uniform numbers in bulk: `out[i]` is `uniform(key, first + i)`, bit for bit.
 *
 * @example
 * fillUniform(key(1, "drop"), 0, new Float64Array(100))
 */
export function fillUniform(k: Key, first: number, out: Float64Array): void {
  for (let from = 0; from < out.length; from += WORDS.length / 2) {
    const count = Math.min(WORDS.length / 2, out.length - from);
    fillWords(k, first + from, WORDS.subarray(0, 2 * count));
    for (let i = 0; i < count; i++)
      out[from + i] =
        ((WORDS[2 * i]! >>> 5) * 67108864 + (WORDS[2 * i + 1]! >>> 6)) /
        9007199254740992;
  }
}

/** A cursor over one stream, for generators that draw a variable number of values. */
export class Random {
  private index = 0;
  private readonly k: Key;

  /** @param seed any safe integer · @param stream name of the stream */
  constructor(seed: number, stream = "") {
    this.k = key(seed, stream);
  }

  /** Uniform number in [0, 1). */
  next(): number {
    return uniform(this.k, this.index++);
  }

  /** Uniform integer in [low, high], both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One element of a non-empty list. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0)
      throw new RangeError("pick: list must not be empty, got 0 items");
    return items[this.int(0, items.length - 1)]!;
  }

  /** A new list in random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [out[i], out[j]] = [out[j]!, out[i]!];
    }
    return out;
  }

  /** `count` different elements in random order. */
  sample<T>(items: readonly T[], count: number): T[] {
    if (count > items.length) {
      throw new RangeError(
        `sample: count must be at most ${items.length}, got ${count}`,
      );
    }
    return this.shuffle(items).slice(0, count);
  }

  /** Standard normal number (Box–Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }
}
