/** The table of merge methods, for sweeps and for everything that names a method in a file. */
import type { Params } from "../checkpoint/index.js";
import { average } from "./average.js";
import { dare } from "./dare.js";
import { checkDensity } from "./models.js";
import { sce } from "./sce.js";
import { taskArithmetic } from "./taskArithmetic.js";
import { ties } from "./ties.js";

/** Values of a method's options; a method knows the names that are in its `defaults`. */
export interface MergeOptions {
  /** Fraction kept by TIES, (0, 1]. */
  density?: number;
  /** Scale of the merged task vector. */
  lambda?: number;
  /** Probability that DARE keeps an entry, (0, 1]. */
  dareDensity?: number;
  /** Whether DARE divides what it keeps by its density. */
  rescale?: boolean;
  /** Seed of DARE's drops. */
  seed?: number;
}

/** One merge method. */
export interface MergeMethod {
  /** Name in the paper's Table 4. */
  title: string;
  /** Where the method was published. */
  paper: string;
  /** Every option with its default, the paper's value. */
  defaults: Readonly<MergeOptions>;
  /**
   * Merge.
   *
   * @throws RangeError an option is unknown or out of range, no expert, a value not finite · ShapeError models do not fit together
   */
  merge(
    base: Params,
    experts: readonly Params[],
    options?: MergeOptions,
  ): Params;
}

/** Names of the merge methods. */
export type MergeMethodName =
  | "average"
  | "taskArithmetic"
  | "ties"
  | "sce"
  | "dareTaskArithmetic"
  | "dareTies";

type Merge = (
  base: Params,
  experts: readonly Params[],
  options: Required<MergeOptions>,
) => Params;

const DARE_DEFAULTS = { dareDensity: 0.2, rescale: true, seed: 0 };

function row(
  name: MergeMethodName,
  title: string,
  paper: string,
  defaults: MergeOptions,
  merge: Merge,
): MergeMethod {
  return {
    title,
    paper,
    defaults,
    merge(base, experts, options = {}) {
      const given = Object.entries(options).filter(
        ([, value]) => value !== undefined,
      );
      for (const [option] of given) {
        if (!Object.hasOwn(defaults, option)) {
          const known = Object.keys(defaults).join(", ") || "none";
          throw new RangeError(
            `${name}: options must be known, got "${option}"; known: ${known}`,
          );
        }
      }
      return merge(base, experts, {
        ...defaults,
        ...Object.fromEntries(given),
      } as Required<MergeOptions>);
    },
  };
}

function dropFirst(name: MergeMethodName, merge: Merge): Merge {
  return (base, experts, options) => {
    checkDensity(name, options.dareDensity, "dareDensity");
    const { dareDensity: density, rescale, seed } = options;
    return merge(
      base,
      dare(base, experts, { density, rescale, seed }),
      options,
    );
  };
}

/**
 * All merge methods: the rows of the paper's Table 4.
 *
 * @example
 * for (const [name, { merge }] of Object.entries(methods)) console.log(name, merge(base, experts));
 */
export const methods: Readonly<Record<MergeMethodName, MergeMethod>> = {
  average: row(
    "average",
    "Average",
    "https://arxiv.org/abs/2203.05482",
    {},
    average,
  ),
  taskArithmetic: row(
    "taskArithmetic",
    "TA",
    "https://arxiv.org/abs/2212.04089",
    { lambda: 1 },
    taskArithmetic,
  ),
  ties: row(
    "ties",
    "Ties",
    "https://arxiv.org/abs/2306.01708",
    { density: 0.2, lambda: 1 },
    ties,
  ),
  sce: row(
    "sce",
    "SCE",
    "https://arxiv.org/abs/2408.07990",
    { lambda: 1 },
    sce,
  ),
  dareTaskArithmetic: row(
    "dareTaskArithmetic",
    "TA+DARE",
    "https://arxiv.org/abs/2311.03099",
    { lambda: 1, ...DARE_DEFAULTS },
    dropFirst("dareTaskArithmetic", taskArithmetic),
  ),
  dareTies: row(
    "dareTies",
    "Ties+DARE",
    "https://arxiv.org/abs/2311.03099",
    { density: 0.2, lambda: 1, ...DARE_DEFAULTS },
    dropFirst("dareTies", ties),
  ),
};

/**
 * The method of a name that comes from a file or a command line.
 *
 * @throws RangeError the name is unknown
 * @example
 * method("ties").merge(base, experts, { density: 0.5 })
 */
export function method(name: string): MergeMethod {
  if (!Object.hasOwn(methods, name)) {
    throw new RangeError(
      `methods: unknown method "${name}"; known: ${Object.keys(methods).join(", ")}`,
    );
  }
  return methods[name as MergeMethodName];
}
