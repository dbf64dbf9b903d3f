/** Files that others wrote, read within a budget: a regular file, no larger and no deeper than its kind can sensibly be. */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  type Stats,
} from "node:fs";
import { type Failure, systemCode } from "./failure.js";

/** What a kind of file may be at most. */
export interface ReadBudget {
  /** Bytes of the file. */
  bytes: number;
  /** Arrays and objects inside each other; default 64. */
  depth?: number;
}

/** Budgets by kind of file: far above what is met in practice, far below what would fill the memory. */
export const BUDGETS: Readonly<
  Record<"config" | "tokenizer" | "yaml" | "lines" | "state", ReadBudget>
> = {
  /** config.json and the other settings of a model folder: real ones have kilobytes. */
  config: { bytes: 16e6 },
  /** tokenizer.json and other vocabularies: the largest known have some 35 MB. */
  tokenizer: { bytes: 256e6 },
  /** A recipe or a study: text that people write. */
  yaml: { bytes: 1e6 },
  /** Records, logs, rows: a line of JSON a sample. */
  lines: { bytes: 500e6 },
  /** What m2rl keeps for itself beside its work. */
  state: { bytes: 256e6 },
};

const DEPTH = 64;
const PIECE = 2 ** 16;
const LFS = "version https://git-lfs.github.com/spec/";

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a pipe";
  return stats.isSocket() ? "a socket" : "a device";
}

/**
 * Open a regular file that somebody else wrote, for reading. Links are followed; a pipe does not block, a device is not opened for long.
 *
 * @returns its descriptor, which the caller closes, and what the system says about it
 * @throws the error of `failure`: it is not there, not readable, or no regular file
 * @example
 * const { file, stats } = openRegular("log.jsonl", (text) => new StudyError(text));
 */
export function openRegular(
  path: string,
  failure: Failure,
): { file: number; stats: Stats } {
  let file: number;
  try {
    // Without waiting for the other end of a pipe.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(file);
    if (stats.isFile()) return { file, stats };
    closeSync(file);
    throw failure(`${path} must be a regular file, got ${kindOf(stats)}`);
  } catch (error) {
    throw unreadable(path, error, failure);
  }
}

/** What to throw instead of an error of the system. */
function unreadable(path: string, error: unknown, failure: Failure): unknown {
  const code = systemCode(error);
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
  return failure(
    `${path} must be readable, got ${code === "ENOENT" ? "no such file" : `"${(error as Error).message}"`}`,
    error,
  );
}

/**
 * The bytes of a file that somebody else wrote, opened as `openRegular` does.
 *
 * @throws the error of `failure`: it is not there, no regular file, larger than the budget, or a pointer of git-lfs in its place
 * @example
 * readBytes("config.json", BUDGETS.config, (text) => new CheckpointError(text))
 */
export function readBytes(
  path: string,
  { bytes }: ReadBudget,
  failure: Failure,
): Buffer {
  const { file, stats } = openRegular(path, failure);
  try {
    if (stats.size > bytes)
      throw failure(
        `${path} must have at most ${bytes} bytes, got ${stats.size}`,
      );
    const found = readUpTo(file, bytes, stats.size);
    if (found === null)
      throw failure(`${path} must have at most ${bytes} bytes, got more`);
    if (found.length < 1024 && found.toString("latin1").startsWith(LFS))
      throw failure(
        `${path} must hold its content, got a pointer of git-lfs; git lfs pull fetches the file`,
      );
    return found;
  } catch (error) {
    throw unreadable(path, error, failure);
  } finally {
    closeSync(file);
  }
}

/** All bytes of an open file; null where it goes on beyond `most`, whatever size it said. */
function readUpTo(file: number, most: number, size: number): Buffer | null {
  const parts: Buffer[] = [];
  let total = 0;
  for (let wanted = size; ; wanted = PIECE) {
    const part = Buffer.allocUnsafe(Math.max(1, wanted));
    const count = readSync(file, part, 0, part.length, null);
    if (count === 0) return Buffer.concat(parts);
    total += count;
    if (total > most) return null;
    parts.push(part.subarray(0, count));
  }
}

/** The text of a file that somebody else wrote, see `readBytes`; bytes that are no UTF-8 become U+FFFD. */
export function readText(
  path: string,
  budget: ReadBudget,
  failure: Failure,
): string {
  return readBytes(path, budget, failure).toString("utf8");
}

/**
 * How deeply arrays and objects of a JSON text lie inside each other, looked at no further than `most` + 1.
 *
 * Cost: one pass over the text, no recursion.
 */
function depthOf(text: string, most: number): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let i = 0; i < text.length && deepest <= most; i++) {
    const code = text.charCodeAt(i);
    if (inText) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inText = false;
    } else if (code === 0x22) inText = true;
    else if (code === 0x5b || code === 0x7b)
      deepest = Math.max(deepest, ++depth);
    else if (code === 0x5d || code === 0x7d) depth--;
  }
  return deepest;
}

/**
 * The value of a JSON text that somebody else wrote.
 *
 * @param subject  what it is, as messages name it
 * @throws the error of `failure`: it is no JSON, or nested more deeply than the budget
 */
export function parseJson(
  text: string,
  subject: string,
  { depth = DEPTH }: ReadBudget,
  failure: Failure,
): unknown {
  if (depthOf(text, depth) > depth)
    throw failure(
      `${subject} must hold JSON of at most ${depth} nested values, got more`,
    );
  try {
    return JSON.parse(text);
  } catch (error) {
    throw failure(
      `${subject} must hold JSON, got "${(error as Error).message}"`,
      error,
    );
  }
}

/** The value in a JSON file that somebody else wrote, see `readText` and `parseJson`. */
export function readJson(
  path: string,
  budget: ReadBudget,
  failure: Failure,
): unknown {
  return parseJson(readText(path, budget, failure), path, budget, failure);
}

/**
 * The values of a file of JSON lines, one a line; a last line without its end is left out, since a writer may have been stopped in it.
 *
 * @throws the error of `failure`: as `readBytes`, or a line is no JSON; names the line
 * @example
 * readJsonLines("log.jsonl", (text) => new Error(text))
 */
export function readJsonLines(path: string, failure: Failure): unknown[] {
  return readText(path, BUDGETS.lines, failure)
    .split("\n")
    .slice(0, -1)
    .map((line, i) =>
      parseJson(line, `${path} line ${i + 1}`, BUDGETS.lines, failure),
    );
}

/**
 * The object in a JSON file that somebody else wrote.
 *
 * @throws the error of `failure`: as `readBytes` and `parseJson`, or it holds no object
 */
export function readJsonObject(
  path: string,
  budget: ReadBudget,
  failure: Failure,
): Record<string, unknown> {
  const text = readText(path, budget, failure);
  const value = parseJson(text, path, budget, failure);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw failure(
      `${path} must hold an object, got ${text.trim().slice(0, 40)}`,
    );
  return value as Record<string, unknown>;
}
