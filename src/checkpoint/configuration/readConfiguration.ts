/** Read the config.json of a model. */
import { lstatSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { CheckpointError } from "../../error.js";
import { modelPlace } from "../adapter/modelPlace.js";
import { BUDGETS, readJsonObject } from "../../io/index.js";
import type { Configuration } from "./meaningOf.js";

/**
 * The object in the config.json of a model folder, of the folder of a .safetensors file, or of the base of an adapter; null where there is none.
 *
 * @param caller  first word of messages; default none
 * @throws CheckpointError the file is not readable, too large or too deep, or no JSON object
 * @example
 * readConfiguration("data/nano/base")?.model_type // "qwen3"
 */
export function readConfiguration(
  path: string,
  caller = "",
): Configuration | null {
  const { base } = modelPlace(path);
  const isFolder = statSync(base, { throwIfNoEntry: false })?.isDirectory();
  const file = join(isFolder === true ? base : dirname(base), "config.json");
  // A link to nothing is an error, no absence.
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return null;
  return readJsonObject(
    file,
    BUDGETS.config,
    (text, cause) =>
      new CheckpointError(caller === "" ? text : `${caller}: ${text}`, {
        cause,
      }),
  );
}
