/** Experts by their domains, as measures take them: one model per domain. */
import type { Domain } from "../../domains/index.js";
import type { BenchmarkName } from "../../evaluate/index.js";
import {
  domainOf,
  modelNamed,
  refText,
  type Ref,
  type StudySpec,
} from "../graph/model.js";
import type { Input, Place } from "../graph/stage.js";
import { benchmarksOf } from "../rows/modelScores.js";

/**
 * Experts by the one domain that each is trained on.
 *
 * @param where  the option that names them, for messages
 * @throws RangeError a model is trained on several domains or none, or two on the same
 */
export function byDomain(
  refs: readonly Ref[],
  study: Pick<StudySpec, "models">,
  where: string,
): Map<Domain, Ref> {
  const result = new Map<Domain, Ref>();
  for (const ref of refs) {
    const domain = domainOf(modelNamed(study, ref.model));
    if (domain === null)
      throw new RangeError(
        `${where} must be experts of one domain each, got ${refText(ref)}`,
      );
    if (result.has(domain))
      throw new RangeError(
        `${where} must hold one expert of ${domain}, got ${refText(result.get(domain)!)} and ${refText(ref)}`,
      );
    result.set(domain, ref);
  }
  return result;
}

/** Inputs of a stage: each expert by its domain. */
export function expertInputs(
  experts: ReadonlyMap<Domain, Ref>,
  place: Place,
): Record<string, Input> {
  return Object.fromEntries(
    [...experts].map(([domain, ref]) => [domain, place.input(ref)]),
  );
}

/**
 * The benchmarks of a domain, of which there must be one.
 *
 * @throws RangeError there is none
 */
export function someBenchmarksOf(
  benchmarks: readonly BenchmarkName[],
  domain: Domain,
  where: string,
): BenchmarkName[] {
  const own = benchmarksOf(benchmarks, domain);
  if (own.length === 0)
    throw new RangeError(
      `${where} must have benchmarks of ${domain} in measures.scores.benchmarks, got none`,
    );
  return own;
}
