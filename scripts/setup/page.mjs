/** Bundles the page of `m2rl view` for the browser; as a command, into dist/: `node scripts/setup/page.mjs`. */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./place.mjs";

/** Scripts of the page: everything, and the few lines that run before anything is drawn. */
const SCRIPTS = { app: "main.ts", theme: "theme.ts" };

/**
 * Bundle scripts and style.
 *
 * @param dist  folder of the built library
 */
export async function bundlePage(dist) {
  const { rolldown } = await import("rolldown");
  const source = join(ROOT, "src", "view", "page");
  const target = join(dist, "view", "page");
  mkdirSync(target, { recursive: true });
  for (const [name, file] of Object.entries(SCRIPTS)) {
    const bundle = await rolldown({
      input: join(source, file),
      platform: "browser",
      tsconfig: false,
    });
    // One classic script: modules cannot be loaded from the file system.
    await bundle.write({
      file: join(target, `${name}.js`),
      format: "iife",
      minify: true,
    });
    await bundle.close();
  }
  copyFileSync(join(source, "style.css"), join(target, "style.css"));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await bundlePage(join(ROOT, "dist"));
