/** A file of lines that grows while its lines are made, and appears when it is whole. */
import {
  closeSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { resolve } from "node:path";
import {
  checkReplaceable,
  draftOf,
  type WriteFileOptions,
} from "./writeFile.js";

/** Characters that are kept before they are written. */
const KEPT = 1 << 20;

/**
 * Writes lines under a temporary name and renames the file into place at the end: for files larger than the memory.
 *
 * @example
 * const writer = new LineWriter("tasks.jsonl");
 * try { writer.write("{}"); writer.finish(); } finally { writer.discard(); }
 */
export class LineWriter {
  /** Lines so far. */
  count = 0;
  private readonly target: string;
  private readonly draft: string;
  private readonly file: number;
  private kept: string[] = [];
  private size = 0;
  private isOpen = true;

  /** @throws Error something else is there that must stay; its code is "EEXIST" */
  constructor(
    path: string,
    private readonly options: WriteFileOptions = {},
  ) {
    checkReplaceable(path, options);
    this.target = resolve(path);
    this.draft = draftOf(this.target);
    this.file = openSync(this.draft, "wx");
  }

  /** Add a line, given without its end. */
  write(line: string): void {
    this.kept.push(line, "\n");
    this.count++;
    this.size += line.length;
    if (this.size > KEPT) this.flush();
  }

  /** Put the file in its place. */
  finish(): void {
    this.flush();
    fsyncSync(this.file);
    this.close();
    checkReplaceable(this.target, this.options);
    renameSync(this.draft, this.target);
  }

  /** Remove what was written unless it is finished; safe to call after `finish`. */
  discard(): void {
    if (this.isOpen) this.close();
    rmSync(this.draft, { force: true });
  }

  private close(): void {
    this.isOpen = false;
    closeSync(this.file);
  }

  private flush(): void {
    const bytes = Buffer.from(this.kept.join(""));
    for (let at = 0; at < bytes.length;) at += writeSync(this.file, bytes, at);
    [this.kept, this.size] = [[], 0];
  }
}
