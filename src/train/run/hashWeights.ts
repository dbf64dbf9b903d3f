/** Identity of the weights of a model folder. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../../error.js";

/**
 * SHA-256 of the weights of a model folder: of its safetensors files in the order of their names.
 *
 * @throws CheckpointError the folder has none
 */
export function hashWeights(folder: string): string {
  let files: string[];
  try {
    files = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
  } catch (cause) {
    throw new CheckpointError(
      `hashWeights: ${folder} must be a model folder, got "${String(cause)}"`,
      { cause },
    );
  }
  if (files.length === 0)
    throw new CheckpointError(
      `hashWeights: ${folder} must hold a safetensors file, got none`,
    );
  const hash = createHash("sha256");
  for (const file of files.sort())
    hash.update(readFileSync(join(folder, file)));
  return hash.digest("hex");
}
