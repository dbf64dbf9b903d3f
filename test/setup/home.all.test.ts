/** Nothing is written to the home folder: set-up, a notebook, the lab and the documentation, each run with an empty one. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ROOT } from "../structure/sources.js";

let root: string;
let home: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "m2rl-home-"));
});
beforeEach(() => {
  home = mkdtempSync(join(root, "home-"));
});
// A Python environment has tens of thousands of files.
afterAll(() => rmSync(root, { recursive: true, force: true }), 300_000);

/** This process's environment without what names a folder of Jupyter, IPython, npm, pip or the desktop. */
function environment(): NodeJS.ProcessEnv {
  const named =
    /^(JUPYTER|IPYTHON|XDG_)|^npm_|^PIP_CACHE_DIR$|^NPM_CONFIG_CACHE$/;
  const kept = Object.entries(process.env).filter(([key]) => !named.test(key));
  // pip asks `rustc` for its version, and rustup, where that is what answers, notes it.
  const RUSTUP_HOME = join(root, "rustup");
  return { ...Object.fromEntries(kept), HOME: home, RUSTUP_HOME };
}

function run(
  program: string,
  args: string[],
  cwd = ROOT,
): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { cwd, env: environment(), encoding: "utf8" },
      (error, stdout, stderr) =>
        resolve({
          code: error === null ? 0 : Number(error.code),
          text: stdout + stderr,
        }),
    );
  });
}

function written(): string[] {
  return readdirSync(home, { recursive: true, encoding: "utf8" });
}

test("npm run setup in this checkout leaves an empty home empty", async () => {
  const { code, text } = await run("npm", ["run", "setup"]);
  expect(code, text).toBe(0);
  expect(text).toContain("ready");
  expect(written()).toEqual([]);
}, 600_000);

test("the installs of npm and pip in a bare copy leave an empty home empty", async () => {
  const copy = join(root, "copy");
  mkdirSync(copy);
  for (const name of ["scripts", "package.json", "package-lock.json", ".npmrc"])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  // The two steps that use programs with caches; the others write where they are told.
  writeFileSync(
    join(copy, "install.mjs"),
    `import { modules } from "./scripts/setup/modules.mjs";
import { python } from "./scripts/setup/python.mjs";
import { findPython } from "./scripts/setup/tools.mjs";
const log = () => {};
console.log(await modules.make({ log }));
console.log(await python.make({ python: await findPython(), log }));
`,
  );
  const { code, text } = await run(process.execPath, ["install.mjs"], copy);
  expect(code, text).toBe(0);
  expect(text).toMatch(/\d+ packages\nJupyterLab/);
  expect(readdirSync(join(copy, ".cache"))).toContain("npm");
  expect(written()).toEqual([]);
}, 600_000);

test("a notebook leaves an empty home empty", async () => {
  const folder = mkdtempSync(join(root, "notebook-"));
  const cell = {
    cell_type: "code",
    execution_count: null,
    id: "one",
    metadata: {},
    outputs: [],
    source: "console.log(6 * 7);",
  };
  const path = join(folder, "tiny.ipynb");
  writeFileSync(
    path,
    JSON.stringify({
      cells: [cell],
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    }),
  );
  const out = join(folder, "out");
  const { code, text } = await run(join(ROOT, ".venv", "bin", "python"), [
    join(ROOT, "scripts", "notebooks.py"),
    ...["--out", out, path],
  ]);
  expect(code, text).toBe(0);
  expect(readFileSync(join(out, "tiny.ipynb"), "utf8")).toContain("42");
  expect(written()).toEqual([]);
}, 240_000);

/** The first address that the lab prints; rejects when it ends before. */
function address(lab: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    lab.stderr!.on("data", (part) => {
      text += String(part);
      const url = /http:\/\/127\.0\.0\.1:\d+\S*token=\w+/.exec(text);
      if (url) resolve(url[0]);
    });
    lab.on("exit", () => reject(new Error(`the lab ended\n${text}`)));
  });
}

test("npm run lab, opened once, leaves an empty home empty", async () => {
  const lab = spawn("npm", ["run", "lab", "--", "--no-browser", "--port=0"], {
    cwd: ROOT,
    env: environment(),
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  try {
    const url = new URL(await address(lab));
    const page = await fetch(url);
    expect(page.status).toBe(200);
    const settings = await fetch(`${url.origin}/lab/api/settings${url.search}`);
    expect(settings.status).toBe(200);
    expect(written()).toEqual([]);
  } finally {
    // The group that this test started: npm, our script and JupyterLab.
    process.kill(-lab.pid!, "SIGTERM");
    await new Promise((resolve) => lab.once("close", resolve));
  }
  expect(written()).toEqual([]);
}, 240_000);

test("npm run docs leaves an empty home empty", async () => {
  const site = join(root, "site");
  const { code, text } = await run("npm", ["run", "docs", "--", "--out", site]);
  expect(code, text).toBe(0);
  expect(readdirSync(site)).toContain("index.html");
  expect(written()).toEqual([]);
}, 240_000);
