/** Records: one scored sample per line of JSON, appended while an evaluation runs and put in order when it is complete. */
import { appendFileSync, existsSync, mkdirSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import type { FinishReason, Verdict } from "../domains/index.js";
import { InfrastructureError, TaskError } from "../error.js";
import type { Style } from "./style.js";
import { BUDGETS, readText, writeFileAtomically } from "../io/index.js";

/** One scored sample. */
export interface EvaluationRecord {
  /** Identity of the task. */
  task: string;
  /** Which of the K samples of this task, from 0. */
  sample: number;
  reward: 0 | 1;
  outcome: Verdict["outcome"];
  finish: FinishReason;
  /** Tokens that the model sampled, all turns together. */
  tokens: number;
  /** How the answer thinks; absent in records from before it was kept. */
  style?: Style;
  /** What the model wrote (for an agent the whole transcript); only for the samples the evaluation was asked to keep. */
  completion?: string;
  /** The verifier's one-line reason, kept together with `completion`. */
  detail?: string;
  /** Tokens of the transcript with the natural log-probability of each that the model sampled; only where the evaluation was asked to keep them. */
  pieces?: [string, number | null][];
}

/** First line of a records file: what was evaluated and how. A file with another header is another evaluation. */
export interface RecordsHeader {
  benchmark: string;
  items: number;
  samples: number;
  seed: number;
  temperature: number;
  topP: number;
  /** Whether every turn had to begin with thinking; absent where the model was free. */
  think?: "forced";
  /** SHA-256 of the tasks, so that records never outlive a change of the benchmark. */
  tasks: string;
  /** SHA-256 of the model, or a caller's own name for it. */
  model: string;
}

const OUTCOMES: readonly string[] = [
  "correct",
  "wrong",
  "noAnswer",
  "truncated",
];

function isRecord(value: unknown): value is EvaluationRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Partial<Record<keyof EvaluationRecord, unknown>>;
  return (
    typeof record.task === "string" &&
    Number.isInteger(record.sample) &&
    (record.reward === 0 || record.reward === 1) &&
    typeof record.outcome === "string" &&
    OUTCOMES.includes(record.outcome) &&
    (record.finish === "stop" || record.finish === "length") &&
    Number.isInteger(record.tokens)
  );
}

/** What a records file holds. */
export interface RecordsFile {
  header: RecordsHeader;
  records: EvaluationRecord[];
  /** Bytes of whole lines; what lies behind was being written when the process died. */
  bytes: number;
}

/**
 * Read a records file.
 *
 * @throws TaskError the file is empty, or a line other than the half-written last one is not a record; names the line
 */
export function readRecords(path: string): RecordsFile {
  const text = readText(
    path,
    BUDGETS.lines,
    (message, cause) => new TaskError(`readRecords: ${message}`, { cause }),
  );
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const lines = whole.split("\n").slice(0, -1);
  if (lines.length === 0)
    throw new TaskError(
      `readRecords: ${path} must start with a header line, got an empty file`,
    );
  const parsed = lines.map((line, i) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      throw new TaskError(
        `readRecords: ${path} line ${i + 1} must be JSON, got ${JSON.stringify(line.slice(0, 60))}`,
      );
    }
  });
  const header = parsed[0] as Partial<RecordsHeader> | null;
  if (
    typeof header !== "object" ||
    header === null ||
    typeof header.benchmark !== "string"
  ) {
    throw new TaskError(
      `readRecords: ${path} line 1 must be a header, got ${JSON.stringify(parsed[0]).slice(0, 60)}`,
    );
  }
  const records = parsed.slice(1).map((value, i) => {
    if (!isRecord(value)) {
      throw new TaskError(
        `readRecords: ${path} line ${i + 2} must be a record, got ${JSON.stringify(value).slice(0, 60)}`,
      );
    }
    return value;
  });
  return {
    header: header as RecordsHeader,
    records,
    bytes: Buffer.byteLength(whole),
  };
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

/**
 * Records of earlier, interrupted work under the same header, ready to be appended to; starts the file otherwise.
 *
 * A half-written last line is cut off. A file with another header belongs to another evaluation: of another model, of other tasks, with
 * other settings. It is refused, or replaced where the caller owns the file and says so.
 *
 * @param options  replace: replace the records of another evaluation; default false
 * @returns the records that are already there
 * @throws TaskError the file holds records of another evaluation, or is broken
 */
export function openRecords(
  path: string,
  header: RecordsHeader,
  { replace = false }: { replace?: boolean } = {},
): EvaluationRecord[] {
  if (existsSync(path)) {
    const old = readWhole(path);
    const differs =
      old === null
        ? undefined
        : (Object.keys(header) as (keyof RecordsHeader)[]).find(
            (key) => old.header[key] !== header[key],
          );
    if (old !== null && differs === undefined) {
      truncateSync(path, old.bytes);
      return old.records;
    }
    if (old !== null && !replace)
      throw new TaskError(
        `records: ${path} must be of this evaluation, got ${differs} ${JSON.stringify(old.header[differs!])} where ${JSON.stringify(header[differs!])} is evaluated; give another folder`,
      );
  }
  replaceFile(path, line(header));
  return [];
}

// A file whose first line was cut short holds no work; anything else that is broken is an error for a person to see.
function readWhole(path: string): RecordsFile | null {
  const text = readText(
    path,
    BUDGETS.lines,
    (message, cause) => new TaskError(`readRecords: ${message}`, { cause }),
  );
  return text.includes("\n") ? readRecords(path) : null;
}

function writable(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    const { message } = cause as Error;
    throw new InfrastructureError(
      `records: ${path} must be writable, got "${message}"`,
      { cause },
    );
  }
}

/** How every file of records begins. */
const BEGINNING = '{"benchmark":';

function replaceFile(path: string, text: string): void {
  writable(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileAtomically(path, [Buffer.from(text, "utf8")], {
      // A killed writer may have left the beginning of a first line.
      replaces: (head) =>
        head.startsWith(BEGINNING) || BEGINNING.startsWith(head),
      kind: "records",
    });
  });
}

/**
 * Append records in one write.
 *
 * @throws InfrastructureError the disk refuses, for example because it is full
 */
export function appendRecords(
  path: string,
  records: readonly EvaluationRecord[],
): void {
  writable(path, () => appendFileSync(path, records.map(line).join("")));
}

/** Write the complete file in its canonical order (tasks as in the benchmark, then samples), so that a resumed run has the same bytes. */
export function finishRecords(
  path: string,
  header: RecordsHeader,
  records: readonly EvaluationRecord[],
): void {
  replaceFile(path, line(header) + records.map(line).join(""));
}
