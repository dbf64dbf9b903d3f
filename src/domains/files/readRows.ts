/** Rows of a data file: JSON lines or a JSON list, plain or gzipped. */
import { readFileSync, statSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { TaskError } from "../../error.js";

/** One row: column → value. */
export type FileRow = Readonly<Record<string, unknown>>;

/** Most bytes of a file, and of what it unpacks to. */
const MOST_BYTES = 1 << 29;

function text(path: string): string {
  const file = statSync(path, { throwIfNoEntry: false });
  if (!file) throw new TaskError(`readRows: ${path} not found`);
  if (!file.isFile()) throw new TaskError(`readRows: ${path} must be a file`);
  if (file.size > MOST_BYTES)
    throw new TaskError(
      `readRows: ${path} must have at most ${MOST_BYTES} bytes, has ${file.size}`,
    );
  const bytes = readFileSync(path);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString("utf8");
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES }).toString("utf8");
  } catch (error) {
    throw new TaskError(
      `readRows: ${path} must be whole gzip data; ${(error as Error).message}`,
    );
  }
}

function parse(json: string, where: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new TaskError(`readRows: ${where} must be JSON`);
  }
}

/**
 * Read all rows of a file: a JSON list, an object that holds one, or one JSON object per line; gzip is recognised by its bytes.
 *
 * @throws TaskError not found, too large, no JSON, or a row that is no object; names the line
 * @example
 * readRows("HumanEval.jsonl.gz").length // 164
 */
export function readRows(path: string): FileRow[] {
  const content = text(path);
  const isList = content.trimStart().startsWith("[");
  const lines = content
    .split("\n")
    .map((line, i) => [line, i + 1] as const)
    .filter(([line]) => line.trim() !== "");
  const values = isList
    ? (parse(content, path) as unknown[]).map(
        (value, i) => [value, `${path}[${i}]`] as const,
      )
    : lines.map(
        ([line, i]) => [parse(line, `${path}:${i}`), `${path}:${i}`] as const,
      );
  return values.map(([value, where]) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new TaskError(`readRows: ${where} must be an object`);
    return value as FileRow;
  });
}
