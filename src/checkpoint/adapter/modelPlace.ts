/** Where the weights of a model lie: in a folder or file of their own, or in an adapter that is added to those of a base. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { CheckpointError } from "../../error.js";
import { BUDGETS, readJsonObject } from "../../io/index.js";
import { INDEX, WEIGHTS } from "../format/shardIndex.js";

/** Configuration of an adapter, as PEFT names it. */
export const ADAPTER_CONFIG = "adapter_config.json";

/** Weights of an adapter, as PEFT names them. */
export const ADAPTER_WEIGHTS = "adapter_model.safetensors";

/** Where the weights of a model lie. */
export interface ModelPlace {
  /** Folder or .safetensors file with whole weights; configuration and tokenizer are there too. */
  base: string;
  /** Folder of the adapter that is added to them; null where the base is the model. */
  adapter: string | null;
}

function isAdapter(path: string): boolean {
  return (
    existsSync(join(path, ADAPTER_CONFIG)) &&
    ![WEIGHTS, INDEX].some((name) => existsSync(join(path, name)))
  );
}

/**
 * The object in the adapter_config.json of a folder.
 *
 * @throws CheckpointError it is not readable, too large or no object
 */
export function readAdapterConfig(folder: string): Record<string, unknown> {
  return readJsonObject(
    join(folder, ADAPTER_CONFIG),
    BUDGETS.config,
    (text, cause) => new CheckpointError(text, { cause }),
  );
}

/** The base that an adapter names, by a path from its own folder or from the working directory. */
function namedBase(adapter: string): string {
  const name = readAdapterConfig(adapter)["base_model_name_or_path"];
  const found =
    typeof name === "string" && name !== ""
      ? [resolve(adapter, name), resolve(name)].find((at) => existsSync(at))
      : undefined;
  if (found === undefined)
    throw new CheckpointError(
      `${join(adapter, ADAPTER_CONFIG)}: base_model_name_or_path must be a model folder on this machine, got ${JSON.stringify(name)}; give BASE+ADAPTER instead of the adapter alone`,
    );
  return found;
}

/**
 * Where the weights of a model lie.
 *
 * A path is that of a model folder or .safetensors file, of an adapter folder as PEFT writes it (adapter_config.json,
 * adapter_model.safetensors), whose base is the one that it names, or `BASE+ADAPTER`, which says the base itself.
 *
 * @throws CheckpointError the base of an adapter is not here, or is an adapter itself
 * @example
 * modelPlace("data/nano/base").adapter // null
 */
export function modelPlace(path: string): ModelPlace {
  const given = split(path);
  if (given.adapter === null) return given;
  if (isAdapter(given.base))
    throw new CheckpointError(
      `${given.adapter}: base of an adapter must be a whole model, got another adapter, ${given.base}; write their sum as a model first`,
    );
  return given;
}

function split(path: string): ModelPlace {
  if (existsSync(path))
    return isAdapter(path)
      ? { base: namedBase(path), adapter: path }
      : { base: path, adapter: null };
  for (
    let at = path.lastIndexOf("+");
    at > 0;
    at = path.lastIndexOf("+", at - 1)
  ) {
    const [base, adapter] = [path.slice(0, at), path.slice(at + 1)];
    if (existsSync(base) && isAdapter(adapter)) return { base, adapter };
  }
  return { base: path, adapter: null };
}

/**
 * A path as `modelPlace` takes it, made absolute: of `BASE+ADAPTER` both parts.
 *
 * @param folder  what relative paths start from
 * @example
 * resolveModel("/m", "base") // "/m/base"
 */
export function resolveModel(folder: string, name: string): string {
  const whole = resolve(folder, name);
  if (existsSync(whole)) return whole;
  for (
    let at = name.lastIndexOf("+");
    at > 0;
    at = name.lastIndexOf("+", at - 1)
  ) {
    const parts = [name.slice(0, at), name.slice(at + 1)];
    const [base, adapter] = parts.map((part) => resolve(folder, part));
    if (isAdapter(adapter!)) return `${base!}+${adapter!}`;
  }
  return whole;
}
