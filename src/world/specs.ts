/** The table of the domains of the small world. */
import { DOMAINS, type Domain } from "../domains/index.js";
import { TaskError } from "../error.js";
import { agent } from "./agent/index.js";
import { coding } from "./coding/index.js";
import { instruction } from "./instruction/index.js";
import { math } from "./math/index.js";
import { science } from "./science/index.js";
import type { WorldSpec } from "./spec.js";

const SPECS: Readonly<Record<Domain, WorldSpec>> = {
  math,
  coding,
  science,
  instruction,
  agent,
};

/**
 * Everything particular to one domain of the small world.
 *
 * @throws TaskError the domain is unknown
 * @example
 * worldSpec("math").kinds
 */
export function worldSpec(domain: Domain): WorldSpec {
  if (!Object.hasOwn(SPECS, domain)) {
    throw new TaskError(
      `worldSpec: unknown domain ${JSON.stringify(domain)}; known: ${DOMAINS.join(", ")}`,
    );
  }
  return SPECS[domain];
}
