/** An output of JSON lines that grows model by model, and is gone on with after a stop. */
import { existsSync } from "node:fs";
import { readLines, writeLines } from "./jsonLines.js";

/**
 * A JSON-lines output that is built up line by line: earlier lines that `keep` accepts are not made again.
 *
 * The file is written as a whole each time (it is small), so that it never holds half a line.
 */
export class LineFile<Line> {
  readonly lines: Line[] = [];

  constructor(
    private readonly path: string,
    keep: (line: Line) => boolean,
  ) {
    if (existsSync(path)) {
      this.lines = readLines<Line>(path).filter(keep);
    }
  }

  /** Add a line and write the file. */
  add(line: Line): void {
    this.lines.push(line);
    writeLines(this.path, this.lines);
  }
}
