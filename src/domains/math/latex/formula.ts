/** What readers of plain formulas share: a place in a list of texts, and that nothing may be left over. */
import type { Budget } from "./budget.js";
import type { Node } from "./node.js";
import { LatexError } from "./tokens.js";

/** A reader of formulas whose tokens are texts. */
export abstract class Formula {
  protected at = 0;

  /** @param caller  first word of errors */
  constructor(
    protected readonly tokens: readonly string[],
    protected readonly budget: Budget,
    private readonly caller: string,
  ) {}

  /** The whole formula. */
  all(): Node {
    const node = this.sum();
    if (this.at < this.tokens.length)
      throw new LatexError(`${this.caller}: an operator must follow`);
    return node;
  }

  /** Read a sum, the loosest kind of expression. */
  protected abstract sum(): Node;

  /** Take the next token if it is one of these signs; null if it is none. */
  protected take(...signs: string[]): string | null {
    const token = this.tokens[this.at];
    if (token === undefined || !signs.includes(token)) return null;
    this.budget.spend();
    this.at++;
    return token;
  }

  /** Take the bracket that must close here. */
  protected close(): void {
    if (!this.take(")")) throw new LatexError(`${this.caller}: ) must follow`);
  }
}
