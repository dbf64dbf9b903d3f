/** The set-up as a person meets it: run as a command in this checkout, and in a bare copy of its scripts. */
import { execFile, execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from "vitest";
import { M2rlError } from "../../src/error.js";
import { takeLease } from "../../src/io/index.js";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

interface Run {
  code: number;
  text: string;
  lastLine: string | undefined;
}

/** Run a script of a checkout; only `env` and what finds programs is passed on. */
function run(
  folder: string,
  script: string,
  env: NodeJS.ProcessEnv,
): Promise<Run> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join("scripts", script)],
      { cwd: folder, env: { HOME: folder, ...env }, encoding: "utf8" },
      (error, stdout, stderr) =>
        resolve({
          code: error === null ? 0 : Number(error.code),
          text: stdout + stderr,
          lastLine: stdout.trimEnd().split("\n").at(-1),
        }),
    );
  });
}

describe("npm run setup in this checkout", () => {
  test("keeps everything on a second run", async () => {
    expect(
      existsSync(join(ROOT, ".venv", "m2rl.json")),
      "the checkout must be set up; run `npm run setup`",
    ).toBe(true);
    // Which engine the tests run on is not what this checkout is to use from now on.
    const env = { ...process.env, M2RL_ENGINE: "" };
    await run(ROOT, "bootstrap.mjs", env);
    const { code, text } = await run(ROOT, "bootstrap.mjs", env);
    expect(code, text).toBe(0);
    expect(text).not.toContain("made");
    for (const step of [
      "node modules",
      "build",
      "python environment",
      "notebook kernel",
      "tensorflow",
      "native binding",
    ]) {
      expect(text).toMatch(new RegExp(`${step} +kept .* s\n`));
    }
    // The first run may have to bring packages up to date.
  }, 600_000);

  test("says which engines there are where M2RL_ENGINE names another", async () => {
    const env = { ...process.env, M2RL_ENGINE: "jax" };
    const { code, text } = await run(ROOT, "bootstrap.mjs", env);
    expect(code).toBe(1);
    expect(text.trim()).toBe(
      "set-up: M2RL_ENGINE must be one of tensorflow, torch, got jax",
    );
  });
});

describe("npm run setup in a bare copy", () => {
  let copy = "";
  let nodeOnly = "";

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "m2rl-setup-"));
    for (const name of [
      "scripts",
      "src",
      "tsconfig.json",
      "tsconfig.build.json",
      "package.json",
      "package-lock.json",
      ".npmrc",
    ]) {
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    }
    nodeOnly = join(copy, "only-node");
    mkdirSync(nodeOnly);
    symlinkSync(process.execPath, join(nodeOnly, "node"));
  });

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test("uses the default engine until another has been asked for, which it remembers", async () => {
    const { rememberedEngine, rememberEngine } = (await import(
      join(copy, "scripts", "setup", "engines.mjs")
    )) as {
      rememberedEngine: () => string;
      rememberEngine: (engine: string) => void;
    };
    const path = join(copy, ".cache", "engine.json");
    rememberEngine("tensorflow");
    expect(existsSync(path)).toBe(false);
    rememberEngine("torch");
    expect(rememberedEngine()).toBe("torch");
    // The form that src/engine/choice.ts reads.
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ engine: "torch" });
    rememberEngine("tensorflow");
    expect(rememberedEngine()).toBe("tensorflow");
    rmSync(path);
  });

  test("says exactly what to install when Python and the compiler are absent", async () => {
    const { code, text } = await run(copy, "bootstrap.mjs", {
      PATH: nodeOnly,
    });
    expect(code).toBe(1);
    expect(text).toContain("missing: Python 3.9 or newer");
    expect(text).toContain("apt install python3 python3-venv");
    expect(text).toContain("missing: a C++17 compiler");
    for (const line of [
      "apt install g++",
      "dnf install gcc-c++",
      "xcode-select --install",
    ]) {
      expect(text).toContain(line);
    }
    expect(text).not.toContain("    at ");
  });

  test("says that there is no network and what waits for it, keeps what is there, and ends", async () => {
    const modules = join(copy, "node_modules");
    mkdirSync(join(modules, "yaml"), { recursive: true });
    writeFileSync(join(modules, "yaml", "package.json"), "{}");
    const older = { packages: { "node_modules/yaml": { version: "1.0.0" } } };
    writeFileSync(join(modules, ".package-lock.json"), JSON.stringify(older));
    const { code, text } = await run(copy, "bootstrap.mjs", {
      PATH: process.env.PATH,
      // Nothing listens there, and these caches hold nothing.
      npm_config_registry: "http://127.0.0.1:9/",
      npm_config_cache: join(copy, "empty-npm"),
      PIP_INDEX_URL: "http://127.0.0.1:9/simple",
      PIP_FIND_LINKS: "",
      PIP_CACHE_DIR: join(copy, "empty-pip"),
    });
    expect(code).toBe(1);
    expect(text).toMatch(/node modules +FAILED/);
    expect(text).toMatch(/build +waits +for node modules/);
    expect(text).toContain("node modules: npm cannot reach its registry");
    expect(text).toContain("the older packages were kept");
    expect(text).toContain(
      "python environment: pip cannot reach its package index",
    );
    expect(text).not.toContain("    at ");
    expect(readFileSync(join(modules, "yaml", "package.json"), "utf8")).toBe(
      "{}",
    );
    rmSync(modules, { recursive: true });
  }, 300_000);

  describe("where a folder that is filled or emptied", () => {
    /** What somebody keeps elsewhere. */
    let precious = "";
    const offline = {
      PATH: process.env["PATH"],
      npm_config_registry: "http://127.0.0.1:9/",
      npm_config_cache: "nowhere",
      PIP_INDEX_URL: "http://127.0.0.1:9/simple",
      PIP_FIND_LINKS: "",
    };
    beforeEach(() => {
      precious = join(copy, "precious");
      mkdirSync(join(precious, "bin"), { recursive: true });
      writeFileSync(join(precious, "thesis"), "years of work");
    });
    afterEach(() => {
      for (const name of ["precious", ".venv", "node_modules", ".cache"])
        rmSync(join(copy, name), { recursive: true, force: true });
    });

    test("is a link to elsewhere, refuses it by name and leaves what it leads to", async () => {
      // As a finished set-up of another checkout: the stamp alone would have it cleared and filled again.
      writeFileSync(join(precious, "m2rl.json"), "{}");
      writeFileSync(join(precious, ".package-lock.json"), '{"packages":{}}');
      const before = readdirSync(precious);
      for (const name of [".venv", "node_modules"])
        symlinkSync(precious, join(copy, name));
      const { code, text } = await run(copy, "bootstrap.mjs", offline);
      expect(code).toBe(1);
      for (const [step, name] of [
        ["node modules", "node_modules"],
        ["python environment", ".venv"],
      ] as const)
        expect(text).toContain(
          `${step}: ${join(copy, name)} must be a folder of this checkout, got a link to ${precious}, where things would be removed; remove the link`,
        );
      expect(readdirSync(precious)).toEqual(before);
      expect(readlinkSync(join(copy, ".venv"))).toBe(precious);
    }, 300_000);

    test("is the cache, refuses a link before the lock is written into it", async () => {
      symlinkSync(precious, join(copy, ".cache"));
      const { code, text } = await run(copy, "bootstrap.mjs", offline);
      expect(code).toBe(1);
      expect(text).toContain(
        `set-up: ${join(copy, ".cache")} must be a folder`,
      );
      expect(readdirSync(precious)).toEqual(["bin", "thesis"]);
    });

    test("is an environment that somebody made, adds to it and never clears it", async () => {
      renameSync(precious, join(copy, ".venv"));
      // pip that takes everything.
      writeFileSync(
        join(copy, ".venv", "bin", "python"),
        '#!/bin/sh\necho "pip 1"\n',
        { mode: 0o755 },
      );
      const { python } = (await import(
        join(copy, "scripts", "setup", "python.mjs")
      )) as { python: { make: (tools: object) => Promise<string> } };
      const found = { path: "python3", venv: true, ensurepip: true };
      const make = () => python.make({ python: found, log: () => undefined });
      expect(await make()).toBe("pip 1");
      // Other packages are wanted by now.
      writeFileSync(join(copy, ".venv", "m2rl.json"), '{"requirements":"old"}');
      expect(await make()).toBe("pip 1");
      expect(readFileSync(join(copy, ".venv", "thesis"), "utf8")).toBe(
        "years of work",
      );
    });
  });

  test("refuses an unknown M2RL_TENSORFLOW before it does anything", async () => {
    const { code, text } = await run(copy, "bootstrap.mjs", {
      PATH: nodeOnly,
      M2RL_TENSORFLOW: "tpu",
    });
    expect(code).toBe(1);
    expect(text.trim()).toBe(
      "tensorflow: M2RL_TENSORFLOW must be cpu or cuda, got tpu",
    );
  });

  test("takes over the lock of a set-up that was killed", async () => {
    // A process that has just ended: its number is free.
    const pid = Number(
      execFileSync(process.execPath, ["-p", "process.pid"], {
        encoding: "utf8",
      }),
    );
    const lock = join(copy, ".cache", "setup.lease");
    takeLease(lock, "it", (text) => new M2rlError(text));
    const holder = JSON.parse(readFileSync(lock, "utf8")) as object;
    writeFileSync(lock, JSON.stringify({ ...holder, pid, token: "killed" }));
    const { text } = await run(copy, "bootstrap.mjs", {
      PATH: nodeOnly,
    });
    expect(text).toContain("missing: Python 3.9 or newer");
    expect(existsSync(lock)).toBe(false);
  });

  test("npm test ends with the line of counts even when nothing could be set up", async () => {
    const { code, lastLine } = await run(copy, "test.mjs", { PATH: nodeOnly });
    expect(code).toBe(1);
    expect(lastLine).toBe("0 passed, 1 failed");
  });
});
