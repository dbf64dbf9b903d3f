/** Content hashes: of a specification, a file and a model folder. They decide what is done and what must run again. */
import { readdirSync, statSync } from "node:fs";
import { hashModel } from "../../checkpoint/index.js";
import { canonicalJson, hashFile, hashText } from "../../io/index.js";

/** Characters of a hash. */
const LENGTH = 32;

/** A value that JSON can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** Hash of a JSON value; the order of keys does not matter. */
export function hashJson(value: Json): string {
  return hashText(canonicalJson(value)).slice(0, LENGTH);
}

/** Hash of a file, or of a model folder by its configuration, weights and tokenizer; null where there is none. */
export function hashPath(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return null;
  if (stat.isFile()) return hashFile(path).slice(0, LENGTH);
  if (!stat.isDirectory()) return null;
  return hasWeights(path) ? hashModel(path) : null;
}

/** Whether a folder holds weights. */
export function hasWeights(folder: string): boolean {
  return readdirSync(folder).some((name) => name.endsWith(".safetensors"));
}

/** An object as JSON holds it: what cannot be written is gone. */
export function toJson(value: object): {
  readonly [key: string]: Json | undefined;
} {
  return JSON.parse(JSON.stringify(value)) as Record<string, Json>;
}
