/** Lines of a file that grows or is written anew, each read once. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const PIECE = 2 ** 20;
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
 * const lines = new GrowingLines("log.jsonl", { clear: () => (count = 0), line: () => count++ });
 * lines.refresh() // true, and false until the file changes
 */
export class GrowingLines {
  private bytes = 0;
  private identity = "";

  constructor(
    readonly path: string,
    private readonly keeper: Keeper,
  ) {}

  /** Read what is new; returns whether anything was. */
  refresh(): boolean {
    let file: number;
    try {
      file = openSync(this.path, "r");
    } catch {
      const had = this.bytes > 0;
      this.clear();
      return had;
    }
    try {
      const { ino, size, mtimeMs } = fstatSync(file);
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
    let rest = Buffer.alloc(0);
    let at = this.bytes;
    while (at < size) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE, size - at));
      const count = readSync(file, piece, 0, piece.length, at);
      if (count === 0) break;
      const text = Buffer.concat([rest, piece.subarray(0, count)]);
      const start = at - rest.length;
      at += count;
      let from = 0;
      for (;;) {
        const end = text.indexOf(NEWLINE, from);
        if (end < 0) break;
        this.keeper.line(text.subarray(from, end), start + from);
        from = end + 1;
      }
      this.bytes = start + from;
      rest = text.subarray(from);
    }
  }
}
