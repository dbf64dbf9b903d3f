/** The steps of the set-up in their order, and how they are run: what is in place is kept, what fails stops only what needs it. */
import { addon } from "./native/addon.mjs";
import { binding } from "./native/binding.mjs";
import { build } from "./build.mjs";
import { SetupError } from "./command.mjs";
import {
  rememberedEngine,
  rememberEngine,
  requestedEngine,
} from "./engines.mjs";
import { kernel } from "./kernel.mjs";
import { alone } from "./lock.mjs";
import { modules } from "./modules.mjs";
import { checkOwnFolder } from "./ownFolder.mjs";
import { CACHE } from "./place.mjs";
import { python } from "./python.mjs";
import { ray } from "./ray.mjs";
import { requestedVariant, tensorflow } from "./native/tensorflow.mjs";
import { torch } from "./native/torch.mjs";
import { findCompiler, findPython, howToInstall } from "./tools.mjs";

/** Each step: name, after (steps it builds on), needs (tools), folder (what it fills or empties), done() → what is in place or undefined, make(). */
const STEPS = [modules, build, python, kernel, tensorflow, binding];

/** What is set up only where it is asked for: the second engine, also by M2RL_ENGINE and by an earlier set-up, and Ray. */
const ON_DEMAND = { torch: [torch, addon], ray: [ray] };

/** The steps of this set-up. */
function stepsFor(more) {
  const unknown = more.find((name) => !Object.hasOwn(ON_DEMAND, name));
  if (unknown !== undefined)
    throw new SetupError(
      `set-up: --with must name one of ${Object.keys(ON_DEMAND).join(", ")}, got ${JSON.stringify(unknown)}`,
    );
  const engine = requestedEngine() ?? rememberedEngine();
  const isWanted = (name) => more.includes(name) || name === engine;
  const named = Object.keys(ON_DEMAND).filter(isWanted);
  return [...STEPS, ...named.flatMap((name) => ON_DEMAND[name])];
}

function seconds(started) {
  return (performance.now() - started) / 1000;
}

function line(name, state, detail, started) {
  return `  ${name.padEnd(19)} ${state.padEnd(6)} ${detail.padEnd(34)} ${seconds(started).toFixed(2).padStart(6)} s`;
}

/** Find the tools that the unfinished steps need, and say all that is missing at once. */
async function findTools(needs, log, quiet) {
  const started = performance.now();
  const tools = {};
  const missing = [];
  if (needs.has("python")) {
    tools.python = await findPython();
    if (tools.python === undefined) missing.push("python");
    else if (
      !tools.python.venv ||
      !(tools.python.ensurepip || tools.python.pip || tools.python.virtualenv)
    )
      missing.push("venv");
  }
  if (needs.has("compiler")) {
    tools.compiler = await findCompiler();
    if (tools.compiler === undefined) missing.push("compiler");
  }
  if (missing.length > 0) {
    throw new SetupError(missing.map(howToInstall).join("\n"), {
      failed: missing,
    });
  }
  const found = [`Node ${process.versions.node}`];
  if (tools.python) found.push(`Python ${tools.python.version}`);
  if (tools.compiler) found.push(tools.compiler.path);
  if (!quiet) log(line("tools", "found", found.join(", "), started));
  return tools;
}

/** A full disk is no bug of ours either, whoever meets it. */
function typed(name, error) {
  const full = /ENOSPC|No space left on device/;
  if (!full.test(`${error.code} ${error.message}`)) {
    if (error instanceof SetupError) return error;
    throw error;
  }
  return new SetupError(
    `${name}: the disk is full; the set-up needs 1.7 GB, 4.4 GB more for CUDA (M2RL_TENSORFLOW=cpu does without) and 1.1 GB more for M2RL_ENGINE=torch`,
  );
}

async function makeMissing(steps, results, log, quiet) {
  // Another process may have made a step while this one waited for the lock; and a step that is made anew may undo
  // what builds on it, as `npm ci` deletes the binding inside node_modules.
  const open = [];
  for (const step of steps) {
    const below = open.some(({ name }) => step.after.includes(name));
    if (below || step.done() === undefined) open.push(step);
  }
  const tools = await findTools(
    new Set(open.flatMap((step) => step.needs)),
    log,
    quiet,
  );
  const failures = new Map();
  for (const step of steps) {
    const started = performance.now();
    const blocker = step.after.find((name) => failures.has(name));
    const kept = step.done();
    try {
      if (kept === undefined && blocker !== undefined) {
        failures.set(step.name, undefined);
        log(line(step.name, "waits", `for ${blocker}`, started));
        continue;
      }
      if (kept === undefined) checkOwnFolder(step.name, step.folder);
      const detail = kept ?? (await step.make({ ...tools, log }));
      const made = kept === undefined;
      results.push({
        name: step.name,
        made,
        detail,
        seconds: seconds(started),
      });
      if (made || !quiet)
        log(line(step.name, made ? "made" : "kept", detail, started));
    } catch (caught) {
      const error = typed(step.name, caught);
      failures.set(step.name, error);
      log(line(step.name, "FAILED", "", started));
    }
  }
  const errors = [...failures.values()].filter(Boolean);
  if (errors.length === 0) return;
  throw new SetupError(errors.map((error) => error.message).join("\n"), {
    failed: [...failures.keys()],
    offline: errors.some((error) => error.offline),
  });
}

/** See `bootstrap` in ../bootstrap.mjs, which has checked Node before. */
export async function setUp({ quiet = false, log = console.log, more = [] }) {
  const started = performance.now();
  requestedVariant();
  const steps = stepsFor(more);
  const results = [];
  const lines = [];
  for (const step of steps) {
    const begun = performance.now();
    const detail = step.done();
    if (detail === undefined) break;
    results.push({
      name: step.name,
      made: false,
      detail,
      seconds: seconds(begun),
    });
    lines.push(line(step.name, "kept", detail, begun));
  }
  if (results.length === steps.length) {
    if (!quiet) lines.forEach((text) => log(text));
  } else {
    results.length = 0;
    checkOwnFolder("set-up", CACHE);
    await alone(() => makeMissing(steps, results, log, quiet), log);
  }
  const requested = requestedEngine();
  if (requested !== undefined) rememberEngine(requested);
  const used = rememberedEngine() === "torch" ? addon : binding;
  const total = seconds(started);
  if (!quiet) log(line("set-up", "ready", "", started));
  return {
    steps: results,
    seconds: total,
    engine: results.find(({ name }) => name === used.name)?.detail,
  };
}
