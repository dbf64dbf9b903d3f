/** Files that exist only once the library is built. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const HERE = new URL("./", import.meta.url).href;
const BUILT = new URL("../dist/", import.meta.url).href;

/**
 * Path of a built file beside a module. Node runs JavaScript only: from the TypeScript sources (tests) it is that of the build.
 *
 * @param module  `import.meta.url` of the module
 */
export function builtFile(name: string, module: string): string {
  const beside = fileURLToPath(new URL(name, module));
  if (existsSync(beside)) return beside;
  return fileURLToPath(new URL(name, module.replace(HERE, BUILT)));
}
