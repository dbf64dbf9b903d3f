/** Lines of a file that grows or is written anew, each read once. */
import { closeSync, existsSync, readSync } from "node:fs";
import type { Failure } from "./failure.js";
import { BUDGETS, openRegular } from "./readFile.js";

const PIECE = 2 ** 20;

/** Longest line, in bytes: a transcript with the probability of each of its tokens has some megabytes. */
const LONGEST_LINE = 64e6;

const NEWLINE = 0x0a;

/** Whoever keeps something of the lines. */
interface Keeper {
  /** Forget everything: the file is gone, or is another. */
  clear(): void;
  /** A whole line without its end, and where it begins. */
  line(bytes: Buffer, offset: number): void;
}

/**
 * Reads a file's lines as they come; half a line at the end is left for the next time.
 *
 * @example
 * let count = 0;
 * const failure = (text: string) => new StudyError(text);
 * const lines = new GrowingLines("log.jsonl", failure, { clear: () => (count = 0), line: () => count++ });
 * lines.refresh() // true, and false until the file changes
 */
export class GrowingLines {
  private bytes = 0;
  private identity = "";

  constructor(
    readonly path: string,
    private readonly failure: Failure,
    private readonly keeper: Keeper,
  ) {}

  /**
   * Read what is new.
   *
   * @returns whether anything was
   * @throws the error of `failure`: it is no regular file, or it or one of its lines is larger than any that m2rl writes
   */
  refresh(): boolean {
    if (!existsSync(this.path)) {
      const had = this.bytes > 0;
      this.clear();
      return had;
    }
    const { file, stats } = openRegular(this.path, this.failure);
    try {
      const { ino, size, mtimeMs } = stats;
      if (size > BUDGETS.lines.bytes)
        throw this.failure(
          `${this.path} must have at most ${BUDGETS.lines.bytes} bytes, got ${size}`,
        );
      const identity = `${ino} ${size} ${mtimeMs}`;
      if (identity === this.identity) return false;
      // Records that are finished are written anew in their canonical order.
      if (!this.identity.startsWith(`${ino} `) || size < this.bytes)
        this.clear();
      this.read(file, size);
      this.identity = identity;
      return true;
    } finally {
      closeSync(file);
    }
  }

  private clear(): void {
    this.bytes = 0;
    this.identity = "";
    this.keeper.clear();
  }

  private read(file: number, size: number): void {
    // The beginning of a line whose end is not read yet.
    let parts: Buffer[] = [];
    let length = 0;
    let at = this.bytes;
    while (at < size) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE, size - at));
      const count = readSync(file, piece, 0, piece.length, at);
      if (count === 0) break;
      at += count;
      let from = 0;
      for (;;) {
        const end = piece.subarray(0, count).indexOf(NEWLINE, from);
        const part = piece.subarray(from, end < 0 ? count : end);
        parts.push(part);
        length += part.length;
        if (length > LONGEST_LINE)
          throw this.failure(
            `${this.path} must have lines of at most ${LONGEST_LINE} bytes, got more`,
          );
        if (end < 0) break;
        this.keeper.line(Buffer.concat(parts), this.bytes);
        this.bytes += length + 1;
        [parts, length, from] = [[], 0, end + 1];
      }
    }
  }
}
