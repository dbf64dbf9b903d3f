/** Settings of a method's options in a recipe: scalars, gradients over layers and filters by tensor name, by mergekit's rules. */
import { isMap, isScalar, isSeq, type Node } from "yaml";
import { hint } from "../../nearest.js";
import { methods } from "../methods/table.js";
import { optionsOf } from "../options.js";
import type { Dialect, MergeMethod, OptionSpec } from "../tensor.js";
import { type RecipeDocument, show } from "./document.js";
import type { Condition, Gradient, Setting, Settings } from "./recipe.js";

/** The options that a method has in a dialect, by every name that a recipe may use: ours, and mergekit's spelling. */
function optionNames(
  method: MergeMethod,
  dialect: Dialect,
): Map<string, string> {
  const names = new Map<string, string>();
  const options = Object.entries(optionsOf(method, dialect));
  for (const [name, { mergekitName }] of options) {
    names.set(name, name);
    if (mergekitName !== undefined) names.set(mergekitName, name);
  }
  return names;
}

/** The name of an option in recipes: mergekit's where it has one of its own. */
export function recipeName([name, { mergekitName }]: readonly [
  string,
  OptionSpec,
]): string {
  return mergekitName ?? name;
}

/** Parameters that mergekit reads, or read once, and that never change a result here. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  int8_mask: "masks are no part of the result",
  embed_slerp: "all models must have one tokenizer",
};

/** Every name that is a parameter of some method of mergekit. */
export function mergekitParameters(): Set<string> {
  const names = Object.values(methods).flatMap((method) =>
    method.dialects.includes("mergekit")
      ? Object.entries(optionsOf(method, "mergekit")).map(recipeName)
      : [],
  );
  return new Set([...Object.keys(WITHOUT_EFFECT), ...names]);
}

/** Why a parameter has no effect on a method; null where it has one, or is not a parameter at all. */
function withoutEffect(given: string, method: MergeMethod): string | null {
  if (Object.hasOwn(WITHOUT_EFFECT, given)) return WITHOUT_EFFECT[given]!;
  const isOwn = method.dialects.some((dialect) =>
    optionNames(method, dialect).has(given),
  );
  return isOwn || !mergekitParameters().has(given)
    ? null
    : `${method.name} does not have it`;
}

/**
 * Read one `parameters` map. A parameter that mergekit knows and that has no effect on the method is noted, not refused.
 *
 *
 * @param perModel  whether it stands at one model, where only options that each model may have of its own make sense
 */
export function readSettings(
  document: RecipeDocument,
  node: Node | null,
  path: string,
  method: MergeMethod,
  dialect: Dialect,
  perModel: boolean,
): Settings {
  const settings = new Map<string, Setting>();
  if (node === null || (isScalar(node) && node.value === null)) return settings;
  const names = optionNames(method, dialect);
  const known = Object.entries(optionsOf(method, dialect)).map(recipeName);
  if (!isMap(node)) {
    throw document.error(node, `${path} must be a map, got ${show(node)}`);
  }
  for (const pair of node.items) {
    const key = pair.key as Node;
    const given = isScalar(key) ? String(key.value) : show(key);
    const name = names.get(given);
    if (name === undefined) {
      const reason = withoutEffect(given, method);
      if (reason === null)
        throw document.error(key, unknownOption(given, method, dialect, known));
      document.note(`parameter ${given} has no effect, since ${reason}`);
      continue;
    }
    if (settings.has(name)) {
      throw document.error(
        key,
        `${path} must give ${name} once, got it again as ${JSON.stringify(given)}`,
      );
    }
    const spec = method.options[name]!;
    if (perModel && spec.perModel !== true) {
      throw document.error(
        key,
        `${given} must be one value for all models, got it under one model; put it under the parameters of the recipe`,
      );
    }
    const value = document.resolve(pair.value as Node | null);
    settings.set(name, readSetting(document, value, `${path}.${given}`, spec));
  }
  return settings;
}

function unknownOption(
  given: string,
  method: MergeMethod,
  dialect: Dialect,
  known: readonly string[],
): string {
  const elsewhere = method.dialects.find((other) =>
    optionNames(method, other).has(given),
  );
  if (elsewhere !== undefined) {
    return `parameter ${JSON.stringify(given)} of ${method.name} must be of dialect ${dialect}, got one of ${elsewhere}; add "dialect: ${elsewhere}"`;
  }
  const help = known.length === 0 ? "it has none" : hint(given, known);
  return `parameter ${JSON.stringify(given)} of ${method.name} must be known; ${help}`;
}

function readSetting(
  document: RecipeDocument,
  node: Node | null,
  path: string,
  spec: OptionSpec,
): Setting {
  const place = document.place(node);
  if (isMap(node)) {
    return { value: [readCondition(document, node, path, spec)], place };
  }
  if (isSeq(node)) {
    const items = document.items(node, path);
    if (items.some((item) => isMap(item))) {
      const value = items.map((item, i) =>
        readCondition(document, item, `${path}[${i}]`, spec),
      );
      return { value, place };
    }
  }
  return { value: readGradient(document, node, path, spec), place };
}

function readCondition(
  document: RecipeDocument,
  node: Node,
  path: string,
  spec: OptionSpec,
): Condition {
  const entries = document.entries(node, path, ["filter", "value"]);
  const value = entries.get("value");
  if (value === undefined) {
    throw document.error(node, `${path} must have a value, got none`);
  }
  const filter = entries.get("filter")?.value ?? null;
  const all =
    filter === null ||
    (isScalar(filter) && [null, "*"].includes(filter.value as null));
  return {
    filter: all ? null : document.text(filter, `${path}.filter`),
    value: readGradient(document, value.value, `${path}.value`, spec),
    place: document.place(node),
  };
}

function readGradient(
  document: RecipeDocument,
  node: Node | null,
  path: string,
  spec: OptionSpec,
): Gradient {
  if (!isSeq(node)) return readValue(document, node, path, spec);
  if (spec.type !== "number") {
    throw document.error(
      node,
      `${path} must be ${expected(spec)}, got a list, which only numbers may have`,
    );
  }
  return document
    .items(node, path)
    .map(
      (item, i) => readValue(document, item, `${path}[${i}]`, spec) as number,
    );
}

function expected({ type, range }: OptionSpec): string {
  if (type === "boolean") return "true or false";
  const kind = type === "integer" ? "a whole number" : "a number";
  return range === undefined ? kind : `${kind} ${range.text}`;
}

function readValue(
  document: RecipeDocument,
  node: Node | null,
  path: string,
  spec: OptionSpec,
): number | boolean {
  const value = isScalar(node) ? node.value : undefined;
  if (spec.type === "boolean") {
    // mergekit reads true as 1.0 and the other way round.
    if (value === 1 || value === 0) return value === 1;
    if (typeof value === "boolean") return value;
  } else if (
    typeof value === "number" &&
    Number.isFinite(value) &&
    (spec.type === "number" || Number.isSafeInteger(value)) &&
    (spec.range === undefined || spec.range.holds(value))
  ) {
    return value;
  }
  throw document.error(
    node,
    `${path} must be ${expected(spec)}, got ${show(node)}`,
  );
}

/** Value of a gradient at `t`, from 0 at the first layer to 1 at the last. */
export function interpolate(gradient: Gradient, t: number): number | boolean {
  if (typeof gradient !== "object") return gradient;
  const at = t * (gradient.length - 1);
  const low = Math.floor(at);
  const high = Math.min(gradient.length - 1, low + 1);
  const part = at - low;
  return (1 - part) * gradient[low]! + part * gradient[high]!;
}

/** Value of a setting for one tensor; null where no condition holds. */
export function settingAt(
  { value }: Setting,
  tensor: string,
  t: number,
): number | boolean | null {
  if (typeof value !== "object" || !isConditions(value))
    return interpolate(value, t);
  const first = value.find(
    ({ filter }) => filter === null || tensor.includes(filter),
  );
  return first === undefined ? null : interpolate(first.value, t);
}

/** Whether a setting is a list of conditions. */
export function isConditions(
  value: Setting["value"],
): value is readonly Condition[] {
  return typeof value === "object" && typeof value[0] === "object";
}
