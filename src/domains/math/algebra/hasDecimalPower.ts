/** Whether an unknown is raised to a power that is written as a decimal. */
import { children, unknowns, type Node } from "../latex/node.js";

/**
 * Whether somewhere an unknown is raised to a decimal that is not an integer, as in x^{0.5}. Computer algebra keeps such a power apart
 * from a root: it does not simplify x^{0.5} − √x to 0.
 *
 * @example
 * hasDecimalPower(readLatex("x^{0.5}", new Budget())) // true
 */
export function hasDecimalPower(node: Node): boolean {
  const isOne =
    node.kind === "power" &&
    node.exponent.kind === "number" &&
    node.exponent.decimal &&
    node.exponent.value.bottom !== 1n &&
    unknowns(node.base).size > 0;
  return isOne || children(node).some(hasDecimalPower);
}
