/** The mutated files of scripts/golden/safetensorsMutations.py, made again from the same bases, tokens and random numbers. */

/** Marsaglia's xorshift32; the seeds of neighbours are far apart. */
class Random {
  private state: number;

  constructor(index: number) {
    this.state = Number((BigInt(index) * 2654435761n + 97n) % 2n ** 32n) || 1;
    for (let i = 0; i < 4; i++) this.below(1);
  }

  below(limit: number): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state % limit;
  }
}

/** All of a file, or only its header. */
function part(content: Buffer, whole: boolean): number[] {
  const length = Number(content.readBigUInt64LE());
  return [...(whole ? content : content.subarray(8, 8 + length))];
}

function edit(
  bytes: number[],
  random: Random,
  whole: boolean,
  bases: readonly Buffer[],
  tokens: readonly Buffer[],
): void {
  const kind = random.below(10);
  let at = random.below(bytes.length + 1);
  if (kind === 0 && at < bytes.length) {
    bytes[at]! ^= 1 << random.below(8);
  } else if (kind === 1 || kind === 2 || kind === 9) {
    // The next digit becomes another.
    while (at < bytes.length && !(bytes[at]! >= 48 && bytes[at]! <= 57)) at++;
    if (at < bytes.length) bytes[at] = 48 + random.below(10);
  } else if (kind === 3 || kind === 4) {
    bytes.splice(at, 0, ...tokens[random.below(tokens.length)]!);
  } else if (kind === 5) {
    bytes.splice(at, 1 + random.below(8));
  } else if (kind === 6) {
    const other = part(bases[random.below(bases.length)]!, whole);
    const start = random.below(other.length);
    bytes.splice(at, 0, ...other.slice(start, start + 1 + random.below(60)));
  } else if (kind === 7) {
    const length = 1 + random.below(12);
    const start = random.below(bytes.length + 1);
    bytes.splice(at, 0, ...bytes.slice(start, start + length));
  } else if (kind === 8 && random.below(3) === 0) {
    bytes.splice(at);
  }
}

/** The mutated file of an index. */
export function mutate(
  index: number,
  bases: readonly Buffer[],
  tokens: readonly Buffer[],
): Buffer {
  const random = new Random(index);
  const base = bases[random.below(bases.length)]!;
  const whole = random.below(4) === 0;
  const changed = part(base, whole);
  const edits = 1 + random.below(2);
  for (let i = 0; i < edits; i++) edit(changed, random, whole, bases, tokens);
  if (whole) return Buffer.from(changed);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(changed.length));
  const data = base.subarray(8 + part(base, false).length);
  return Buffer.concat([length, Buffer.from(changed), data]);
}
