/** The table of the domains: a domain is added by one name and one row here, and a folder that holds the row. */
import { TaskError } from "../error.js";
import { agent } from "./agent/index.js";
import { coding } from "./coding/index.js";
import { instruction } from "./instruction/index.js";
import { math } from "./math/index.js";
import { science } from "./science/index.js";
import type { DomainSpec, Task as AnyTask } from "./task.js";

/** All domains, in the order of the paper's tables (§3.2). */
export const DOMAINS = [
  "math",
  "coding",
  "science",
  "instruction",
  "agent",
] as const;

/** The five domains of the paper. */
export type Domain = (typeof DOMAINS)[number];

const SPECS: Readonly<Record<Domain, DomainSpec>> = {
  math,
  coding,
  science,
  instruction,
  agent,
};

/** One prompt with what is needed to verify an answer. Plain JSON: it can be written to a record and read back. */
export type Task = AnyTask<Domain>;

/**
 * Everything particular to one domain.
 *
 * @throws TaskError the domain is unknown
 * @example
 * spec("math").expert // "RL-Math"
 */
export function spec(domain: Domain): DomainSpec {
  if (!Object.hasOwn(SPECS, domain)) {
    throw new TaskError(
      `spec: unknown domain ${JSON.stringify(domain)}; known: ${DOMAINS.join(", ")}`,
    );
  }
  return SPECS[domain];
}
