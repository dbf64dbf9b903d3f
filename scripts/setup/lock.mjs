/**
 * One set-up at a time: a second one waits for the first, and takes over where the first was killed.
 *
 * The same rules and the same file as src/io/lease.ts, which is built by what runs under this lock and so cannot be used here: the lock
 * appears whole by a link, which succeeds for one process only; a lock whose holder is gone is claimed by a link named after that
 * holder's token, and a claim counts only while the lock still has the token. Nothing is ever removed because it looks old: two
 * takers of one leftover would remove each other's lock.
 */
import { randomUUID } from "node:crypto";
import {
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CACHE } from "./place.mjs";

const LOCK = join(CACHE, "setup.lease");

/** Without a renewal for this long, a holder on another machine is taken for gone, milliseconds. */
const LASTS = 600_000;

/** Between two renewals, milliseconds. */
const RENEW_EVERY = 30_000;

/** The text that `read` gives; none on systems without /proc. */
function textOf(read) {
  try {
    return read();
  } catch {
    return "";
  }
}

/** When a process started, in ticks since the boot; null where that cannot be known. */
function startOf(pid) {
  const stat = textOf(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

/** What tells machines and containers with equal names apart. */
function ownSpace() {
  const boot = textOf(() =>
    readFileSync("/proc/sys/kernel/random/boot_id", "utf8"),
  );
  return `${boot.trim()} ${textOf(() => readlinkSync("/proc/self/ns/pid"))}`;
}

function isGone({ host, space, pid, start }, renewed) {
  const isLate = Date.now() - renewed > LASTS;
  if (host !== hostname() || space !== ownSpace()) return isLate;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return true;
  }
  const now = startOf(pid);
  return start === null || now === null ? isLate : start !== now;
}

/** Who is named in a file, and when it was renewed; null where there is none. */
function read(path) {
  try {
    const holder = JSON.parse(readFileSync(path, "utf8"));
    if (holder?.m2rl !== "lease" || !/^[\w-]{1,64}$/.test(String(holder.token)))
      throw new SyntaxError("it names no holder");
    return { ...holder, renewed: statSync(path).mtimeMs };
  } catch (error) {
    if (error.code === "ENOENT") return null;
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(
      `set-up: ${path} must be absent or a lock of the set-up, got another file; remove it if no set-up runs`,
      { cause: error },
    );
  }
}

function link(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    // A file system without links: creation with the name is as exclusive, and its few bytes come at once.
    if (!/^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS)$/.test(error.code)) throw error;
  }
  try {
    writeFileSync(to, readFileSync(from), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Take the lock once: null when it is ours, otherwise who holds it; undefined where it changed meanwhile. */
function attempt(lock, draft) {
  if (link(draft, lock)) return null;
  const first = read(lock);
  if (first === null) return undefined;
  // Along the claims of those that were killed while they took over.
  const claimOn = ({ token }) => `${lock}.claim-${token}`;
  let last = first;
  for (let next = first; next !== null; next = read(claimOn(last))) {
    last = next;
    if (!isGone(last, last.renewed)) return last;
  }
  const claim = claimOn(last);
  if (!link(draft, claim)) return undefined;
  if (read(lock)?.token !== first.token) {
    rmSync(claim, { force: true });
    return undefined;
  }
  renameSync(draft, lock);
  return null;
}

/** Remove what those that are gone left beside a lock that is ours: claims, void by now, and old drafts. */
function tidy(lock, token) {
  const folder = dirname(lock);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const isClaim = name.startsWith(`${basename(lock)}.claim-`);
    const isDraft = name.startsWith(`${basename(lock)}.draft-`);
    const age =
      Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if ((isClaim && !name.endsWith(token)) || (isDraft && age > LASTS))
      rmSync(path, { force: true });
  }
}

/** Take the lock, or give who holds it. */
function take(lock, token) {
  const draft = `${lock}.draft-${token}`;
  const own = {
    ...{ m2rl: "lease", host: hostname(), space: ownSpace(), token },
    ...{ pid: process.pid, start: startOf(process.pid) },
  };
  writeFileSync(draft, `${JSON.stringify(own)}\n`);
  try {
    let holder;
    while (holder === undefined) holder = attempt(lock, draft);
    if (holder === null) tidy(lock, token);
    return holder;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Wait until no other set-up runs, run `work`, and let the next one go on.
 *
 * @param options  lock: its file, default that of the checkout · pause: between two attempts, default 500 milliseconds
 * @returns what `work` returns
 */
export async function alone(work, log, { lock = LOCK, pause = 500 } = {}) {
  mkdirSync(dirname(lock), { recursive: true });
  const token = randomUUID();
  let told = false;
  for (;;) {
    const holder = take(lock, token);
    if (holder === null) break;
    if (!told)
      log(
        `  waiting for another set-up of this checkout (process ${holder.pid})`,
      );
    told = true;
    await sleep(pause);
  }
  const isOurs = () => read(lock)?.token === token;
  const timer = setInterval(() => {
    const now = new Date();
    if (isOurs()) utimesSync(lock, now, now);
  }, RENEW_EVERY);
  timer.unref();
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (isOurs()) rmSync(lock, { force: true });
  }
}
