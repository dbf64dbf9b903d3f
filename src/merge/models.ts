/** The public door of every merge method: which models fit together, and the tied output head. */
import type { Param, Params } from "../checkpoint/index.js";
import { ShapeError } from "../error.js";

/** Base and experts that fit together, without a tied output head. */
export interface Models {
  base: Params;
  experts: Params[];
  /** Give a merged result back the tied head that was taken off. */
  finish(merged: Params): Params;
}

const EMBEDDING = "model.embed_tokens.weight";
const HEAD = "lm_head.weight";

function checkExpert(
  caller: string,
  base: Params,
  expert: Params,
  index: number,
): void {
  for (const [name, { shape }] of base) {
    const param = expert.get(name);
    if (param === undefined) {
      throw new ShapeError(
        `${caller}: tensor "${name}" must be in every model as in base, got none in experts[${index}]`,
      );
    }
    if (
      param.shape.length !== shape.length ||
      param.shape.some((dim, axis) => dim !== shape[axis])
    ) {
      throw new ShapeError(
        `${caller}: tensor "${name}" must have shape (${shape.join(", ")}) as in base, got (${param.shape.join(", ")}) in experts[${index}]`,
      );
    }
  }
  for (const name of expert.keys()) {
    if (!base.has(name)) {
      throw new ShapeError(
        `${caller}: tensors must be those of base, got an extra one, "${name}", in experts[${index}]`,
      );
    }
  }
}

function checkFinite(caller: string, params: Params, where: string): void {
  for (const [name, param] of params) {
    // What is read in pieces is checked with each piece.
    if (param.pieces !== undefined) continue;
    const { data } = param;
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(data[i]!)) {
        throw new RangeError(
          `${caller}: tensor "${name}" must be finite, got ${data[i]} at entry ${i} in ${where}`,
        );
      }
    }
  }
}

function sameValues(a: Param, b: Param): boolean {
  return (
    a.data.length === b.data.length &&
    a.data.every((value, i) => value === b.data[i])
  );
}

/** True when the output head repeats the embedding: the same parameters, stored twice. */
function hasTiedHead(params: Params): boolean {
  const embedding = params.get(EMBEDDING);
  const head = params.get(HEAD);
  return (
    embedding !== undefined && head !== undefined && sameValues(embedding, head)
  );
}

/** The same values under another dtype, read when they are asked for. */
function withDtype(param: Param, dtype: Param["dtype"]): Param {
  return {
    ...{ dtype, shape: [...param.shape] },
    get data(): Float32Array {
      return param.data.slice();
    },
  };
}

function withoutHead(params: Params): Params {
  const out = new Map(params);
  out.delete(HEAD);
  return out;
}

/**
 * Check that models fit together, and take off an output head that repeats the embedding in all of them, so that tied parameters
 * count once (in a global trim, a vote, a random mask); `finish` puts it back.
 *
 * @param caller  name of the method, for messages
 * @throws RangeError there is no expert, or a value is not finite · ShapeError an expert lacks a tensor of base, has another one, or
 *   one of another shape
 */
export function checkModels(
  caller: string,
  base: Params,
  experts: readonly Params[],
): Models {
  if (experts.length === 0)
    throw new RangeError(`${caller}: experts must not be empty, got 0 models`);
  experts.forEach((expert, index) => checkExpert(caller, base, expert, index));
  checkFinite(caller, base, "base");
  experts.forEach((expert, index) =>
    checkFinite(caller, expert, `experts[${index}]`),
  );

  if (![base, ...experts].every(hasTiedHead))
    return { base, experts: [...experts], finish: (merged) => merged };
  const finish = (merged: Params): Params => {
    const embedding = merged.get(EMBEDDING)!;
    const { dtype } = base.get(HEAD)!;
    const out: Params = new Map();
    for (const name of base.keys()) {
      out.set(
        name,
        name === HEAD ? withDtype(embedding, dtype) : merged.get(name)!,
      );
    }
    return out;
  };
  return { base: withoutHead(base), experts: experts.map(withoutHead), finish };
}

/** Check a density: the fraction of entries kept. */
export function checkDensity(
  caller: string,
  density: number,
  name = "density",
): void {
  if (!(density > 0 && density <= 1))
    throw new RangeError(
      `${caller}: ${name} must be in (0, 1], got ${density}`,
    );
}
