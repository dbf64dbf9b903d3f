/**
 * Sets up what is missing inside the checkout: `npm run setup`, and the first act of every other command.
 *
 * Plain Node without dependencies. Idempotent: each step leaves a stamp beside what it made and is skipped while the
 * stamp still describes it, so a second run takes a fraction of a second. The steps are in `setup/`, one file each.
 * `npm run setup -- --with ray` adds what only a cluster needs. This file keeps to syntax that an old Node can parse, so that an old Node is told what it lacks.
 */
import { pathToFileURL } from "node:url";

/** The oldest Node that can `require` the library's ES modules, which the notebook kernel does. */
const OLDEST_NODE = [20, 19];

/**
 * Set up what is missing, and say what was done.
 *
 * @param options  quiet: print only the steps that had something to do, default false · log: receives each line, default console.log ·
 *   more: what is set up on demand, "torch" or "ray", default none; the engine in use stays the one that it was
 * @returns { steps: { name, made, detail, seconds }[], seconds, engine } where engine says which library computes
 * @throws SetupError (name "SetupError") with a message ready for the terminal: what is missing and what to install;
 *   its `failed` lists the steps that could not be done. The steps that do not depend on them were done all the same.
 */
export async function bootstrap(options) {
  const version = process.versions.node.split(".").map(Number);
  if (
    version[0] < OLDEST_NODE[0] ||
    (version[0] === OLDEST_NODE[0] && version[1] < OLDEST_NODE[1])
  ) {
    const error = new Error(
      "bootstrap: Node must be >= " +
        OLDEST_NODE.join(".") +
        ", got " +
        process.versions.node +
        "; install a newer one with nvm, fnm, Homebrew or your distribution",
    );
    error.name = "SetupError";
    error.failed = ["node"];
    throw error;
  }
  const { setUp } = await import("./setup/steps.mjs");
  return setUp(options || {});
}

if (
  process.argv[1] &&
  import.meta.url === pathToFileURL(process.argv[1]).href
) {
  const more = process.argv.slice(2).filter(function (word) {
    return word !== "--with";
  });
  bootstrap({ more: more }).catch(function (error) {
    console.error(
      "\n" + (error.name === "SetupError" ? error.message : error.stack),
    );
    process.exitCode = 1;
  });
}
