/**
 * Makes the archive that `scripts/gpu-check.sh` takes to a machine with a GPU and without Node: this Node, the built library, the sources of
 * the torch engine, its tests, and the packages that they load.
 *
 *   node scripts/gpu-pack.mjs [OUT]     default m2rl-gpu.tar.xz; needs tar and xz
 */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { ROOT } from "./setup/place.mjs";

/** What the archive may weigh, in MiB. */
const MOST = 64;

/** Parts of the checkout. */
const PARTS = [
  "package.json",
  "vitest.config.ts",
  "tsconfig.json",
  "dist",
  "src",
  "scripts",
  "test/engine",
  "test/model",
  "test/train",
  "test/golden",
  "test/temporaryFolder.ts",
  "data/nano/base",
  "data/hard/weights/sft",
  "data/claims.json",
  "data/predictors.json",
];

/** Packages whose files are all packed, with what they depend on; of TensorFlow.js only what is loaded. */
const WHOLE = ["vitest", "node-api-headers"];

/** What no program reads. */
const LEFT_OUT = ["*.map", "*.d.ts", "*.d.mts", "*.md"];

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** Folder of a package as a package in `from` finds it; undefined where an optional one is absent. */
function packageFolder(name, from) {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, "node_modules", name);
    if (existsSync(join(folder, "package.json"))) return folder;
    if (at === dirname(at)) return undefined;
  }
}

/** Packages with all that they depend on. */
function closure(names) {
  const found = new Set();
  const visit = (name, from) => {
    const folder = packageFolder(name, from);
    if (folder === undefined || found.has(folder)) return;
    found.add(folder);
    const { dependencies, optionalDependencies } = manifestOf(folder);
    for (const each of Object.keys({
      ...dependencies,
      ...optionalDependencies,
    }))
      visit(each, folder);
  };
  for (const name of names) visit(name, ROOT);
  return [...found];
}

/** The files that a process loads for TensorFlow.js, and the manifests by which it finds them. */
function tensorflowFiles() {
  const script = `const before = new Set(Object.keys(require.cache)); require("@tensorflow/tfjs");
    console.log(JSON.stringify(Object.keys(require.cache).filter((path) => !before.has(path))))`;
  const { stdout } = spawnSync(
    process.execPath,
    ["--preserve-symlinks", "-e", script],
    { cwd: ROOT },
  );
  const files = JSON.parse(String(stdout));
  const manifests = files.map((file) => {
    let folder = dirname(file);
    while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
    return join(folder, "package.json");
  });
  return [...new Set([...files, ...manifests])];
}

const out = resolve(process.argv[2] ?? "m2rl-gpu.tar.xz");
const { dependencies } = manifestOf(ROOT);
const paths = [
  ...PARTS,
  ...[
    ...closure([...WHOLE, ...Object.keys(dependencies)]),
    ...tensorflowFiles(),
  ].map((path) => relative(ROOT, path)),
];
const folder = mkdtempSync(join(tmpdir(), "m2rl-pack-"));
try {
  // Under one folder, whatever the checkout is called; the Node that runs this goes along.
  symlinkSync(ROOT, join(folder, "m2rl"));
  copyFileSync(process.execPath, join(folder, "node"));
  const { status, stderr } = spawnSync(
    "tar",
    [
      ...["--create", "--file", out, "--use-compress-program", "xz -T0 -4"],
      ...LEFT_OUT.map((pattern) => `--exclude=${pattern}`),
      ...["--transform", "s,^node$,m2rl/node,", "--directory", folder],
      "node",
      ...paths.map((path) => join("m2rl", path)),
    ],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`gpu-pack: tar failed: ${stderr}`);
} finally {
  rmSync(folder, { recursive: true });
}
const size = statSync(out).size / 2 ** 20;
console.log(`${out}: ${size.toFixed(1)} MiB`);
if (size > MOST)
  throw new Error(
    `gpu-pack: the archive must be at most ${MOST} MiB, got ${size.toFixed(1)}`,
  );
