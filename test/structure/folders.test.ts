/** No folder of code holds more files than a reader takes in at one look. */
import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./sources.js";

/** Files directly in one folder. */
const MOST = 20;

/** Folders below `root` with their numbers of files, those of their own folders not counted. */
function folders(root: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const entry of readdirSync(root, {
    recursive: true,
    withFileTypes: true,
  })) {
    if (!entry.isFile()) continue;
    const folder = relative(ROOT, entry.parentPath).split(sep).join("/");
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return counts;
}

test.each(["src", "scripts", "test", "examples"])(
  `%s has no folder with more than ${MOST} files at one level`,
  (name) => {
    const counts = folders(join(ROOT, name));
    expect(counts.size).toBeGreaterThan(0);
    const data = /^test\/report\/snapshots|\/(?:node_modules|__pycache__)/;
    expect(
      [...counts].filter(
        ([folder, count]) => count > MOST && !data.test(folder),
      ),
    ).toEqual([]);
  },
);
