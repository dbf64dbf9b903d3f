/** What a recipe says: which models, which method, which numbers; every part knows its place in the file. */
import type { Dtype } from "../../checkpoint/index.js";
import type { Dialect } from "../tensor.js";

/** A place in a recipe file; both count from 1. */
export interface Place {
  line: number;
  column: number;
}

/** A model of a recipe. */
export interface ModelRef {
  /** As the recipe writes it; also what its random numbers depend on. */
  name: string;
  /** Absolute path of the folder or file. */
  path: string;
  place: Place;
}

/** One value for all layers, or values between which layers are interpolated, first layer to last. */
export type Gradient = number | boolean | readonly number[];

/** A value for the tensors whose name contains `filter`; null: for all. */
export interface Condition {
  filter: string | null;
  value: Gradient;
  place: Place;
}

/** What a recipe gives for one option: a value, or conditions of which the first that holds decides. */
export interface Setting {
  value: Gradient | readonly Condition[];
  place: Place;
}

/** Settings by the name of the method's option. */
export type Settings = ReadonlyMap<string, Setting>;

/** One model of a slice. */
export interface RecipeSource {
  model: ModelRef;
  /** Layers from the first to before the second; null: all. */
  layers: readonly [number, number] | null;
  settings: Settings;
  place: Place;
}

/** Some layers of the result, and the layers that they are merged from. */
export interface RecipeSlice {
  sources: readonly RecipeSource[];
  settings: Settings;
  place: Place;
}

/** How values are brought to the stored number format. */
export type Rounding = "nearest" | "stochastic";

/** A parsed recipe: complete and sound in itself; whether it fits the models is for the pre-flight to say. */
export interface Recipe {
  /** File for messages. */
  file: string;
  /** The text, byte for byte. */
  text: string;
  /** Our name of the method. */
  method: string;
  dialect: Dialect;
  seed: number;
  rounding: Rounding;
  base: ModelRef | null;
  /** Slices in the order of the output's layers; `models` is one slice of all layers. */
  slices: readonly RecipeSlice[];
  /** Settings for the whole model. */
  settings: Settings;
  /** Format that inputs are rounded to when they are read; null: none. */
  dtype: Dtype | null;
  /** Format of the result; null: `dtype`, or else that of the base. */
  outDtype: Dtype | null;
  /** Whose tokenizer and configuration the result carries. */
  tokenizer: ModelRef;
  /** Jinja text of the chat template; null: that of the tokenizer. */
  chatTemplate: string | null;
  /** Keys that mergekit knows and that have no effect here, one line each. */
  notes: readonly string[];
}
