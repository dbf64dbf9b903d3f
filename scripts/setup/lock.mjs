/** One set-up at a time: a second one waits for the first, and takes over where the first was killed. */
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CACHE } from "./place.mjs";

const LOCK = join(CACHE, "setup.lock");

/** Minutes after which a lock is taken for a leftover even if some process has its number. */
const LONGEST = 30;

function holder() {
  try {
    const pid = Number(readFileSync(LOCK, "utf8"));
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return error.code === "EPERM" ? -1 : undefined;
  }
}

function take() {
  try {
    const file = openSync(LOCK, "wx");
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  }
}

/**
 * Wait until no other set-up runs, run `work`, and let the next one go on.
 *
 * @returns what `work` returns
 */
export async function alone(work, log) {
  mkdirSync(CACHE, { recursive: true });
  const deadline = Date.now() + LONGEST * 60_000;
  let told = false;
  while (!take()) {
    const pid = holder();
    if (pid === undefined || Date.now() > deadline) {
      rmSync(LOCK, { force: true });
      continue;
    }
    if (!told)
      log(`  waiting for another set-up of this checkout (process ${pid})`);
    told = true;
    await sleep(500);
  }
  try {
    return await work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}
