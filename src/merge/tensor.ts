/** What a merge method sees: one tensor of every model, read in pieces, so that a model of any size is merged in bounded memory. */
import type { Params } from "../checkpoint/index.js";
import type { SeriesStyle } from "../style.js";
import type { Dialect } from "./dialects.js";
import type { MergeOptions } from "./mergeOptions.js";

export type { Dialect } from "./dialects.js";

/** One tensor of one model as float32, read in pieces; the same piece may be read several times. */
export interface Source {
  /** Number of entries. */
  readonly length: number;
  /** Fill `out` with the entries from `start` on. */
  read(start: number, out: Float32Array): void;
}

/** One tensor of every model. */
export interface TensorInput {
  name: string;
  shape: readonly number[];
  /** Number of entries: the product of the shape. */
  length: number;
  /** The base, or null where the recipe has none. */
  base: Source | null;
  /** The experts, without the base. */
  experts: readonly Source[];
  /** One name per expert: what its random numbers depend on, whatever its position. */
  ids: readonly string[];
}

/** Value of one option, for one tensor. */
export type OptionValue = number | boolean | readonly number[];

/** All options of one tensor, checked and complete; one number per expert where the option is `perModel`. */
export type TensorOptions = Readonly<Record<string, OptionValue>>;

/** What is the same for all tensors of one merge. */
export interface MergeContext {
  /** Seed of the random methods. */
  seed: number;
  dialect: Dialect;
  /** Entries read at a time: a multiple of 65,536. Results do not depend on it. */
  chunk: number;
  /** What the last survey round found; absent in the first round, and for methods without a survey. */
  survey?: unknown;
}

/** Receives the merged tensor front to back; `values` is reused by the caller after the return. */
export type Emit = (start: number, values: Float32Array) => void;

/** A statistic of some tensors: numbers and typed arrays, so that it can be sent between threads. */
export type Survey = Readonly<
  Record<string, number | readonly number[] | Float64Array>
>;

/**
 * A statistic of the whole model that must be known before any tensor is merged. Rounds over all tensors follow one another until
 * `finish` says that no other is needed; each sees what the round before found, as `context.survey`, and so does the merge at last.
 */
export interface SurveyPlan {
  /**
   * Statistic of one tensor, and of those that `total` counts already: it may be changed and returned, so that a small tensor costs
   * no more than its entries.
   */
  tensor(
    input: TensorInput,
    options: TensorOptions,
    context: MergeContext,
    total?: Survey,
  ): Survey;
  /** Statistic of two sets of tensors together: exact, whatever the order. The first may be changed and returned. */
  combine(a: Survey, b: Survey): Survey;
  /** What the round found, from the statistic of all tensors. */
  finish(
    total: Survey,
    context: MergeContext,
  ): { found: unknown; again: boolean };
}

/** What an option may be. */
export interface OptionSpec {
  type: "number" | "integer" | "boolean";
  /** Default; absent where the option must be given. */
  default?: number | boolean;
  /** Defaults of dialects that have another one; "required" where the option must be given. */
  defaults?: Readonly<Partial<Record<Dialect, number | boolean | "required">>>;
  /** True where each expert may have its own value. */
  perModel?: boolean;
  /** What numbers must be beyond finite, as text and as check. */
  range?: { text: string; holds(value: number): boolean };
  /** Spelling in mergekit's files, where it is another one. */
  mergekitName?: string;
  /** One line: meaning and unit. */
  doc: string;
  /** Dialects that know the option; absent: all of the method's. */
  dialects?: readonly Dialect[];
}

/**
 * A merge method as a function: base and experts in memory become new parameters; nothing is modified.
 *
 * @throws RangeError an option is unknown or out of range, too few or too many experts, a value not finite · ShapeError models do not fit
 *   together
 */
export type Merge<Options> = (
  base: Params,
  experts: readonly Params[],
  options?: Options,
) => Params;

/** One merge method: a row of the table. */
export interface MergeMethod {
  /** Our name, in camel case. */
  name: string;
  /** Its name in mergekit's files, where it has one. */
  mergekitName?: string;
  /** Name in tables; the paper's Table 4 where it has the method. */
  title: string;
  /** How figures draw it; a method without takes a spare style. */
  style?: SeriesStyle;
  /** Where the method was published. */
  paper: string;
  /** How many experts it takes, and what it does with a base: "unused" methods take a base as one more expert. */
  models: {
    min: number;
    max: number;
    base: "required" | "optional" | "unused";
  };
  /** Every option. */
  options: Readonly<Record<string, OptionSpec>>;
  /** Dialects that define the method. */
  dialects: readonly Dialect[];
  /** True when the result depends on the seed. */
  random: boolean;
  /** Bytes held for a tensor beyond a few chunks per model: 0 where the method streams it. */
  memory(
    tensor: Pick<TensorInput, "name" | "shape">,
    models: number,
    dialect: Dialect,
  ): number;
  /** What must be known of the whole model first, if anything. */
  survey(dialect: Dialect): SurveyPlan | undefined;
  /**
   * Merge one tensor.
   *
   * @throws RangeError a value is not finite; the message names tensor, entry and model
   */
  tensor(
    input: TensorInput,
    options: TensorOptions,
    context: MergeContext,
    emit: Emit,
  ): void;
  /** Every option of the paper's dialect that has a default, with it; the seed among them where the method is random. */
  defaults: Readonly<MergeOptions>;
  /** Merge models in memory. */
  merge: Merge<MergeOptions>;
  /**
   * The same values, each tensor merged while its `data` is read and never kept: with models that are read likewise
   * (`checkpoint.storedParams`) and a writer of one tensor at a time, a merge needs the memory of one tensor of each model. They must stay
   * open until the result has been read.
   */
  mergeWhileRead: Merge<MergeOptions>;
}
