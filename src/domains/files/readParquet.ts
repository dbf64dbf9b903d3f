/** Rows of a Parquet file, as plain JSON values. */
import * as zlib from "node:zlib";
import { TaskError } from "../../error.js";
import { optionalPackage } from "../../optionalPackage.js";

// Loaded at the first Parquet file, so that nothing else pays for it.
const hyparquet = optionalPackage<typeof import("hyparquet")>(
  "hyparquet",
  "Parquet files",
);

type Unpack = (bytes: Uint8Array) => Uint8Array;

/** What Node itself unpacks besides Snappy, which the reader knows. */
function compressors(): Record<string, Unpack> {
  const zstd = (zlib as { zstdDecompressSync?: Unpack }).zstdDecompressSync;
  return {
    GZIP: (bytes) => zlib.gunzipSync(bytes),
    BROTLI: (bytes) => zlib.brotliDecompressSync(bytes),
    ...(zstd ? { ZSTD: (bytes) => zstd(bytes) } : {}),
  };
}

/** A value as JSON has it: times as ISO text, whole numbers past 2⁵³ as digits, bytes as base64. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint")
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, plain(item)]),
    );
  return value === undefined ? null : value;
}

/**
 * Read all rows of Parquet data: plain, Snappy, gzip or Brotli, and Zstandard where Node has it (from 22.15).
 *
 * @param bytes  the whole file
 * @param path   what errors call it
 * @param most   most bytes that the columns may unpack to
 * @throws TaskError the data are no such file, or would unpack to more
 */
export async function readParquet(
  bytes: Uint8Array,
  path: string,
  most: number,
): Promise<Record<string, unknown>[]> {
  const file = new Uint8Array(bytes).buffer;
  try {
    const metadata = hyparquet.parquetMetadata(file);
    const unpacked = metadata.row_groups
      .flatMap((group) => group.columns)
      .reduce(
        (sum, { meta_data }) =>
          sum + Number(meta_data?.total_uncompressed_size ?? 0),
        0,
      );
    if (unpacked > most)
      throw new TaskError(
        `readRows: ${path} must unpack to at most ${most} bytes, says ${unpacked}`,
      );
    const rows = await hyparquet.parquetReadObjects({
      file,
      metadata,
      compressors: compressors(),
    });
    return rows.map((row) => plain(row) as Record<string, unknown>);
  } catch (error) {
    if (error instanceof TaskError) throw error;
    throw new TaskError(
      `readRows: ${path} must be a Parquet file that can be read; ${(error as Error).message}`,
      { cause: error },
    );
  }
}
