/** Where the files of a published data set lie on this machine: a file, a folder, or the hub's cache. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative, sep } from "node:path";
import { TaskError } from "../../error.js";
import { readText } from "../../io/index.js";

/** Most files of a folder that are looked at. */
const MOST_FILES = 10_000;

/**
 * The hub's cache of this machine: `HF_HUB_CACHE`, else `HF_HOME`/hub, else ~/.cache/huggingface/hub.
 *
 * Source: the documented layout of the Hugging Face hub's cache.
 */
export function hubCache(): string {
  const { HF_HUB_CACHE, HF_HOME } = process.env;
  return (
    HF_HUB_CACHE ??
    join(HF_HOME ?? join(homedir(), ".cache", "huggingface"), "hub")
  );
}

/** What the hub's cache calls the folder of a data set: "openai/gsm8k" → "datasets--openai--gsm8k". */
export function hubFolder(repository: string): string {
  return `datasets--${repository.replaceAll("/", "--")}`;
}

/**
 * The snapshot of a repository's folder: the revision that `refs/main` names, or the only one there is.
 *
 * @throws TaskError there is none, several without a ref, or the one that the ref names is not there
 */
export function hubSnapshot(folder: string): string {
  const snapshots = join(folder, "snapshots");
  const ref = join(folder, "refs", "main");
  if (existsSync(ref)) {
    const revision = readText(
      ref,
      { bytes: 4096 },
      (text, cause) => new TaskError(`hub: ${text}`, { cause }),
    ).trim();
    // A revision is a hash; anything else could lead out of the folder.
    const found = join(snapshots, revision);
    if (/^[0-9a-f]{7,64}$/u.test(revision) && existsSync(found)) return found;
    throw new TaskError(
      `hub: ${ref} must name a folder of ${snapshots}, got ${JSON.stringify(revision.slice(0, 80))}`,
    );
  }
  const revisions = existsSync(snapshots) ? readdirSync(snapshots) : [];
  if (revisions.length === 1) return join(snapshots, revisions[0]!);
  throw new TaskError(
    `hub: ${folder} must have refs/main or one snapshot, has ${revisions.length} snapshots`,
  );
}

/** Files under a folder as paths with "/", links followed (a snapshot is a folder of links into `blobs`). */
function filesUnder(folder: string): string[] {
  const found: string[] = [];
  // Links to folders are not entered, so no cycle is walked.
  const waiting = [folder];
  for (let here = waiting.pop(); here !== undefined; here = waiting.pop()) {
    for (const entry of readdirSync(here, { withFileTypes: true })) {
      const path = join(here, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else if (statSync(path, { throwIfNoEntry: false })?.isFile())
        found.push(relative(folder, path).split(sep).join("/"));
      if (found.length > MOST_FILES)
        throw new TaskError(
          `hub: ${folder} must hold at most ${MOST_FILES} files`,
        );
    }
  }
  return found.sort();
}

/**
 * The data files at a path.
 *
 * @param path        a file; a folder of files; a repository's folder in the hub's cache (`datasets--…`); or the cache itself
 * @param repository  organisation/name, to find the folder in a cache
 * @param files       which files of a folder are the split that is scored, tried on paths below it
 * @returns one path at least, in the order of their names
 * @throws TaskError nothing is there, or no file of the folder is meant
 */
export function dataFiles(
  path: string,
  repository: string | undefined,
  files: RegExp,
): string[] {
  if (!existsSync(path)) throw new TaskError(`readRows: ${path} not found`);
  if (!statSync(path).isDirectory()) return [path];
  let folder = path;
  if (repository !== undefined && existsSync(join(path, hubFolder(repository))))
    folder = join(path, hubFolder(repository));
  if (existsSync(join(folder, "snapshots"))) folder = hubSnapshot(folder);
  const all = filesUnder(folder);
  const meant = all.filter((name) => files.test(name));
  if (meant.length === 0)
    throw new TaskError(
      `readRows: ${folder} must hold files like ${files.source}, holds ${all.slice(0, 8).join(", ") || "none"}`,
    );
  return meant.map((name) => join(folder, name));
}
