/** Files that exist only once the library is built. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Path of a built file beside a module; from the TypeScript sources (tests) that of the build.
 *
 * @param module  `import.meta.url` of the module
 */
export function builtFile(name: string, module: string): string {
  const beside = fileURLToPath(new URL(name, module));
  if (existsSync(beside)) return beside;
  const built = module.replace(/\/src\/(merge\/.*)$/, "/dist/$1");
  return fileURLToPath(new URL(name, built));
}
