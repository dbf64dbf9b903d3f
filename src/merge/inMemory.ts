/** Merges parameter maps with the methods that see one tensor at a time. */
import type { Params } from "../checkpoint/index.js";
import { checkModels } from "./models.js";
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

/** What the survey of a method found, after as many rounds as it needs; undefined for a method without one. */
function survey(
  method: Pick<MergeMethod, "survey">,
  inputs: readonly TensorInput[],
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
    const total = inputs
      .map((input): Survey => plan.tensor(input, options, round))
      .reduce((a, b) => plan.combine(a, b));
    result = plan.finish(total, round);
  }
  return result.found;
}

/**
 * Merge parameter maps.
 *
 * @param method   what to do with a tensor
 * @param caller   name for messages
 * @param options  complete options, the same for every tensor
 * @param context  seed and dialect
 * @throws RangeError no expert, or a value is not finite · ShapeError a tensor is missing or differs in shape
 */
export function mergeParams(
  method: Pick<MergeMethod, "survey" | "tensor">,
  caller: string,
  base: Params,
  experts: readonly Params[],
  options: TensorOptions,
  { seed, dialect }: Pick<MergeContext, "seed" | "dialect">,
): Params {
  const models = checkModels(caller, base, experts);
  const inputs = [...models.base].map(
    ([name, { shape, data }]): TensorInput => ({
      name,
      shape,
      length: data.length,
      base: arraySource(data),
      experts: models.experts.map((expert) =>
        arraySource(expert.get(name)!.data),
      ),
      ids: models.experts.map((_, index) => `${index}`),
    }),
  );
  const context: MergeContext = { seed, dialect, chunk: CHUNK };
  const found = survey(method, inputs, options, context);
  const merged: Params = new Map();
  for (const input of inputs) {
    const { dtype, shape } = models.base.get(input.name)!;
    const data = new Float32Array(input.length);
    method.tensor(
      input,
      options,
      { ...context, survey: found },
      (start, values) => data.set(values, start),
    );
    merged.set(input.name, { dtype, shape: [...shape], data });
  }
  return models.finish(merged);
}
