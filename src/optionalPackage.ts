/** Packages that only some work needs: loaded when they are first used, and named when they are missing. */
import { createRequire } from "node:module";
import { MissingPackageError } from "./error.js";

/**
 * What a package exports, loaded at the first access to one of its members, so that importing m2rl does not need it.
 *
 * The packages behind it are optional peers in package.json: who only merges, inspects, compares or verifies installs none.
 *
 * @param name     name as npm knows it
 * @param purpose  what needs it, a plural: "figures"
 * @param remedy   the command that brings it; default `npm install` of the name
 * @returns a stand-in whose members are those of the package
 * @throws MissingPackageError on first access, where the package is not installed
 * @example
 * const Plot = optionalPackage<typeof import("@observablehq/plot")>("@observablehq/plot", "figures");
 */
export function optionalPackage<T extends object>(
  name: string,
  purpose: string,
  remedy: string = `npm install ${name}`,
): T {
  let loaded: T | undefined;
  const load = (): T => (loaded ??= requirePackage<T>(name, purpose, remedy));
  return new Proxy({} as T, {
    get: (_, key): unknown => Reflect.get(load(), key),
    has: (_, key): boolean => Reflect.has(load(), key),
    ownKeys: (): (string | symbol)[] => Reflect.ownKeys(load()),
  });
}

/**
 * What an optional package, or a file of it, exports: for packages that export a function or data rather than members.
 *
 * @param name  name as `require` takes it, a path inside the package included
 * @throws MissingPackageError the package is not installed
 * @example
 * requirePackage<object>("langdetect/res/cjk.json", "language constraints", "npm install langdetect");
 */
export function requirePackage<T>(
  name: string,
  purpose: string,
  remedy: string,
): T {
  try {
    return createRequire(import.meta.url)(name) as T;
  } catch (cause) {
    // Anything but an absent package is a fault of its own and must not be reported as absence.
    if ((cause as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND")
      throw cause;
    throw new MissingPackageError(
      `${purpose} need the package ${name}, which is not installed; run \`${remedy}\``,
      [name],
      { cause },
    );
  }
}
