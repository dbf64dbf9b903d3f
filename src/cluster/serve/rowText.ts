/** The text of a growing list of tokens, released piece by piece as soon as it is certain. */
import type { Tokenizer } from "../../tokenizer/index.js";

/**
 * Text of one choice while it is decoded. A character whose bytes are spread over tokens is held back until it is whole, and so is a
 * stretch that could become a stop.
 *
 * @example
 * const text = new RowText(tokenizer, ["END"]);
 * tokenizer.encode("a b END c").map((id) => text.push(id)).join("") // "a b "
 * text.stopped // true
 */
export class RowText {
  /** Whether one of the stops stands in the text, which ends before it. */
  stopped = false;
  private readonly ids: number[] = [];
  /** Tokens before `read` are in the text; those from `begin` on are decoded again with the next, since a tokenizer may look back. */
  private begin = 0;
  private read = 0;
  private held = "";

  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly stops: readonly string[],
  ) {}

  /** Add a token; returns the text that became certain. */
  push(id: number): string {
    if (this.stopped) return "";
    this.ids.push(id);
    const piece = this.fresh();
    if (piece === "" || piece.endsWith("\ufffd")) return "";
    this.begin = this.read;
    this.read = this.ids.length;
    return this.release(piece);
  }

  /** The text that was still held back, now that nothing follows. */
  rest(): string {
    if (this.stopped) return "";
    const piece = this.release(this.fresh());
    const { held } = this;
    this.held = "";
    this.read = this.ids.length;
    return piece + held;
  }

  private fresh(): string {
    const seen = this.tokenizer.decode(this.ids.slice(this.begin, this.read));
    return this.tokenizer.decode(this.ids.slice(this.begin)).slice(seen.length);
  }

  private release(piece: string): string {
    const text = this.held + piece;
    const found = this.stops
      .map((stop) => text.indexOf(stop))
      .filter((at) => at >= 0);
    if (found.length > 0) {
      this.stopped = true;
      this.held = "";
      return text.slice(0, Math.min(...found));
    }
    const keep = Math.max(0, ...this.stops.map((stop) => overlap(text, stop)));
    this.held = text.slice(text.length - keep);
    return text.slice(0, text.length - keep);
  }
}

/** How much of the end of a text is a beginning of `stop`. */
function overlap(text: string, stop: string): number {
  let length = Math.min(stop.length - 1, text.length);
  while (!text.endsWith(stop.slice(0, length))) length--;
  return length;
}
