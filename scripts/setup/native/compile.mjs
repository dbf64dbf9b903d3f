/** A native addon of an engine: one compiler call, and a trial in a process of its own. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { command, SetupError, tail } from "../command.mjs";
import { digest } from "../place.mjs";

/** Short hash of every file of a folder, for a stamp. */
export function sourcesDigest(folder) {
  const names = readdirSync(folder).sort();
  return digest(...names.map((name) => readFileSync(join(folder, name))));
}

/**
 * Compile an addon; a failure leaves the last one.
 *
 * @param step       what errors call it
 * @param target     path of the addon
 * @param argumentsFor  the compiler's arguments, by the path that it is to write
 * @throws SetupError with the end of what the compiler printed
 */
export async function compile(step, target, argumentsFor, { compiler, log }) {
  mkdirSync(dirname(target), { recursive: true });
  const partial = `${target}.partial`;
  const { code, output } = await command(compiler.path, argumentsFor(partial), {
    beat: "compiling",
    log,
  });
  if (code !== 0) {
    rmSync(partial, { force: true });
    throw new SetupError(
      `${step}: ${compiler.path} failed (${compiler.version})\n${tail(output, 30)}`,
    );
  }
  renameSync(partial, target);
}

/**
 * Run a script that loads an addon and computes with it.
 *
 * @returns what it printed
 * @throws SetupError it ended with an error
 */
export async function tryOut(step, script, env) {
  const { code, output } = await command(process.execPath, ["-e", script], {
    env: { NODE_OPTIONS: "", ...env },
  });
  if (code !== 0)
    throw new SetupError(
      `${step}: it was built but does not load\n${tail(output)}`,
    );
  return output.trim();
}
