/** A limit on work, counted in steps, so that a verdict never depends on how busy the machine is. */
import { M2rlError } from "../../../error.js";

/** A computation met its limit of steps or of size; what it would have found is unknown. */
export class BudgetError extends M2rlError {
  override name = "BudgetError";
}

/** Steps of one verdict: about 0.3 s of one core at most; the golden sets need fewer than 100,000. */
export const STEPS = 2_000_000;

/**
 * Steps that may still be taken.
 *
 * @example
 * new Budget(1).spend() // a second spend() throws BudgetError
 */
export class Budget {
  constructor(private left: number = STEPS) {}

  /**
   * Take steps.
   *
   * @throws BudgetError none are left
   */
  spend(steps = 1): void {
    this.left -= steps;
    if (this.left < 0) throw new BudgetError("budget: no steps are left");
  }
}
