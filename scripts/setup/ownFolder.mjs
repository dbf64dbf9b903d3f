/** Folders of the checkout that the set-up fills, and empties where they are outdated. */
import { lstatSync, readlinkSync } from "node:fs";
import { SetupError } from "./command.mjs";

/**
 * Refuse a link in place of a folder: what it leads to may be another checkout's, or somebody's, and would be emptied.
 *
 * @param step  what errors call it
 * @throws SetupError naming the link
 */
export function checkOwnFolder(step, folder) {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (!stat?.isSymbolicLink()) return;
  throw new SetupError(
    `${step}: ${folder} must be a folder of this checkout, got a link to ${readlinkSync(folder)}, where things would be removed; remove the link and run \`npm run setup\``,
  );
}
