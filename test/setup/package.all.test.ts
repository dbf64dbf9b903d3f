/** The package as somebody else gets it: packed, installed into an empty folder without a checkout, and used there. */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../structure/sources.js";

const BASE = join(ROOT, "data", "nano", "base");

/** Packages below a folder of modules, by their own package.json. */
function packagesIn(modules: string): string[] {
  return readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) =>
      name.startsWith("@")
        ? readdirSync(join(modules, name)).map((own) => `${name}/${own}`)
        : [name],
    );
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => lstatSync(join(folder, name)))
    .filter((entry) => entry.isFile())
    .reduce((sum, { size }) => sum + size, 0);
}

describe("the packed library", () => {
  let folder: string;
  const command = (program: string, args: string[], cwd = folder): string =>
    execFileSync(program, args, { cwd, encoding: "utf8", stdio: "pipe" });
  const m2rl = (...args: string[]): string =>
    command(join(folder, "node_modules", ".bin", "m2rl"), args);
  /** What the compiler says of files of that folder. */
  const typeErrors = (files: readonly string[]): string => {
    const compilerOptions = {
      ...{ noEmit: true, strict: true, skipLibCheck: true, types: [] },
      ...{ module: "nodenext", target: "es2022" },
    };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions, files }),
    );
    const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    try {
      return command(process.execPath, [tsc, "-p", folder]);
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  };
  /** What a command that must fail wrote to stderr. */
  const failure = (...args: string[]): string => {
    try {
      m2rl(...args);
    } catch (error) {
      return (error as { stderr: string }).stderr;
    }
    throw new Error(`m2rl ${args.join(" ")} must fail`);
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "m2rl-package-"));
    const [packed] = JSON.parse(
      command("npm", ["pack", "--json", "--pack-destination", folder], ROOT),
    ) as { filename: string }[];
    writeFileSync(join(folder, "package.json"), '{ "private": true }');
    command("npm", [
      ...["install", "--no-audit", "--no-fund", "--prefer-offline"],
      join(folder, packed!.filename),
    ]);
    for (const name of ["base", "expert"])
      cpSync(BASE, join(folder, "models", name), { recursive: true });
  }, 180_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test("brings at most 20 packages and 30 MB, none of them with an install script", () => {
    const modules = join(folder, "node_modules");
    const names = packagesIn(modules);
    expect(names).toContain("m2rl");
    expect(names.length).toBeLessThanOrEqual(20);
    expect(bytesBelow(modules)).toBeLessThanOrEqual(30e6);
    for (const name of names) {
      const { scripts = {} } = JSON.parse(
        readFileSync(join(modules, name, "package.json"), "utf8"),
      ) as { scripts?: Record<string, string> };
      expect(scripts, name).not.toHaveProperty("install");
      expect(scripts, name).not.toHaveProperty("postinstall");
    }
  });

  test("inspects, merges and compares model folders", () => {
    expect(m2rl("inspect", "models/base")).toContain("529,504 parameters");
    writeFileSync(
      join(folder, "recipe.yml"),
      `merge_method: ties
base_model: models/base
models: [{ model: models/expert }]
parameters: { density: 0.5 }
`,
    );
    expect(m2rl("merge", "recipe.yml", "merged")).toContain("merged");
    expect(m2rl("diff", "models/base", "models/expert", "merged")).toContain(
      "46 tensors",
    );
  });

  test("says in one line what a verb lacks", () => {
    expect(failure("generate", "models/base", "1+1=")).toMatch(
      /^m2rl: startEngine: the native tensor engine must load, .*run `npm run setup` in a checkout of m2rl\n$/,
    );
    expect(
      failure("diff", "models/base", "models/expert", "--report", "shift.html"),
    ).toContain(
      "figures need the package @observablehq/plot, which is not installed; " +
        "run `npm install @observablehq/plot linkedom arquero`",
    );
  });

  test("has the types that the type tests ask of the sources", () => {
    const types = join(ROOT, "test", "types");
    const names = readdirSync(types).filter((name) =>
      name.endsWith(".test-d.ts"),
    );
    expect(names.length).toBeGreaterThan(2);
    const texts = names.map((name) => readFileSync(join(types, name), "utf8"));
    mkdirSync(join(folder, "types"));
    names.forEach((name, i) =>
      writeFileSync(
        join(folder, "types", name),
        texts[i]!.replaceAll('"../../src/index.js"', '"m2rl"').replaceAll(
          /"\.\.\/\.\.\/src\/(\w+)\/index\.js"/g,
          '"m2rl/$1"',
        ),
      ),
    );
    // What must not compile is told by an unused "@ts-expect-error" if it does.
    expect(texts.join("").match(/@ts-expect-error/g)!.length).toBeGreaterThan(
      20,
    );
    expect(typeErrors(names.map((name) => join("types", name)))).toBe("");
  });

  test("has a namespace and a subpath for each room, with types", () => {
    mkdirSync(join(folder, "src"), { recursive: true });
    writeFileSync(
      join(folder, "src", "use.ts"),
      `import { merge as all } from "m2rl";
import { ties, type TiesOptions } from "m2rl/merge";
import { readModelFolder } from "m2rl/checkpoint";
const options: TiesOptions = { density: 0.5 };
const { params } = readModelFolder("models/base");
export const same: typeof all.ties = ties;
ties(params, [params], options);
// @ts-expect-error a density is a number
ties(params, [params], { density: "half" });
`,
    );
    expect(typeErrors(["src/use.ts"])).toBe("");
    const { exports } = JSON.parse(
      readFileSync(join(ROOT, "package.json"), "utf8"),
    ) as { exports: Record<string, unknown> };
    const rooms = JSON.parse(
      command(process.execPath, [
        ...["--input-type=module", "--eval"],
        'import("m2rl").then((all) => console.log(JSON.stringify(Object.keys(all))))',
      ]),
    ) as string[];
    expect(
      Object.keys(exports)
        .filter((path) => path.startsWith("./") && path !== "./package.json")
        .map((path) => path.slice(2))
        .sort(),
    ).toEqual([...rooms].sort());
  });
});
