/**
 * io: files and folders, read and written so that nothing is lost.
 *
 * One writer for files (`writeFileAtomically`) and one for folders (`writeFolder`, or `checkTarget`, `mark` and `publishFolder` where the
 * work takes long, `LineWriter` where a file is longer than the memory). All write beside the place and rename. A folder is replaced or removed only when every file in it is listed in its
 * marker, with the bytes it was written with; a file only when it is of the kind that the caller writes. Hashes: `hashFile`, `hashText`, and `canonicalJson`, one text for equal values. One process at a time in a place: `takeLease`, and
 * `leaseState` for who only looks; `thisProcess` and `isGone` tell whether another process is still there.
 * Jobs in worker threads: `Threads`, and `serveThread` at their end; asynchronous work, only so much at a time: `Slots`; `breathe` pauses a long computation.
 *
 * What others wrote is opened by `openRegular` and read by `readBytes`, `readText`, `readJson`, `readJsonLines` and `readJsonObject`, each within a budget, and shown by `printable`.
 *
 * `GrowingLines` follows the lines of a file while another process writes it.
 *
 * `unpackWheel` takes files out of a pinned wheel of Python's package index.
 *
 * `duration` is a time for people.
 *
 * Errors say what must hold and what was found; the caller's `Failure` gives them their type and their first word.
 *
 * @module
 */
export { breathe } from "./breathe.js";
export { canonicalJson } from "./canonicalJson.js";
export { duration } from "./duration.js";
export { type Failure, guarded, systemCode } from "./failure.js";
export { GrowingLines } from "./growingLines.js";
export { hashFile, hashText } from "./hash.js";
export {
  isGone,
  type Lease,
  LEASE_LASTS,
  leaseState,
  type Living,
  takeLease,
  thisProcess,
} from "./lease.js";
export { codeBlock, codeSpan, inLine, printable } from "./printable.js";
export {
  BUDGETS,
  openRegular,
  parseJson,
  type ReadBudget,
  readBytes,
  readJson,
  readJsonLines,
  readJsonObject,
  readText,
} from "./readFile.js";
export { LineWriter } from "./lineWriter.js";
export { lotsOf } from "./lots.js";
export { mark, MARKER, removeOurs, whyNotOurs } from "./marker.js";
export { Slots } from "./slots.js";
export { serveThread, Threads, type ThreadsOptions } from "./threads.js";
export { checkTarget, resolveTarget, type TargetOptions } from "./target.js";
export {
  checkReplaceable,
  flushFolder,
  isDraft,
  writeChunks,
  writeFileAtomically,
  type WriteFileOptions,
} from "./writeFile.js";
export { type PinnedWheel, unpackWheel } from "./wheel.js";
export { parseYaml, type TextPlace } from "./yaml.js";
export { publishFolder, recoverFolder, writeFolder } from "./writeFolder.js";
