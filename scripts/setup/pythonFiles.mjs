/** Copies the Python that travels with the library; as a command, into dist/: `node scripts/setup/pythonFiles.mjs`. */
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./place.mjs";

/**
 * Copy every Python file of src/ to its place.
 *
 * @param dist  folder of the built library
 */
export function copyPython(dist) {
  const source = join(ROOT, "src");
  for (const name of readdirSync(source, { recursive: true })) {
    if (!name.endsWith(".py")) continue;
    mkdirSync(dirname(join(dist, name)), { recursive: true });
    copyFileSync(join(source, name), join(dist, name));
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  copyPython(join(ROOT, "dist"));
