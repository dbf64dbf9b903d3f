/** Read a recipe: YAML text → models, method and numbers, checked as far as the text alone allows. */
import { dirname, resolve } from "node:path";
import type { Node } from "yaml";
import { type Dtype, resolveModel } from "../../checkpoint/index.js";
import { RecipeError } from "../../error.js";
import { BUDGETS, readText } from "../../io/index.js";
import { hint } from "../../nearest.js";
import { methods } from "../methods/table.js";
import type { Dialect, MergeMethod } from "../tensor.js";
import { type Entry, RecipeDocument } from "./document.js";
import type { ModelRef, Recipe, RecipeSlice, Rounding } from "./recipe.js";
import { mergekitParameters, readSettings } from "./settings.js";
import { type Reading, readModel, readSlices } from "./slices.js";

const KEYS = [
  "merge_method",
  "models",
  "slices",
  "base_model",
  "parameters",
  "dtype",
  "out_dtype",
  "tokenizer_source",
  "tokenizer",
  "chat_template",
  "dialect",
  "seed",
  "rounding",
  "name",
] as const;

const REFUSED = {
  modules: "merge each module with a recipe of its own",
};

const TOKENIZER_REFUSED = {
  tokens: "a tokenizer is copied, never built",
  pad_to_multiple_of: "the embedding keeps its size",
};

const DTYPES: Readonly<Record<string, Dtype>> = {
  bfloat16: "BF16",
  float16: "F16",
  float32: "F32",
};

const DIALECTS: readonly Dialect[] = ["paper", "m2rl-code", "mergekit"];
const ROUNDINGS: readonly Rounding[] = ["nearest", "stochastic"];

/** ChatML without tools, which every model of this library speaks. */
const CHATML =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** The row of the table that a recipe names, by our name or by mergekit's. */
function methodNamed(name: string): MergeMethod | undefined {
  return Object.values(methods).find(
    (method) => method.name === name || method.mergekitName === name,
  );
}

/** Every name of a method: ours, and mergekit's where it is another one. */
function methodNames(): string[] {
  return Object.values(methods).flatMap(({ name, mergekitName }) =>
    mergekitName === undefined || mergekitName === name
      ? [name]
      : [name, mergekitName],
  );
}

/**
 * Read the text of a recipe.
 *
 * mergekit's keys and rules are understood: `models` or `slices`, `base_model`, `parameters` with scalars, gradients over layers and
 * filters by tensor name, `dtype`, `out_dtype`, `tokenizer_source`, `chat_template`. Ours are `dialect`, `seed` and `rounding`.
 *
 * @param text    YAML or JSON
 * @param file    name for messages; paths of models are relative to its folder
 * @throws RecipeError the first thing that is wrong: file, line, column, what must hold and the nearest known name
 * @example
 * parseRecipe("{merge_method: average, models: [{model: math}, {model: code}]}").method // "average"
 */
export function parseRecipe(text: string, file = "recipe.yml"): Recipe {
  const document = new RecipeDocument(text, file);
  const parameters = [...mergekitParameters()].map((name): [string, string] => [
    name,
    "parameters",
  ]);
  const top = document.entries(
    document.root,
    "",
    KEYS,
    REFUSED,
    new Map(parameters),
  );
  if (top.has("name"))
    document.note("key name has no effect, since OUT names the model");
  const value = (key: (typeof KEYS)[number]): Node | null =>
    top.get(key)?.value ?? null;
  const method = readMethod(document, top.get("merge_method"));
  const dialect = readDialect(document, value("dialect"), method);
  const folder = dirname(resolve(file));
  const reading: Reading = { document, folder, method, dialect };

  const base = readBase(reading, value("base_model"));
  const settings = readSettings(
    document,
    value("parameters"),
    "parameters",
    method,
    dialect,
    false,
  );
  const slices = readSlices(reading, top, base, settings);
  return {
    file,
    text,
    method: method.name,
    dialect,
    seed: top.has("seed") ? document.integer(value("seed"), "seed") : 0,
    rounding: top.has("rounding")
      ? document.choice(value("rounding"), "rounding", ROUNDINGS)
      : "nearest",
    base,
    slices,
    settings,
    dtype: readDtype(document, value("dtype"), "dtype"),
    outDtype: readDtype(document, value("out_dtype"), "out_dtype"),
    tokenizer: readTokenizer(
      reading,
      tokenizerNode(document, top),
      base,
      slices,
    ),
    chatTemplate: readTemplate(document, value("chat_template")),
    notes: document.notes,
  };
}

/**
 * Read a recipe file.
 *
 * @throws RecipeError there is no such file, or it is wrong
 * @example
 * readRecipe("recipe.yml").slices.length
 */
export function readRecipe(path: string): Recipe {
  const text = readText(
    path,
    BUDGETS.yaml,
    (message, cause) => new RecipeError(`recipe: ${message}`, { cause }),
  );
  return parseRecipe(text, path);
}

function readMethod(
  document: RecipeDocument,
  entry: Entry | undefined,
): MergeMethod {
  if (entry === undefined) {
    throw document.error(
      document.root,
      `merge_method must be given, got none; known: ${methodNames().join(", ")}`,
    );
  }
  const name = document.text(entry.value, "merge_method");
  const method = methodNamed(name);
  if (method === undefined) {
    throw document.error(
      entry.value,
      `merge_method must be known, got ${JSON.stringify(name)}; ${hint(name, methodNames())}`,
    );
  }
  return method;
}

function readBase(reading: Reading, node: Node | null): ModelRef | null {
  if (node !== null) return readModel(reading, node, "base_model");
  const { document, method } = reading;
  if (method.models.base === "required") {
    throw document.error(
      document.root,
      `base_model must be given for ${method.name}, got none`,
    );
  }
  return null;
}

function readDialect(
  document: RecipeDocument,
  node: Node | null,
  { name, dialects }: MergeMethod,
): Dialect {
  if (node === null) return dialects.includes("paper") ? "paper" : dialects[0]!;
  const dialect = document.choice(node, "dialect", DIALECTS);
  if (!dialects.includes(dialect)) {
    throw document.error(
      node,
      `dialect must be one that defines ${name} (${dialects.join(", ")}), got ${dialect}`,
    );
  }
  return dialect;
}

function readDtype(
  document: RecipeDocument,
  node: Node | null,
  path: string,
): Dtype | null {
  if (node === null) return null;
  const given = document.text(node, path);
  const name = given.replace(/^torch\./, "");
  if (!Object.hasOwn(DTYPES, name)) {
    const help =
      name === "int64"
        ? "weights are not merged as integers"
        : hint(name, Object.keys(DTYPES));
    throw document.error(
      node,
      `${path} must be known, got ${JSON.stringify(given)}; ${help}`,
    );
  }
  return DTYPES[name]!;
}

/** The source of the tokenizer, by mergekit's older key or its newer one. */
function tokenizerNode(
  document: RecipeDocument,
  top: ReadonlyMap<string, Entry>,
): Node | null {
  const older = top.get("tokenizer_source");
  const newer = top.get("tokenizer");
  if (newer === undefined) return older?.value ?? null;
  if (older !== undefined) {
    throw document.error(
      newer.key,
      "recipe must have either tokenizer_source or tokenizer, got both",
    );
  }
  const entries = document.entries(
    newer.value,
    "tokenizer",
    ["source"],
    TOKENIZER_REFUSED,
  );
  return entries.get("source")?.value ?? null;
}

function readTokenizer(
  { document, folder }: Reading,
  node: Node | null,
  base: ModelRef | null,
  slices: readonly RecipeSlice[],
): ModelRef {
  const models = slices.flatMap(({ sources }) =>
    sources.map(({ model }) => model),
  );
  if (node === null) return base ?? models[0]!;
  const source = document.text(node, "tokenizer_source");
  if (source === "base") {
    if (base !== null) return base;
    throw document.error(
      node,
      "tokenizer_source: base must have a base_model, got none",
    );
  }
  if (source === "union") {
    document.note(
      "tokenizer source union is that of the base, since all models must have one tokenizer",
    );
    return base ?? models[0]!;
  }
  const path = resolveModel(folder, source);
  const found = [...(base === null ? [] : [base]), ...models].find(
    (model) => model.path === path,
  );
  if (found === undefined) {
    throw document.error(
      node,
      `tokenizer_source must be base or a model of the recipe, got ${JSON.stringify(source)}; ${hint(
        source,
        ["base", ...models.map(({ name }) => name)],
      )}`,
    );
  }
  return found;
}

function readTemplate(
  document: RecipeDocument,
  node: Node | null,
): string | null {
  if (node === null) return null;
  const text = document.text(node, "chat_template");
  if (text === "chatml") return CHATML;
  if (text === "auto") {
    throw document.error(
      node,
      "chat_template: auto is not supported (mergekit has it); leave it out to keep that of the tokenizer's model",
    );
  }
  if (!text.includes("{")) {
    throw document.error(
      node,
      `chat_template must be chatml or a Jinja text with {, got ${JSON.stringify(text)}`,
    );
  }
  return text;
}
