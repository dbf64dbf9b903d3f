/**
 * files: public benchmarks as files. Nothing is downloaded: a file is read where it lies, and a missing one is told where it is
 * published.
 *
 * Exports: `PUBLISHED` (the table), `published` (one row), `checkFile`, `readRows` (JSON lines, JSON, gzip), their types.
 */
export { PUBLISHED, type PublishedBenchmark } from "./benchmarks.js";
export { checkFile, published, type FileCheck } from "./check.js";
export { readRows, type FileRow } from "./readRows.js";
