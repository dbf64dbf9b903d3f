/** A model folder that another trainer wrote, taken over as one of ours. */
import {
  Checkpoint,
  compareConfigurations,
  isDtype,
  readConfiguration,
  scanTensor,
  writeModelFolder,
  type Param,
  type Params,
} from "../checkpoint/index.js";
import { CheckpointError, TrainError } from "../error.js";
import { folderFilesOf } from "../model/index.js";

/**
 * Check the folder of a model that was trained from `init`, and write it as a folder of ours: the tensors, dtype as stored, with
 * configuration, tokenizer and template of `init`. One tensor at a time is in memory.
 *
 * @param folder      what the trainer left
 * @param init        folder that it started from
 * @param out         folder to write
 * @param provenance  where it came from
 * @throws TrainError the folder is incomplete, its configuration or tensors are not those of `init`, or a value is NaN or infinite;
 *   nothing is written
 * @throws CheckpointError `init` breaks its format, or `out` cannot be written
 * @example
 * takeModel("models/math", "models/sft", "models/taken", { trainer: "trl" });
 */
export function takeModel(
  folder: string,
  init: string,
  out: string,
  provenance: object,
): void {
  const start = Checkpoint.open(init);
  let trained: Checkpoint | undefined;
  try {
    trained = openTrained(folder, init, start);
    writeModelFolder(out, {
      config: { ...readConfiguration(init) },
      params: streamed(trained, [...start.tensors.keys()]),
      files: folderFilesOf(init),
      provenance,
    });
  } finally {
    trained?.close();
    start.close();
  }
}

/** The trained weights, checked; whatever is wrong with them is the trainer's fault. */
function openTrained(
  folder: string,
  init: string,
  start: Checkpoint,
): Checkpoint {
  let trained: Checkpoint | undefined;
  try {
    checkConfiguration(folder, init);
    trained = Checkpoint.open(folder, { mode: "reference" });
    checkTensors(trained, start);
    return trained;
  } catch (error) {
    trained?.close();
    if (!(error instanceof CheckpointError)) throw error;
    throw new TrainError(`takeModel: ${error.message}`, { cause: error });
  }
}

function checkConfiguration(folder: string, init: string): void {
  const own = readConfiguration(folder, "takeModel");
  if (own === null)
    throw new TrainError(
      `takeModel: ${folder} must hold a whole model, got no config.json`,
    );
  const [first] = compareConfigurations(readConfiguration(init)!, own);
  if (first !== undefined)
    throw new TrainError(
      `takeModel: ${folder} must have the configuration of ${init}, got another ${first.key}`,
    );
}

function checkTensors(trained: Checkpoint, start: Checkpoint): void {
  const own = [...trained.tensors.keys()].find(
    (name) => !start.tensors.has(name),
  );
  if (own !== undefined)
    throw new TrainError(
      `takeModel: ${trained.path} must have the tensors of ${start.path}, got ${JSON.stringify(own)} too`,
    );
  for (const [name, { shape }] of start.tensors) {
    const found = trained.tensor(name);
    if (found.shape.join() !== shape.join())
      throw new TrainError(
        `takeModel: ${trained.path}: tensor ${JSON.stringify(name)} must have shape (${shape.join(", ")}), got (${found.shape.join(", ")})`,
      );
    const fault = scanTensor(trained, name)?.fault;
    if (fault)
      throw new TrainError(
        `takeModel: ${trained.path}: tensor ${JSON.stringify(name)} must be finite, got ${fault.value} at ${fault.index}`,
      );
  }
}

/** Parameters that are read while they are written. */
function streamed(checkpoint: Checkpoint, names: readonly string[]): Params {
  return new Map(
    names.map((name): [string, Param] => {
      const { dtype, shape, elements } = checkpoint.tensor(name);
      if (!isDtype(dtype))
        throw new TrainError(
          `takeModel: ${checkpoint.path}: tensor ${JSON.stringify(name)} must hold numbers that m2rl reads, got ${dtype}`,
        );
      return [
        name,
        {
          dtype,
          shape: [...shape],
          get data(): Float32Array {
            const data = new Float32Array(elements);
            checkpoint.read(name, 0, data);
            return data;
          },
        },
      ];
    }),
  );
}
