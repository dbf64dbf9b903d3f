/** Merges parameter maps with the methods that see one tensor at a time. */
import { sizeOf, type Param, type Params } from "../checkpoint/index.js";
import { checkModels } from "./models.js";
import { storedSource } from "./stream/storedSource.js";
import type {
  MergeContext,
  MergeMethod,
  Source,
  Survey,
  TensorInput,
  TensorOptions,
} from "./tensor.js";

/** Entries read at a time: results do not depend on it. */
const CHUNK = 2 ** 16;

/** An array as a source. */
export function arraySource(data: Float32Array): Source {
  return {
    length: data.length,
    read: (start, out) => out.set(data.subarray(start, start + out.length)),
  };
}

/** A parameter as a source: in pieces where it is not in memory. */
function sourceOf(param: Param): Source {
  const { dtype, shape, pieces } = param;
  return pieces === undefined
    ? arraySource(param.data)
    : storedSource({ dtype, length: sizeOf(shape), ...pieces });
}

/** What the survey of a method found, after as many rounds as it needs; undefined for a method without one. */
function survey(
  method: Pick<MergeMethod, "survey">,
  names: readonly string[],
  inputOf: (name: string) => TensorInput,
  options: TensorOptions,
  context: MergeContext,
): unknown {
  const plan = method.survey(context.dialect);
  if (plan === undefined) return undefined;
  let result: { found: unknown; again: boolean } = {
    found: undefined,
    again: true,
  };
  while (result.again) {
    const round = { ...context, survey: result.found };
    let total: Survey | undefined;
    for (const name of names)
      total = plan.tensor(inputOf(name), options, round, total);
    if (total === undefined) return undefined;
    result = plan.finish(total, round);
  }
  return result.found;
}

/**
 * Merge parameter maps, each tensor while it is read: of the models no more than some pieces are in memory, if they are read so (`checkpoint.storedParams`).
 *
 * @param method   what to do with a tensor
 * @param caller   name for messages
 * @param options  complete options, the same for every tensor
 * @param context  seed and dialect
 * @returns parameters that are merged again by each reading of their `data`; valid as long as the models are
 * @throws RangeError no expert, or a value is not finite · ShapeError a tensor is missing or differs in shape
 */
export function mergeWhileRead(
  method: Pick<MergeMethod, "survey" | "tensor">,
  caller: string,
  base: Params,
  experts: readonly Params[],
  options: TensorOptions,
  { seed, dialect }: Pick<MergeContext, "seed" | "dialect">,
): Params {
  const models = checkModels(caller, base, experts);
  const inputOf = (name: string): TensorInput => {
    const { shape } = models.base.get(name)!;
    const sources = [models.base, ...models.experts].map((model) =>
      sourceOf(model.get(name)!),
    );
    return {
      ...{ name, shape, length: sizeOf(shape), base: sources[0]! },
      experts: sources.slice(1),
      ids: models.experts.map((_, index) => `${index}`),
    };
  };
  const names = [...models.base.keys()];
  const context: MergeContext = { seed, dialect, chunk: CHUNK };
  const found = survey(method, names, inputOf, options, context);
  const merged: Params = new Map();
  for (const [name, { dtype, shape }] of models.base) {
    const param: Param = {
      dtype,
      shape: [...shape],
      get data(): Float32Array {
        const values = new Float32Array(sizeOf(shape));
        method.tensor(
          inputOf(name),
          options,
          { ...context, survey: found },
          (start, part) => values.set(part, start),
        );
        return values;
      },
    };
    merged.set(name, param);
  }
  return models.finish(merged);
}

/** Parameters whose values have all been read, once. */
export function readAll(params: Params): Params {
  return new Map([...params].map(([name, param]) => [name, { ...param }]));
}
