/**
 * Runs every check: `npm test`, or `npm test -- ties` for the test files whose path contains "ties".
 *
 * Sets up what is missing, then types, lint, format and the tests; prints where the time went; the last line is
 * "N passed, M failed". Types, lint, format and set-up count as one check each. `--fast` leaves out the slow
 * ones (`SLOW` in vitest.config.ts); `--all` adds the files `*.all.test.ts`, which need a browser, Ray, a package index or minutes, and
 * sets up the torch engine: the tests of engine, model and train run on every engine that is set up.
 * Other arguments go to vitest, and with a file filter only vitest runs.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { join, relative } from "node:path";
import { bootstrap } from "./bootstrap.mjs";

const { ROOT, CACHE } = await import("./setup/place.mjs");
const { command } = await import("./setup/command.mjs");

/** A check: its name, its seconds, what passed and failed, and what a failure printed. */
function one(name, seconds, failed) {
  return {
    name,
    seconds,
    passed: failed ? 0 : 1,
    failed: failed ? 1 : 0,
    skipped: 0,
  };
}

async function timed(name, work) {
  const started = performance.now();
  const failed = await work();
  return one(name, (performance.now() - started) / 1000, failed);
}

function program(name, file = join("bin", name)) {
  return join(ROOT, "node_modules", name, file);
}

async function setUp() {
  return timed("set-up", async () => {
    try {
      const more = given.includes("--all") ? ["torch", "ray"] : [];
      await bootstrap({ more });
      return false;
    } catch (error) {
      console.error(error.name === "SetupError" ? error.message : error.stack);
      return true;
    }
  });
}

function check(name, path, args) {
  return timed(name, async () => {
    const { code, output } = await command(process.execPath, [path, ...args]);
    console.log(`  ${name}: ${code === 0 ? "passed" : "failed"}`);
    if (code !== 0) console.log(output.trimEnd());
    return code !== 0;
  });
}

function checks() {
  return Promise.all([
    check("types", program("typescript", "bin/tsc"), [
      ...["-p", "tsconfig.json", "--noEmit", "--incremental"],
      ...["--tsBuildInfoFile", join(CACHE, "types.tsbuildinfo")],
    ]),
    check("page types", program("typescript", "bin/tsc"), [
      ...["-p", "src/view/page", "--noEmit", "--incremental"],
      ...["--tsBuildInfoFile", join(CACHE, "pageTypes.tsbuildinfo")],
    ]),
    check("lint", program("eslint", "bin/eslint.js"), [
      ...[".", "--max-warnings", "0", "--cache", "--cache-strategy", "content"],
      ...["--cache-location", join(CACHE, "eslint")],
    ]),
    check("format", program("prettier", "bin/prettier.cjs"), [
      ...[
        ".",
        "--check",
        "--log-level",
        "warn",
        "--cache",
        "--cache-location",
        join(CACHE, "prettier"),
      ],
    ]),
  ]);
}

/** Numbers of a vitest JSON report; a file that could not be loaded counts as one failure. */
function count(report) {
  const broken = report.testResults.filter(
    (file) =>
      file.status === "failed" &&
      !file.assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function slowest(report) {
  return report.testResults
    .map((file) => ({
      name: relative(ROOT, file.name),
      seconds: (file.endTime - file.startTime) / 1000,
    }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, 5);
}

async function tests(args) {
  const started = performance.now();
  const path = join(CACHE, "vitest.json");
  mkdirSync(CACHE, { recursive: true });
  rmSync(path, { force: true });
  const { code } = await command(
    process.execPath,
    [
      program("vitest", "vitest.mjs"),
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${path}`,
      ...args,
    ],
    { show: "everything" },
  );
  const seconds = (performance.now() - started) / 1000;
  if (!existsSync(path)) return { ...one("tests", seconds, true), files: [] };
  const report = JSON.parse(readFileSync(path, "utf8"));
  const counts = count(report);
  // An error outside any test makes vitest fail although every test passed.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return { name: "tests", seconds, ...counts, files: slowest(report) };
}

/** Test files that only `--all` runs. */
function heldBack() {
  const folder = join(ROOT, "test");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).filter((name) =>
    name.endsWith(".all.test.ts"),
  );
}

const OWN = ["--fast", "--all"];
const given = process.argv.slice(2);
const args = given.filter((argument) => !OWN.includes(argument));
if (given.includes("--fast")) process.env.M2RL_TEST_FAST = "1";
// A file that was asked for by its path is meant, whatever its name.
if (given.includes("--all") || args.some((name) => name.includes(".all")))
  process.env.M2RL_TEST_ALL = "1";

const results = [await setUp()];
if (existsSync(program("vitest", "vitest.mjs"))) {
  if (args.every((argument) => argument.startsWith("-")))
    results.push(...(await checks()));
  results.push(await tests(args));
}

console.log("\nwhere the time went");
for (const { name, seconds, files = [] } of results) {
  console.log(`  ${name.padEnd(10)} ${seconds.toFixed(1).padStart(6)} s`);
  for (const file of files)
    console.log(
      `  ${"".padEnd(10)} ${file.seconds.toFixed(1).padStart(6)} s  ${file.name}`,
    );
}
const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
if (process.env.M2RL_TEST_ALL !== "1" && heldBack().length > 0)
  console.log(
    `left out, since they need a browser, a package index or minutes: ${heldBack().join(", ")}; \`npm test -- --all\` runs them`,
  );
if (total("skipped") > 0) console.log(`${total("skipped")} skipped`);
console.log(`${total("passed")} passed, ${total("failed")} failed`);
process.exitCode = total("failed") === 0 ? 0 : 1;
