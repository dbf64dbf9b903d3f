/** The random numbers of Python's `random.Random(seed)`: some classes draw ids, times and temperatures. */

const SIZE = 624;

/** A Mersenne Twister, seeded as Python seeds it by a whole number. Source: Matsumoto and Nishimura 1998, `init_by_array`. */
export class PythonRandom {
  private readonly words = new Uint32Array(SIZE);
  private at = SIZE;

  constructor(seed: number) {
    const { words } = this;
    const key: number[] = [];
    for (let rest = BigInt(Math.abs(Math.trunc(seed))); rest > 0n; rest >>= 32n)
      key.push(Number(rest & 0xffffffffn));
    if (key.length === 0) key.push(0);
    words[0] = 19650218;
    for (let i = 1; i < SIZE; i++)
      words[i] = Math.imul(1812433253, mixed(words[i - 1]!)) + i;
    let i = 1;
    for (let k = 0; k < Math.max(SIZE, key.length); k++) {
      const j = k % key.length;
      words[i] =
        (words[i]! ^ Math.imul(mixed(words[i - 1]!), 1664525)) + key[j]! + j;
      i = this.wrapped(i);
    }
    for (let k = 1; k < SIZE; k++) {
      words[i] = (words[i]! ^ Math.imul(mixed(words[i - 1]!), 1566083941)) - i;
      i = this.wrapped(i);
    }
    words[0] = 0x80000000;
  }

  /** A whole number in [low, high]. */
  integer(low: number, high: number): number {
    const count = high - low + 1;
    const bits = count.toString(2).length;
    for (;;) {
      const drawn = this.bits(bits);
      if (drawn < count) return low + drawn;
    }
  }

  /** A number in [low, high). */
  uniform(low: number, high: number): number {
    const first = this.word() >>> 5;
    const second = this.word() >>> 6;
    return low + (high - low) * ((first * 67108864 + second) / 2 ** 53);
  }

  private wrapped(i: number): number {
    if (i + 1 < SIZE) return i + 1;
    this.words[0] = this.words[SIZE - 1]!;
    return 1;
  }

  /** At most 53 random bits as a number, the low word first. */
  private bits(count: number): number {
    let drawn = 0;
    for (let done = 0; done < count; done += 32)
      drawn += (this.word() >>> (32 - Math.min(32, count - done))) * 2 ** done;
    return drawn;
  }

  private word(): number {
    const { words } = this;
    if (this.at === SIZE) {
      for (let i = 0; i < SIZE; i++) {
        const pair =
          (words[i]! & 0x80000000) | (words[(i + 1) % SIZE]! & 0x7fffffff);
        words[i] =
          words[(i + 397) % SIZE]! ^
          (pair >>> 1) ^
          ((pair & 1) === 1 ? 0x9908b0df : 0);
      }
      this.at = 0;
    }
    let drawn = words[this.at++]!;
    drawn ^= drawn >>> 11;
    drawn ^= (drawn << 7) & 0x9d2c5680;
    drawn ^= (drawn << 15) & 0xefc60000;
    return (drawn ^ (drawn >>> 18)) >>> 0;
  }
}

const mixed = (word: number): number => word ^ (word >>> 30);
