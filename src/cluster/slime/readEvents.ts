/** slime's metrics: the event files of TensorBoard, read as lines of our own training log. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { TrainError } from "../../error.js";
import { BUDGETS, readBytes } from "../../io/index.js";

/** Scalars of one step, by tag: "rollout/raw_reward", "train/loss". */
export type Scalars = ReadonlyMap<string, number>;

/** A field of a protocol buffer: its number and its value, a number or the bytes of a message or text. */
type Field = [number: number, value: number | Buffer];

/** The fields of a message. */
function* fieldsOf(bytes: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError("it ends inside a number");
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const head = varint();
    const [field, kind] = [Math.floor(head / 8), head % 8];
    if (kind === 0) yield [field, varint()];
    else if (kind === 1) yield [field, bytes.readDoubleLE((at += 8) - 8)];
    else if (kind === 5) yield [field, bytes.readFloatLE((at += 4) - 4)];
    else if (kind === 2) {
      const length = varint();
      yield [field, bytes.subarray(at, (at += length))];
    } else throw new RangeError(`it holds wire type ${kind}`);
  }
}

/** The records of a file: length, its checksum, data, its checksum. A last one that is cut off is left out. */
function* recordsOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at + 12 <= bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    if (at + 16 + length > bytes.length) return;
    yield bytes.subarray(at + 12, at + 12 + length);
    at += 16 + length;
  }
}

/** Add the scalars of an event: step is field 2, the summary field 5, its values field 1 with tag (1) and number (2). */
function addEvent(event: Buffer, into: Map<number, Map<string, number>>): void {
  const fields = [...fieldsOf(event)];
  const step = Number(fields.find(([field]) => field === 2)?.[1] ?? 0);
  for (const [field, summary] of fields) {
    if (field !== 5 || typeof summary === "number") continue;
    for (const [, value] of fieldsOf(summary)) {
      if (typeof value === "number") continue;
      const parts = new Map(fieldsOf(value));
      const [tag, number] = [parts.get(1), parts.get(2)];
      if (!Buffer.isBuffer(tag) || typeof number !== "number") continue;
      const own = into.get(step) ?? new Map<string, number>();
      into.set(step, own.set(tag.toString(), number));
    }
  }
}

/**
 * The scalars of all event files below a folder, by step; files in the order of their names, so that a resumed run's later values stand.
 *
 * @throws TrainError there is no such file, or one breaks the format
 * @example
 * const firstReward = () => readEvents("math.slime/tb").get(0)?.get("rollout/raw_reward");
 */
export function readEvents(folder: string): ReadonlyMap<number, Scalars> {
  const fail = (text: string, cause?: unknown): TrainError =>
    new TrainError(`slime: ${text}`, { cause });
  let files: string[];
  try {
    files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch (cause) {
    throw fail(
      `${folder} must hold TensorBoard's events, got no folder`,
      cause,
    );
  }
  const found = files.filter((name) => name.includes("tfevents")).sort();
  if (found.length === 0)
    throw fail(`${folder} must hold TensorBoard's events, got none`);
  const steps = new Map<number, Map<string, number>>();
  for (const name of found) {
    const path = join(folder, name);
    const bytes = readBytes(path, BUDGETS.lines, fail);
    try {
      for (const record of recordsOf(bytes)) addEvent(record, steps);
    } catch (cause) {
      throw fail(
        `${path} must hold events, got a record that is none: ${(cause as Error).message}`,
        cause,
      );
    }
  }
  return steps;
}
