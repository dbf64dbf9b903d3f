/** Step "node modules": `npm ci` without install scripts, when node_modules does not hold what package-lock.json asks for. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { command, saysOffline, SetupError, tail } from "./command.mjs";
import { CACHE, ROOT, writeStamp } from "./place.mjs";

const MODULES = join(ROOT, "node_modules");

/** npm's own note of what it installed; it exists only after a complete install. */
const INSTALLED = join(MODULES, ".package-lock.json");

const ASIDE = join(CACHE, "node_modules-before");

/** Lets cells and scripts inside the checkout `import … from "m2rl"`: TypeScript 5.0 resolves no self-reference. */
const SELF = join(MODULES, "m2rl", "package.json");

function packagesOf(path) {
  return JSON.parse(readFileSync(path, "utf8")).packages;
}

/** The first package that is missing or has another version than the lock file says; undefined when all are there. */
function firstDifference() {
  if (!existsSync(INSTALLED)) return "node_modules";
  const installed = packagesOf(INSTALLED);
  const wanted = packagesOf(join(ROOT, "package-lock.json"));
  for (const [path, { version, optional, link }] of Object.entries(wanted)) {
    // Optional packages may be for another platform; other folders are the checkout itself.
    if (!path.startsWith("node_modules/") || optional) continue;
    const folder = lstatSync(join(ROOT, path), { throwIfNoEntry: false });
    const fits = link
      ? folder?.isSymbolicLink()
      : folder !== undefined && installed[path]?.version === version;
    if (!fits) return path.replace(/^.*node_modules\//, "");
  }
  return undefined;
}

/** npm itself, the one that runs this process where npm runs it. */
function npm(args) {
  const own = process.env.npm_execpath;
  if (own?.endsWith("npm-cli.js")) return [process.execPath, [own, ...args]];
  if (process.platform === "win32") return ["cmd", ["/c", "npm", ...args]];
  return ["npm", args];
}

/**
 * Commands that npm does not link as we need them: tslab brings a compiler of its own under the name `tsc`, and a
 * package's own command is not linked at all.
 */
const COMMANDS = {
  tsc: join("..", "typescript", "bin", "tsc"),
  m2rl: join("..", "..", "dist", "cli.js"),
};

function linkCommands() {
  if (process.platform === "win32") return;
  for (const [name, target] of Object.entries(COMMANDS)) {
    const path = join(MODULES, ".bin", name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() && readlinkSync(path) === target) continue;
    rmSync(path, { force: true });
    symlinkSync(target, path);
  }
}

function linkSelf() {
  if (existsSync(SELF)) return;
  writeStamp(SELF, {
    name: "m2rl",
    main: "../../dist/index.js",
    types: "../../dist/index.d.ts",
  });
}

export const modules = {
  name: "node modules",
  after: [],
  needs: [],
  folder: MODULES,

  done() {
    if (firstDifference() !== undefined) return undefined;
    linkSelf();
    linkCommands();
    return `${Object.keys(packagesOf(INSTALLED)).length} packages`;
  },

  async make({ log }) {
    // An install that was killed: what was there before it is better than a part of the new one.
    if (existsSync(ASIDE)) {
      rmSync(MODULES, { recursive: true, force: true });
      renameSync(ASIDE, MODULES);
      if (firstDifference() === undefined) return this.done();
    }
    // npm repeats a failed request for minutes; one ping tells quickly whether its cache must do.
    const [program, ping] = npm([
      ...["ping", "--loglevel=error"],
      ...["--fetch-retries=0", "--fetch-timeout=10000"],
    ]);
    const answer = await command(program, ping);
    const offline = answer.code !== 0 && saysOffline(answer.output);
    // `npm ci` begins by deleting node_modules, so keep what is there until it has ended.
    const kept = existsSync(INSTALLED);
    if (kept) {
      mkdirSync(CACHE, { recursive: true });
      renameSync(MODULES, ASIDE);
    }
    const [, install] = npm([
      "ci",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      offline ? "--offline" : "--prefer-offline",
    ]);
    const { code, output, missing } = await command(program, install, {
      beat: "npm ci",
      log,
    });
    if (code !== 0) {
      rmSync(MODULES, { recursive: true, force: true });
      if (kept) renameSync(ASIDE, MODULES);
      if (missing)
        throw new SetupError(
          "node modules: npm must be on the PATH, found none",
        );
      if (offline || saysOffline(output)) {
        throw new SetupError(
          "node modules: npm cannot reach its registry and its cache lacks some packages; connect to the network" +
            " (or set npm's `registry` or `proxy`) and run `npm run setup`" +
            (kept ? "; the older packages were kept" : ""),
          { offline: true },
        );
      }
      throw new SetupError(`node modules: \`npm ci\` failed\n${tail(output)}`);
    }
    rmSync(ASIDE, { recursive: true, force: true });
    return this.done();
  },
};
