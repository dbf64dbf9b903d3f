/** Rows of a data file one after the other, so that files larger than the memory can be read. */
import { closeSync, createReadStream, readSync } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { TaskError } from "../../error.js";
import { BUDGETS, openRegular, parseJson } from "../../io/index.js";
import { readRows, type FileRow } from "./readRows.js";

/** A row, and where it stands: `file:line`, or `file[index]`. */
export interface PlacedRow {
  row: FileRow;
  where: string;
}

/** Most bytes of one line: a problem with all its tests has tens of megabytes at most. */
const MOST_LINE = 1 << 28;

const failure = (text: string, cause?: unknown): TaskError =>
  new TaskError(`streamRows: ${text}`, { cause });

function firstBytes(path: string): Buffer {
  const { file } = openRegular(path, failure);
  try {
    const head = Buffer.alloc(4);
    return head.subarray(0, readSync(file, head, 0, 4, 0));
  } finally {
    closeSync(file);
  }
}

/** The lines of a stream, without their ends. */
async function* linesOf(
  stream: Readable,
  path: string,
): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(0x0a, from);
      const part = chunk.subarray(from, end < 0 ? undefined : end);
      parts.push(part);
      size += part.length;
      if (size > MOST_LINE)
        throw new TaskError(
          `streamRows: ${path} must have lines of at most ${MOST_LINE} bytes`,
        );
      if (end < 0) break;
      yield Buffer.concat(parts).toString("utf8");
      [parts, size, from] = [[], 0, end + 1];
    }
  }
  if (size > 0) yield Buffer.concat(parts).toString("utf8");
}

function objectOf(line: string, where: string): FileRow {
  const value = parseJson(line, where, BUDGETS.lines, failure);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TaskError(`streamRows: ${where} must be an object`);
  return value as FileRow;
}

/**
 * The rows of a file, one after the other: JSON lines, plain or gzipped, are read as a stream in the memory of their longest line;
 * Parquet, CSV and JSON lists as `readRows` reads them, up to its limit.
 *
 * @throws TaskError not found, not readable, or a row that is not an object; names the line
 * @example
 * for await (const { row, where } of streamRows("HumanEval.jsonl.gz"))
 *   if (!("prompt" in row)) throw new Error(`${where}: no prompt`);
 */
export async function* streamRows(path: string): AsyncGenerator<PlacedRow> {
  const head = firstBytes(path);
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  const isLines = /\.(?:jsonl|ndjson)(?:\.gz)?$/iu.test(path);
  if (!isLines) {
    for (const [i, row] of (await readRows(path)).entries())
      yield { row, where: `${path}[${i}]` };
    return;
  }
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const stream: Readable = isGzip ? file.pipe(createGunzip()) : file;
  // An error of the file reaches whoever reads the stream behind it.
  if (isGzip) file.on("error", (error) => stream.destroy(error));
  let number = 0;
  try {
    for await (const line of linesOf(stream, path)) {
      number++;
      if (line.trim() === "") continue;
      yield {
        row: objectOf(line, `${path}:${number}`),
        where: `${path}:${number}`,
      };
    }
  } catch (error) {
    if (error instanceof TaskError) throw error;
    throw new TaskError(
      `streamRows: ${path} must be readable to its end; ${(error as Error).message}`,
      { cause: error },
    );
  } finally {
    file.destroy();
  }
}
