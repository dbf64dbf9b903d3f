/** A folder that appears whole or not at all, and under which nothing is lost. */
import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { guarded, systemCode } from "./failure.js";
import { mark, MARKER, removeOurs, whyNotOurs } from "./marker.js";
import { checkTarget, type TargetOptions } from "./target.js";
import { draftOf, flushFolder } from "./writeFile.js";

/** Where a folder waits while another takes its place. */
function asideOf(target: string): string {
  return join(dirname(target), `.${basename(target)}.m2rl-old`);
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Put back what a kill in the middle of `publishFolder` left aside: the old folder where the new one did not come, nothing where it did.
 *
 * @param target  from `checkTarget`
 * @throws the error of `failure`: what is aside is not m2rl's
 */
export function recoverFolder(
  target: string,
  { failure }: Pick<TargetOptions, "failure">,
): void {
  const aside = asideOf(target);
  if (!isThere(aside)) return;
  guarded(aside, "writable", failure, () => {
    const isEmpty = lstatSync(aside).isDirectory() && readdirSync(aside);
    if (
      isEmpty === false ||
      (isEmpty.length > 0 && !isThere(join(aside, MARKER)))
    )
      throw failure(
        `${aside} must be what an interrupted run of m2rl left, got something else; move it away`,
      );
    const isFree = !isThere(target) || readdirSync(target).length === 0;
    if (isFree && isEmpty.length > 0) {
      renameSync(aside, target);
      return;
    }
    const why = removeOurs(aside);
    if (why !== null)
      throw failure(
        `${aside} must be what an interrupted run of m2rl left, got another folder: ${why}; move it away`,
      );
  });
}

/**
 * Give a finished and marked folder its name: by a rename onto nothing, or, with `replace`, in place of a folder that holds only what
 * m2rl wrote. Everything is checked again, since hours may lie between the first check and now.
 *
 * A kill leaves the old folder, the new one, or the old one aside, from where `recoverFolder` puts it back.
 *
 * @param draft   a folder beside `target`, marked
 * @param target  from `checkTarget`
 * @throws the error of `failure`; both folders are then where they were
 */
export function publishFolder(
  draft: string,
  target: string,
  options: TargetOptions,
): void {
  const { failure } = options;
  recoverFolder(target, options);
  checkTarget(target, options);
  const put = (): void => {
    try {
      renameSync(draft, target);
    } catch (error) {
      if (/^(ENOTEMPTY|EEXIST|ENOTDIR)$/.test(systemCode(error) ?? ""))
        throw failure(
          `${target} must stay absent or empty meanwhile, got something that another process put there`,
          error,
        );
      throw error;
    }
  };
  guarded(target, "writable", failure, () => {
    const aside = asideOf(target);
    const old = isThere(target) && readdirSync(target).length > 0;
    if (old) {
      renameSync(target, aside);
      // Nobody finds it by its name any more: what it holds now is what is removed.
      const why = whyNotOurs(aside);
      if (why !== null) {
        renameSync(aside, target);
        throw failure(
          `${target} must be a folder of m2rl to be replaced, got another: ${why}`,
        );
      }
    }
    try {
      put();
    } catch (error) {
      if (old && !isThere(target)) renameSync(aside, target);
      throw error;
    }
    flushFolder(dirname(target));
    const left = old ? removeOurs(aside) : null;
    if (left !== null)
      throw failure(
        `${aside} must hold only what m2rl wrote to be removed, got another: ${left}; the new folder is in place`,
      );
  });
}

/**
 * Build a folder under a temporary name beside its place, mark it, and publish it.
 *
 * @param path  the folder; parents are made
 * @param fill  writes the contents into the folder that it is given
 * @returns its absolute path
 * @throws the error of `failure` · whatever `fill` throws; what was there before stays, the temporary folder goes
 */
export function writeFolder(
  path: string,
  fill: (folder: string) => void,
  options: TargetOptions,
): string {
  const { failure } = options;
  const target = checkTarget(path, options);
  recoverFolder(target, options);
  const draft = draftOf(target);
  guarded(target, "writable", failure, () => {
    mkdirSync(dirname(target), { recursive: true });
    mkdirSync(draft);
  });
  try {
    fill(draft);
    mark(draft);
    publishFolder(draft, target, options);
  } catch (error) {
    // Made by this call under a name of its own.
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  return target;
}
