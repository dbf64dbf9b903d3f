/** A place in a list of tokens: looking at the next one, taking it, and bounding how deep reading goes. */
import type { Budget } from "./budget.js";
import { LatexError, type Token } from "./tokens.js";

/** Deepest nesting that is read. */
const DEEPEST = 100;

/** Where reading stands. */
export class Cursor {
  protected at = 0;
  private depth = 0;

  constructor(
    protected readonly tokens: readonly Token[],
    protected readonly budget: Budget,
  ) {}

  /** The next token. */
  protected peek(): Token {
    return this.tokens[this.at]!;
  }

  /** Whether the next token is this sign or command. */
  protected is(text: string): boolean {
    const token = this.peek();
    return (
      token.text === text && (token.kind === "sign" || token.kind === "command")
    );
  }

  /** Take the next token if it is one of these signs or commands. */
  protected take(...texts: string[]): boolean {
    if (!texts.some((text) => this.is(text))) return false;
    this.at++;
    this.budget.spend();
    return true;
  }

  /** Take a sign that must follow. */
  protected expect(text: string): void {
    if (!this.take(text))
      throw new LatexError(
        `latex: ${text} must follow, got ${JSON.stringify(this.peek().text)}`,
      );
  }

  /** Take the letters of a name in braces, as in `\begin{matrix}`. */
  protected letters(): string {
    let name = "";
    while (this.peek().kind === "letter") {
      name += this.peek().text;
      this.at++;
    }
    return name;
  }

  /** No expression begins here. */
  protected fail(): never {
    throw new LatexError(
      `latex: an expression must follow, got ${JSON.stringify(this.peek().text)}`,
    );
  }

  /** Read one level deeper. */
  protected nested<T>(read: () => T): T {
    if (++this.depth > DEEPEST)
      throw new LatexError("latex: nested more deeply than is read");
    this.budget.spend();
    const value = read();
    this.depth--;
    return value;
  }
}
