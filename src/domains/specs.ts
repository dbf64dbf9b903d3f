/** The table of the five domains. */
import { TaskError } from "../error.js";
import { agent } from "./agent/index.js";
import { coding } from "./coding/index.js";
import { instruction } from "./instruction/index.js";
import { math } from "./math/index.js";
import { science } from "./science/index.js";
import { DOMAINS, type Domain, type DomainSpec } from "./task.js";

const SPECS: Readonly<Record<Domain, DomainSpec>> = {
  math,
  coding,
  science,
  instruction,
  agent,
};

/**
 * Everything particular to one domain.
 *
 * @throws TaskError the domain is unknown
 * @example
 * spec("math").kinds
 */
export function spec(domain: Domain): DomainSpec {
  if (!Object.hasOwn(SPECS, domain)) {
    throw new TaskError(
      `spec: unknown domain ${JSON.stringify(domain)}; known: ${DOMAINS.join(", ")}`,
    );
  }
  return SPECS[domain];
}
