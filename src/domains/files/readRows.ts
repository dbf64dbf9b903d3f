/** Rows of a data file: JSON lines, a JSON list, CSV or Parquet; plain or gzipped. */
import { gunzipSync } from "node:zlib";
import { TaskError } from "../../error.js";
import { parseJson, readBytes } from "../../io/index.js";
import { readCsv } from "../instruction/python/csv.js";
import { readParquet } from "./readParquet.js";

/** One row: column → value. */
export type FileRow = Readonly<Record<string, unknown>>;

/** Most bytes of a file, and of what it unpacks to. */
const MOST_BYTES = 1 << 29;

function unpacked(path: string): Uint8Array {
  const bytes = readBytes(
    path,
    { bytes: MOST_BYTES },
    (text) => new TaskError(`readRows: ${text}`),
  );
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    throw new TaskError(
      `readRows: ${path} must be whole gzip data; ${(error as Error).message}`,
    );
  }
}

function parse(json: string, where: string): unknown {
  return parseJson(
    json,
    where,
    { bytes: MOST_BYTES },
    (text, cause) => new TaskError(`readRows: ${text}`, { cause }),
  );
}

function jsonRows(content: string, path: string): FileRow[] {
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

function csvRows(content: string, path: string): FileRow[] {
  const [columns, ...rows] = (readCsv(content) ?? []).filter(
    (row) => row.length > 0,
  );
  if (columns === undefined)
    throw new TaskError(`readRows: ${path} must be CSV with a header`);
  return rows.map((cells, i) => {
    if (cells.length !== columns.length)
      throw new TaskError(
        `readRows: ${path} row ${i + 1} must have ${columns.length} cells, has ${cells.length}`,
      );
    return Object.fromEntries(columns.map((name, j) => [name, cells[j]]));
  });
}

/**
 * Read all rows of a file: a JSON list, one JSON object per line, CSV with a header (by the name of the file), or Parquet. Parquet and
 * gzip are recognised by their bytes.
 *
 * @returns the rows; of CSV every value is a text, of Parquet times are ISO texts and whole numbers past 2⁵³ texts of digits
 * @throws TaskError not found, too large, not readable, or a row that is not an object; names the line
 * @example
 * (await readRows("HumanEval.jsonl.gz")).length // 164
 */
export async function readRows(path: string): Promise<FileRow[]> {
  const bytes = unpacked(path);
  const magic = Buffer.from(bytes.subarray(0, 4)).toString("latin1");
  if (magic === "PAR1") return await readParquet(bytes, path, MOST_BYTES);
  const content = Buffer.from(bytes).toString("utf8");
  return /\.csv(?:\.gz)?$/iu.test(path)
    ? csvRows(content, path)
    : jsonRows(content, path);
}
