/** The file by which m2rl knows a folder as its own: every file that was written there, with size and hash. */
import { lstatSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { hashFile } from "./hash.js";
import { readJsonObject } from "./readFile.js";
import { writeFileAtomically } from "./writeFile.js";

/** Name of the marker in a folder. */
export const MARKER = ".m2rl.json";

/** A marker of some hundred thousand files: an object of objects of plain values. */
const BUDGET = { bytes: 64e6, depth: 3 };

interface Marked {
  bytes: number;
  sha256: string;
}

/** Paths below a folder, with "/" between names: folders before what is in them; links are not followed. */
function pathsBelow(folder: string, prefix = ""): [string, boolean][] {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap(
    (entry): [string, boolean][] => {
      const path = prefix + entry.name;
      return entry.isDirectory()
        ? [[path, true], ...pathsBelow(folder, `${path}/`)]
        : [[path, false]];
    },
  );
}

function readMarker(folder: string): ReadonlyMap<string, Marked> | null {
  const path = join(folder, MARKER);
  // A link is no marker.
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    return null;
  let files: unknown;
  try {
    ({ files } = readJsonObject(path, BUDGET, (text) => new Error(text)));
  } catch {
    // Not JSON, too large or too deep: no marker of ours.
    return null;
  }
  if (typeof files !== "object" || files === null) return null;
  const entries = Object.entries(files);
  const isMarked = (value: unknown): value is Marked => {
    const { bytes, sha256 } = (value ?? {}) as Partial<Marked>;
    return typeof bytes === "number" && typeof sha256 === "string";
  };
  return entries.every((entry): entry is [string, Marked] => isMarked(entry[1]))
    ? new Map(entries)
    : null;
}

/**
 * Mark a folder as written by m2rl: list all that is in it.
 *
 * @param known   SHA-256 of files by name, where they need not be computed again
 * @param except  plain names that are left out, since they go before the folder gets its name
 */
export function mark(
  folder: string,
  known: ReadonlyMap<string, string> = new Map(),
  except: readonly string[] = [],
): void {
  const files = pathsBelow(folder)
    .filter(
      ([path, isFolder]) =>
        !isFolder && path !== MARKER && !except.includes(path),
    )
    .map(([path]): [string, Marked] => [
      path,
      {
        bytes: lstatSync(join(folder, path)).size,
        sha256: known.get(path) ?? hashFile(join(folder, path)),
      },
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify(
    { about: "written by m2rl", files: Object.fromEntries(files) },
    null,
    1,
  );
  writeFileAtomically(join(folder, MARKER), [Buffer.from(`${text}\n`)]);
}

/**
 * Why a folder is not, or not only, what m2rl wrote there: null where every file is marked and has the bytes it was written with. Marked
 * files may be missing, since removing the others then loses nothing.
 *
 * Cost: reads every file once.
 */
export function whyNotOurs(folder: string): string | null {
  const marked = readMarker(folder);
  if (marked === null) return `it has no marker ${MARKER} of m2rl`;
  const folders = new Set(
    [...marked.keys()].flatMap((path) => {
      const names = path.split("/").slice(0, -1);
      return names.map((_, i) => names.slice(0, i + 1).join("/"));
    }),
  );
  for (const [path, isFolder] of pathsBelow(folder)) {
    if (path === MARKER || (isFolder && folders.has(path))) continue;
    const name = JSON.stringify(path);
    const known = isFolder ? undefined : marked.get(path);
    if (known === undefined) return `m2rl did not write ${name} there`;
    const stat = lstatSync(join(folder, path));
    if (
      !stat.isFile() ||
      stat.size !== known.bytes ||
      hashFile(join(folder, path)) !== known.sha256
    )
      return `${name} was changed since m2rl wrote it`;
  }
  return null;
}

/**
 * Remove a folder that is only what m2rl wrote: file by file, the marker last, then the folder; so that what another process puts there
 * meanwhile stays, and what a kill leaves is still marked.
 *
 * @returns why it was not removed; null when it is gone
 */
export function removeOurs(folder: string): string | null {
  // Empty: a kill came between the marker and the folder.
  if (readdirSync(folder).length > 0) {
    const why = whyNotOurs(folder);
    if (why !== null) return why;
    const paths = pathsBelow(folder).filter(([path]) => path !== MARKER);
    for (const [path, isFolder] of paths.reverse()) {
      if (isFolder) rmdirSync(join(folder, path));
      else unlinkSync(join(folder, path));
    }
    unlinkSync(join(folder, MARKER));
  }
  try {
    rmdirSync(folder);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
