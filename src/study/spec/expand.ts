/** From the entries of `models:` to models: repetition, chains and names are written out, and every option is checked. */
import type { Domain } from "../../domains/index.js";
import {
  domainOf,
  PARENT_KEYS,
  refText,
  ROLES,
  type Model,
  type ParentKey,
  type Ref,
} from "../graph/model.js";
import { operation, OPERATIONS } from "../operations/index.js";
import type { Operation } from "../operations/operation.js";
import {
  countSubsets,
  ENTRY_KEYS,
  holds,
  lay,
  product,
  subsets,
  substitute,
  valuesOf,
  type Entry,
  type Repetition,
  type Values,
} from "./entry.js";
import {
  choice,
  integer,
  list,
  manyModels,
  object,
  oneModel,
  optional,
  text,
  type Field,
  type Scope,
} from "./field.js";
import {
  absent,
  asList,
  asMap,
  dotted,
  FieldError,
  isMap,
  notA,
  show,
  unknownKey,
  type Path,
} from "./fieldError.js";
import { hint } from "../../nearest.js";
import { Names } from "./references.js";
import { NAME } from "./values.js";

/**
 * All models of a study, each after its parents.
 *
 * @param entries  `models:` of the file, laid over by the profile
 * @param domains  of the study
 * @throws FieldError the first thing that is wrong
 */
export function expand(
  entries: Readonly<Record<string, unknown>>,
  domains: readonly Domain[],
): Names {
  const names = new Names({
    name: "base",
    list: "base",
    by: "base",
    values: {},
    seed: null,
    role: "base",
    domains: [],
    parents: {},
    options: {},
    steps: null,
  });
  for (const key of Object.keys(entries))
    new Expansion(key, entries, names, domains).add();
  return names;
}

/** Keys of an entry that say how it is repeated and named, and nothing of a single model. */
const NAMING_KEYS: ReadonlySet<string> = new Set(
  ENTRY_KEYS.filter((key) => !["by", "then", "seed", "role"].includes(key)),
);

/** Models of an entry at most: far above any study, far below what lists of lists can ask for. */
const MOST = 5000;

/** One entry being written out. */
class Expansion {
  private readonly path: Path;
  private readonly scope: Scope;

  constructor(
    private readonly key: string,
    private readonly entries: Readonly<Record<string, unknown>>,
    private readonly names: Names,
    private readonly domains: readonly Domain[],
  ) {
    this.path = ["models", key];
    this.scope = { domains, resolve: (reference) => names.resolve(reference) };
  }

  add(): void {
    if (!NAME.test(this.key)) throw unknownKey(this.key, ["models"], []);
    const entry = this.inherited(this.key, this.path);
    const repetitions = this.repetitions(entry);
    const where = this.exceptions(entry);
    for (const repetition of repetitions) {
      const own = this.settings(entry, where, repetition);
      const name = this.nameOf(entry, repetition, repetitions.length > 1);
      const steps = this.chain(own);
      steps.forEach((settings, i) => {
        const isLast = i === steps.length - 1;
        const model = this.model(
          isLast ? name : `${name}-${i + 1}`,
          i === 0 ? settings : { ...settings, from: `${name}-${i}` },
          repetition,
        );
        this.names.add(model, isLast ? this.key : null);
      });
    }
  }

  /** An entry with those that it is `like` below it. */
  private inherited(key: string, path: Path): Entry {
    const entry = asMap(this.entries[key], path);
    const { like } = entry;
    if (like === undefined) return entry;
    const at = [...path, "like"];
    const above = Object.keys(this.entries);
    const known = above.slice(0, above.indexOf(key));
    if (typeof like !== "string" || !known.includes(like))
      throw new FieldError(
        at,
        `${dotted(at)} must name an entry above it, got ${show(like)}; ${hint(String(like), known)}`,
      );
    return lay(this.inherited(like, ["models", like]), entry) as Entry;
  }

  /** The variables of `each` and the subsets of `subsets`, every combination once. */
  private repetitions({ each, subsets: chosen }: Entry): Repetition[] {
    const variables = this.variables(each);
    const count = variables.reduce((n, [, own]) => n * own.length, 1);
    this.checkCount(count, [...this.path, "each"]);
    const values = product(variables);
    if (chosen === undefined)
      return values.map((own) => ({
        values: own,
        subset: null,
        byDomain: false,
      }));
    const parts = this.subsetsOf(chosen, count);
    const domains = [...new Set(parts.flat())].flatMap(
      (text) => this.domainIn(text) ?? [],
    );
    // Replicas of one domain have their own names in the names of subsets.
    const byDomain = new Set(domains).size === domains.length;
    return values.flatMap((own) =>
      parts.map((subset) => ({ values: own, subset, byDomain })),
    );
  }

  /** The one domain that a model of a subset is trained on; null where there is none or several. */
  private domainIn(reference: string): Domain | null {
    const [ref] = this.names.resolve(reference);
    return domainOf(this.names.get(ref!.model)!);
  }

  /** Refuse before they are written out what would take hours. */
  private checkCount(count: number, at: Path): void {
    if (count <= MOST) return;
    throw new FieldError(
      at,
      `${dotted(at)} must ask for at most ${MOST} models, got ${count}`,
    );
  }

  private variables(each: unknown): [string, ReturnType<typeof valuesOf>][] {
    if (each === undefined) return [];
    const path = [...this.path, "each"];
    if (each === "domain") return [["domain", [...this.domains]]];
    if (!isMap(each)) throw notA('"domain" or a map of lists', each, path);
    return Object.entries(each).map(([name, given]) => {
      const at = [...path, name];
      if (name !== "domain") return [name, valuesOf(given, at)];
      const own =
        given === "all"
          ? [...this.domains]
          : list(choice(this.domains), 1).parse(given, at, this.scope);
      return [name, own];
    });
  }

  /**
   * `subsets: experts`, or `{ of: experts, sizes: [2, 3] }`; all of two models and more where no sizes are given.
   *
   * @param times  how often they are repeated
   */
  private subsetsOf(given: unknown, times: number): string[][] {
    const path = [...this.path, "subsets"];
    const { of, sizes } = object<{ of: Ref[]; sizes?: number[] }>({
      of: manyModels,
      sizes: optional(list(integer({ min: 1 }), 1)),
    }).parse(isMap(given) ? given : { of: given }, path, this.scope);
    const wanted = sizes ?? of.map((_, i) => i + 1).slice(1);
    this.checkCount(times * countSubsets(of.length, wanted), path);
    return subsets(of.map(refText), wanted);
  }

  /** The settings of one repetition: the entry's, its exceptions in `where`, and the values of its variables. */
  private settings(
    entry: Entry,
    where: Entry,
    { values, subset }: Repetition,
  ): Entry {
    const plain: Entry = Object.fromEntries(
      Object.entries(entry).filter(([key]) => !NAMING_KEYS.has(key)),
    );
    const laid = Object.values(values).reduce<Entry>(
      (own, value) => lay(own, where[String(value)] ?? {}) as Entry,
      plain,
    );
    const own = { ...laid, ...this.variablesAsOptions(entry, laid, values) };
    for (const key of PARENT_KEYS)
      if (own[key] !== undefined)
        own[key] = substitute(own[key], values, [...this.path, key]);
    return subset === null ? own : { ...own, of: subset };
  }

  /** `where`: what is laid over the entry for some values of its variables. */
  private exceptions(entry: Entry): Entry {
    const path = [...this.path, "where"];
    const { where: given = {}, each } = entry;
    const where = asMap(given, path);
    const known = new Set([
      ...this.variables(each).flatMap(([, all]) => all.map(String)),
      ...this.domains,
    ]);
    for (const key of Object.keys(where))
      if (!known.has(key))
        throw new FieldError(
          [...path, key],
          `${dotted(path)} must hold values of \`each\`, got ${JSON.stringify(key)}; ${hint(key, [...known])}`,
          "key",
        );
    return where;
  }

  /** Variables that are options of the operation: a domain is what it trains on; others may stand in its references alone. */
  private variablesAsOptions(
    entry: Entry,
    settings: Entry,
    values: Values,
  ): Record<string, unknown> {
    const fields = Object.keys(this.operationOf(settings).options.fields ?? {});
    const references = PARENT_KEYS.map((key) => entry[key]);
    const options: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(values)) {
      if (name === "domain") {
        if (fields.includes("domains")) options["domains"] = [value];
      } else if (name === "seed" || fields.includes(name))
        options[name] = value;
      else if (holds(references, name)) continue;
      else if (fields.length === 0) options[name] = value;
      else
        throw new FieldError(
          [...this.path, "each", name],
          `${dotted(this.path)}.each must name options of ${String(settings["by"])} or variables of its references, got ${JSON.stringify(name)}; ${hint(name, fields)}`,
          "key",
        );
    }
    return options;
  }

  private nameOf(
    { as }: Entry,
    { values, subset, byDomain }: Repetition,
    isRepeated: boolean,
  ): string {
    const part = (subset ?? []).map(
      (text) =>
        (byDomain ? this.domainIn(text) : null) ?? text.replace("@", "-"),
    );
    const path = [...this.path, "as"];
    const variables: Values = { ...values, subset: part.join("-") };
    if (as !== undefined) {
      const given = text(/./, "the name of the models").parse(
        as,
        path,
        this.scope,
      );
      return String(substitute(given, variables, path));
    }
    return isRepeated
      ? [this.key, ...Object.values(values), ...part].join("-")
      : this.key;
  }

  /** The settings of each link of a chain: those of the entry with each item of `then` laid over. */
  private chain(settings: Entry): Entry[] {
    const { then, ...common } = settings;
    if (then === undefined) return [common];
    const path = [...this.path, "then"];
    return asList(then, path, 1).map((item, i) => {
      if (isMap(item)) return lay(common, item) as Entry;
      if (item === "all" || Array.isArray(item))
        return { ...common, domains: item };
      const domain = choice(this.domains).parse(item, [...path, i], this.scope);
      return { ...common, domains: [domain] };
    });
  }

  private operationOf({ by }: Entry): Operation {
    const path = [...this.path, "by"];
    if (by === undefined) throw absent(path);
    const keys = OPERATIONS.map(({ key }) => key);
    return operation(choice(keys).parse(by, path, this.scope));
  }

  private model(name: string, settings: Entry, { values }: Repetition): Model {
    if (!NAME.test(name))
      throw new FieldError(
        this.path,
        `${dotted(this.path)} must make names of letters, digits, ., - and _, got ${JSON.stringify(name)}`,
      );
    if (
      this.names.get(name) !== undefined ||
      (this.names.lists.has(name) && name !== this.key)
    )
      throw new FieldError(
        this.path,
        `${dotted(this.path)} must make models of new names, got ${name} again`,
      );
    const made = this.operationOf(settings);
    const rest: Record<string, unknown> = { ...settings };
    for (const key of [...ENTRY_KEYS, ...PARENT_KEYS]) delete rest[key];
    const options = made.options.parse(rest, this.path, this.scope);
    const given = <T>(key: string, field: Field<T>): T | undefined =>
      optional(field).parse(settings[key], [...this.path, key], this.scope);
    return {
      name,
      list: this.key,
      by: made.key,
      values,
      seed: given("seed", integer({ min: 0 })) ?? null,
      role: given("role", choice(ROLES)) ?? made.role(options),
      domains: made.domains(options),
      parents: this.parents(made, settings),
      options,
      steps: made.steps(options),
    };
  }

  private parents(made: Operation, settings: Entry): Model["parents"] {
    const result: Partial<Record<ParentKey, Ref[]>> = {};
    for (const key of PARENT_KEYS) {
      const path = [...this.path, key];
      const arity = made.parents[key];
      const given = settings[key];
      if (arity === undefined && given !== undefined)
        throw new FieldError(
          path,
          `unknown key ${JSON.stringify(key)} in ${dotted(this.path)}: ${made.key} takes ${Object.keys(made.parents).join(" and ")}`,
          "key",
        );
      if (arity === undefined) continue;
      if (given === undefined) throw absent(path);
      result[key] =
        arity === "one"
          ? [oneModel.parse(given, path, this.scope)]
          : manyModels.parse(given, path, this.scope);
    }
    return result;
  }
}
