/** An index of one records file: where each line lies and what it says, without its texts. */
import { closeSync, readSync } from "node:fs";
import type {
  EvaluationRecord,
  RecordsHeader,
} from "../../evaluate/records.js";
import { GrowingLines, openRegular } from "../../io/index.js";
import { failure } from "./failure.js";

/** Where the texts of a record begin; what stands before is short. */
const TEXTS = ',"completion":';

/** Bytes of a line in which its texts begin, or which are all of it. */
const HEAD = 1024;

/** Bytes of a header at most. */
const MOST_HEADER = 2 ** 16;

/** Samples of a task at most: pages have a place for each of every task. */
const MOST_SAMPLES = 10_000;

/** Places for samples of a file's tasks at most, taken or not. */
const MOST_PLACES = 1e7;

const LETTERS: ReadonlyMap<string, string> = new Map([
  ["correct", "c"],
  ["wrong", "w"],
  ["noAnswer", "n"],
  ["truncated", "t"],
]);

/** A record without its texts, if the line is one. */
type Head = Pick<
  EvaluationRecord,
  "task" | "sample" | "reward" | "outcome" | "tokens"
>;

/**
 * The records of a file by place, read once and then only where the file grew. The texts stay in the file.
 *
 * Cost: a line that keeps texts is looked at in its first kilobyte; 10⁵ records take some tenths of a second.
 *
 * @example
 * const index = new RecordsIndex("data/hard/runs/full/seed1/scores/T1/math/aime24.jsonl");
 * index.refresh();
 * index.letter(0, 1) // "c": the second sample of the first task is correct
 */
export class RecordsIndex {
  header: RecordsHeader | null = null;
  /** Names of the tasks in the order of the file. */
  tasks: string[] = [];
  /** Lines that are no record. */
  broken = 0;
  private places = new Map<string, number>();
  private offsets: number[] = [];
  private sizes: number[] = [];
  private letters: string[] = [];
  private rewards: number[] = [];
  private counts: number[] = [];
  private keeps: boolean[] = [];
  /** Line of sample s of task i, at `lines[i][s]`. */
  private lines: (number | undefined)[][] = [];
  private readonly source: GrowingLines;

  constructor(readonly path: string) {
    this.source = new GrowingLines(path, failure, {
      clear: () => this.clear(),
      line: (bytes, offset) => this.line(bytes, offset),
    });
  }

  /** Samples of a task that the header asks for. */
  get samples(): number {
    return this.header?.samples ?? 1;
  }

  /**
   * Read what is new in the file.
   *
   * @returns whether anything was
   */
  refresh(): boolean {
    return this.source.refresh();
  }

  /** Letter of a sample's outcome (see `OUTCOMES`); "-" where there is none. */
  letter(task: number, sample: number): string {
    const line = this.lines[task]?.[sample];
    return line === undefined ? "-" : this.letters[line]!;
  }

  /** Tokens of a sample; 0 where there is none. */
  tokens(task: number, sample: number): number {
    const line = this.lines[task]?.[sample];
    return line === undefined ? 0 : this.counts[line]!;
  }

  /** Whether a sample's text was kept. */
  isKept(task: number, sample: number): boolean {
    const line = this.lines[task]?.[sample];
    return line !== undefined && this.keeps[line]!;
  }

  /** Place of a task; undefined where the file has none of this name. */
  placeOf(task: string): number | undefined {
    return this.places.get(task);
  }

  /** Mean reward of a task over its samples. */
  mean(task: number): number {
    const own = (this.lines[task] ?? []).flatMap((line) =>
      line === undefined ? [] : [this.rewards[line]!],
    );
    return own.reduce((sum, reward) => sum + reward, 0) / own.length;
  }

  /** The whole record of a sample, from the file; null where there is none. */
  record(task: number, sample: number): Record<string, unknown> | null {
    const line = this.lines[task]?.[sample];
    if (line === undefined) return null;
    const { file } = openRegular(this.path, failure);
    try {
      const bytes = Buffer.alloc(this.sizes[line]!);
      readSync(file, bytes, 0, bytes.length, this.offsets[line]!);
      return JSON.parse(bytes.toString("utf8")) as Record<string, unknown>;
    } catch {
      // Rewritten since it was indexed; the next refresh sees that.
      return null;
    } finally {
      closeSync(file);
    }
  }

  private clear(): void {
    this.header = null;
    this.tasks = [];
    this.broken = 0;
    this.places = new Map();
    this.offsets = [];
    this.sizes = [];
    this.letters = [];
    this.rewards = [];
    this.counts = [];
    this.keeps = [];
    this.lines = [];
  }

  private line(bytes: Buffer, offset: number): void {
    if (offset === 0) {
      this.header = headerOf(bytes);
      if (this.header === null) this.broken++;
      return;
    }
    const { head, keeps } = headOf(bytes);
    if (head === null) {
      this.broken++;
      return;
    }
    const { task, sample, reward, outcome, tokens } = head;
    if (sample >= this.samples) {
      this.broken++;
      return;
    }
    let place = this.places.get(task);
    if (place === undefined) {
      place = this.tasks.length;
      if ((place + 1) * this.samples > MOST_PLACES)
        throw failure(
          `${this.path} must have at most ${MOST_PLACES} samples of all tasks, got ${this.samples} of each of more than ${place} tasks`,
        );
      this.places.set(task, place);
      this.tasks.push(task);
      this.lines.push([]);
    }
    this.lines[place]![sample] = this.offsets.length;
    this.offsets.push(offset);
    this.sizes.push(bytes.length);
    this.letters.push(
      LETTERS.get(String(outcome)) ?? (reward === 1 ? "c" : "w"),
    );
    this.rewards.push(reward);
    this.counts.push(tokens);
    this.keeps.push(keeps);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function headerOf(bytes: Buffer): RecordsHeader | null {
  if (bytes.length > MOST_HEADER) return null;
  const value = parse(bytes.toString("utf8")) as RecordsHeader | undefined;
  const isHeader =
    typeof value?.benchmark === "string" &&
    (value.samples === undefined ||
      (Number.isInteger(value.samples) &&
        value.samples >= 1 &&
        value.samples <= MOST_SAMPLES));
  return isHeader ? value : null;
}

/**
 * Whether a file begins with the header of records.
 *
 * @throws StudyError it is not readable
 */
export function isRecordsFile(path: string): boolean {
  const { file } = openRegular(path, failure);
  try {
    const bytes = Buffer.alloc(MOST_HEADER);
    const count = readSync(file, bytes, 0, bytes.length, 0);
    const end = bytes.subarray(0, count).indexOf("\n");
    return end >= 0 && headerOf(bytes.subarray(0, end)) !== null;
  } finally {
    closeSync(file);
  }
}

/** What a line says before its texts. */
function headOf(bytes: Buffer): { head: Head | null; keeps: boolean } {
  const end = bytes.subarray(0, HEAD).indexOf(TEXTS);
  // Inside a JSON text the quotes of `TEXTS` would be escaped, so it can only be the field.
  const short =
    end < 0 ? undefined : parse(`${bytes.toString("utf8", 0, end)}}`);
  const value = (short ?? parse(bytes.toString("utf8"))) as
    (Head & { completion?: unknown }) | undefined;
  const isHead =
    typeof value?.task === "string" &&
    Number.isInteger(value.sample) &&
    value.sample >= 0 &&
    typeof value.reward === "number" &&
    Number.isFinite(value.reward) &&
    Number.isFinite(value.tokens);
  const keeps =
    short !== undefined || typeof value?.completion === "string";
  return { head: isHead ? value : null, keeps };
}
