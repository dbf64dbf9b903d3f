/** Whose definition of a merge method: where published sources disagree, each has a name. */

/**
 * Whose definition of a method is meant: that of the M2RL paper (for methods that it does not use: that of their own paper), that of
 * the authors' released code, or that of mergekit (0.1.5). Where they differ, after the paper's:
 *
 * - average: mean of the experts · mergekit: not available, there it is `linear` with equal weights
 * - taskArithmetic: base + λ Σ w τ, weights 1 · mergekit: weights must be given; may divide by their sum
 * - ties: one threshold per expert over the whole model, what equals it stays; a zero vote takes the model's majority sign; plain mean of
 *   what agrees · mergekit: exactly max(1, trunc(density · n)) entries of each tensor, density 1 by default; vote and mean weighted; a
 *   zero vote is plus; may rescale, or sum instead of averaging
 * - sce: entries of largest variance selected (by default all), mean squares as weights, λ · m2rl-code: the selection touches the
 *   weights alone · mergekit: experts weighed alike when Σ mean(τ²) < 1e-6; divisor at least 1e-6; no λ
 * - dare…: keep with probability 0.2, divide by it, then the method · m2rl-code: 0.8 · mergekit: with taskArithmetic and ties only,
 *   whose trim it replaces; scales to the Σ of magnitudes before instead of dividing; dareTies sums what agrees; other random numbers
 * - breadcrumbs, breadcrumbsTies: density 0.9 · mergekit: density 1, which drops nothing; may normalise and rescale
 * - della, dellaLinear: keep probabilities spread over ε, each kept entry divided by its own · mergekit: spread over 2 ε; scales to the
 *   Σ of magnitudes before
 * - modelStock: plain cosines · mergekit: a product of two norms is at least 1e-6, which shortens the step of small task vectors
 * - nuslerp: rows are rows · mergekit: the same; `compat` swaps rows and columns, as mergekit does
 * - linear, slerp, nearswap, nuslerp, multislerp, karcher, arceeFusion, passthrough, ram, ramPlusTl: the same in both; what has a
 *   default here (weights 1, t 0.5) must be given in mergekit
 * - ramGlobal, magMax, consensusTaskArithmetic, tsvM, isoC, resMerge: of their own papers, in dialect "paper" alone
 *
 * Not supported in any dialect, though mergekit has it: which of equal magnitudes stay (unspecified there; here the first ones), arithmetic in the
 * files' own precision (here float32 differences and float64 sums), quantiles of random samples, random numbers that depend on the order
 * of work, Inf where weights add up to zero, ranks along the second of three axes.
 */
export type Dialect = "paper" | "m2rl-code" | "mergekit";

/** All dialects; the first is the default. */
export const DIALECTS: readonly Dialect[] = ["paper", "m2rl-code", "mergekit"];
