/** Step "build": compiles src/ to dist/, the kernels in it to WebAssembly, and bundles the page, when a source has changed. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { command, SetupError, tail } from "./command.mjs";
import { compileKernels } from "./kernels.mjs";
import { bundlePage } from "./page.mjs";
import { copyPython } from "./pythonFiles.mjs";
import {
  CACHE,
  digest,
  readStamp,
  ROOT,
  stampFits,
  writeStamp,
} from "./place.mjs";

const DIST = join(ROOT, "dist");
const STAMP = join(DIST, "m2rl.json");

function sources() {
  const names = readdirSync(join(ROOT, "src"), { recursive: true }).filter(
    (name) => /\.(?:ts|css|py)$/.test(name),
  );
  return names.sort().map((name) => join("src", name));
}

function wanted() {
  const inputs = [
    ...sources(),
    "tsconfig.json",
    "tsconfig.build.json",
    "package-lock.json",
    join("scripts", "setup", "kernels.mjs"),
    join("scripts", "setup", "page.mjs"),
  ];
  return {
    sources: digest(
      ...inputs.flatMap((name) => [name, readFileSync(join(ROOT, name))]),
    ),
  };
}

export const build = {
  name: "build",
  after: ["node modules"],
  needs: [],
  folder: DIST,

  done() {
    return stampFits(readStamp(STAMP), wanted())
      ? `${sources().length} files`
      : undefined;
  },

  async make({ log }) {
    // Built aside and renamed, so that a failed build leaves the last good one and no deleted file lives on.
    const fresh = join(CACHE, "dist");
    const old = join(CACHE, "dist-before");
    for (const folder of [fresh, old])
      rmSync(folder, { recursive: true, force: true });
    const stamp = wanted();
    const { code, output } = await command(
      process.execPath,
      [
        join("node_modules", "typescript", "bin", "tsc"),
        "-p",
        "tsconfig.build.json",
        "--outDir",
        fresh,
      ],
      { beat: "compiling", log },
    );
    if (code !== 0)
      throw new SetupError(
        `build: the TypeScript compiler found errors\n${tail(output, 30)}`,
      );
    const kernels = await command(process.execPath, compileKernels(fresh), {
      beat: "compiling kernels",
      log,
    });
    if (kernels.code !== 0)
      throw new SetupError(
        `build: the AssemblyScript compiler found errors\n${tail(kernels.output, 30)}`,
      );
    try {
      await bundlePage(fresh);
    } catch (error) {
      throw new SetupError(
        `build: the page could not be bundled\n${tail(error.message, 30)}`,
      );
    }
    copyPython(fresh);
    writeStamp(join(fresh, "m2rl.json"), stamp);
    if (existsSync(join(fresh, "cli.js")))
      chmodSync(join(fresh, "cli.js"), 0o755);
    mkdirSync(CACHE, { recursive: true });
    if (existsSync(DIST)) renameSync(DIST, old);
    renameSync(fresh, DIST);
    rmSync(old, { recursive: true, force: true });
    // Sources that were edited meanwhile have the next run build again.
    return `${sources().length} files`;
  },
};
