/** Whose definition of a merge method: where published sources disagree, each has a name. */

/**
 * Whose definition of a method is meant: that of the paper (for methods that the M2RL paper does not use: that of the method's own
 * paper), that of the authors' released code, or that of mergekit.
 */
export type Dialect = "paper" | "m2rl-code" | "mergekit";

/** All dialects; the first is the default. */
export const DIALECTS: readonly Dialect[] = ["paper", "m2rl-code", "mergekit"];
