/** Where a folder may be written: never where something is lost, whatever path is given. */
import { lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { type Failure, guarded, systemCode } from "./failure.js";
import { whyNotOurs } from "./marker.js";

/** Options of `checkTarget`. */
export interface TargetOptions {
  /** Files and folders that the result is made from. */
  inputs?: readonly string[];
  /** Whether a folder that m2rl wrote, and only m2rl, may be replaced; default false. */
  replace?: boolean;
  /** What would allow it, for the message; for example "--force replaces a result". */
  hint?: string;
  failure: Failure;
}

/** What a path leads to, independent of how it is spelled. */
function identity(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

/** Whether something is at a path, a link that leads nowhere too. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    // What stands in the way is found further up.
    if (systemCode(error) === "ENOTDIR") return false;
    throw error;
  }
}

/** Whether `inner` is `outer` or below it, through whatever links and spellings. */
function isWithin(inner: string, outer: string): boolean {
  const wanted = identity(outer);
  for (let path = inner; ; path = dirname(path)) {
    if (path === outer) return true;
    if (wanted !== null && identity(path) === wanted) return true;
    if (path === dirname(path)) return false;
  }
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/**
 * The one absolute path that a path means from now on, the links of its parents resolved.
 *
 * @throws the error of `failure`: it is empty, a root, or below something that is not a folder
 */
export function resolveTarget(path: string, failure: Failure): string {
  if (path.trim() === "" || path.includes("\0"))
    throw failure(
      `path to write to must name a folder, got ${JSON.stringify(path)}`,
    );
  const target = resolve(path);
  let parent = dirname(target);
  if (parent === target)
    throw failure(`${target} must be a folder that may be written, got a root`);
  const missing: string[] = [];
  while (!isThere(parent)) {
    missing.unshift(basename(parent));
    parent = dirname(parent);
  }
  if (statSync(parent, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw failure(
      `${target} must be below a folder, got ${parent}, which is none`,
    );
  return join(realpathSync(parent), ...missing, basename(target));
}

/**
 * Check that a folder may be written at a path, now.
 *
 * Refused are: an empty path, a root, the home folder and the current one and whatever they are in, an input and whatever is in it or
 * holds it, a file, a link, and a folder with anything in it; by `replace` a folder may be there whose files are all marked as m2rl's and
 * unchanged.
 *
 * @returns its absolute path
 * @throws the error of `failure`
 */
export function checkTarget(path: string, options: TargetOptions): string {
  return guarded(JSON.stringify(path), "writable", options.failure, () => {
    const target = resolveTarget(path, options.failure);
    checkApart(target, options);
    checkFree(target, options);
    return target;
  });
}

/** Refuse what must stay, whatever is there. */
function checkApart(
  target: string,
  { inputs = [], failure }: TargetOptions,
): void {
  const kept = [
    ["the current folder", process.cwd()],
    ["the home folder", homedir()],
  ] as const;
  for (const [name, folder] of kept) {
    if (isWithin(realOf(folder), target))
      throw failure(
        `${target} must be a folder for a result, got ${name} or one that holds it`,
      );
  }
  for (const input of inputs) {
    const real = realOf(input);
    if (isWithin(real, target) || isWithin(target, real))
      throw failure(
        `${target} must be apart from what is read, got a path on that of input ${input}`,
      );
  }
}

/** Refuse a place that is taken, unless what is there may be replaced. */
function checkFree(
  target: string,
  { replace = false, hint, failure }: TargetOptions,
): void {
  const found = occupied(target);
  if (found === null) return;
  const { got, isFolder } = found;
  if (!isFolder || !replace) {
    const help = isFolder && hint !== undefined ? `; ${hint}` : "";
    throw failure(`${target} must be absent or empty, got ${got}${help}`);
  }
  const why = whyNotOurs(target);
  if (why === null) return;
  throw failure(
    `${target} must be a folder of m2rl to be replaced, got another: ${why}`,
  );
}

/** What stands in the way; null where there is nothing or an empty folder. */
function occupied(target: string): { got: string; isFolder: boolean } | null {
  const stat = lstatSync(target, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  if (stat.isSymbolicLink()) return { got: "a link", isFolder: false };
  if (!stat.isDirectory()) return { got: "a file", isFolder: false };
  const { length } = readdirSync(target);
  return length === 0
    ? null
    : { got: `a folder with ${length} entries`, isFolder: true };
}
