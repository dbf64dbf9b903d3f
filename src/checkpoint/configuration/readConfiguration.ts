/** Read the config.json of a model. */
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { CheckpointError } from "../../error.js";
import type { Configuration } from "./meaningOf.js";

/** Largest config.json that is read: real ones have kilobytes. */
const LARGEST = 16 * 2 ** 20;

/**
 * The object in the config.json of a model folder, or of the folder of a .safetensors file; null where there is none.
 *
 * @throws CheckpointError the file is not readable, too large, or no JSON object
 * @example
 * readConfiguration("data/nano/base")?.model_type // "qwen3"
 */
export function readConfiguration(path: string): Configuration | null {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  const file = join(isFolder === true ? path : dirname(path), "config.json");
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  const fail = (must: string, got: string): never => {
    throw new CheckpointError(`${file}: file must ${must}, got ${got}`);
  };
  if (!stat.isFile()) return fail("be regular", "a directory or device");
  if (stat.size > LARGEST)
    return fail(`have at most ${LARGEST} bytes`, `${stat.size}`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    return fail("hold JSON", `"${(error as Error).message}"`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return fail("hold an object", JSON.stringify(value).slice(0, 40));
  return value as Configuration;
}
