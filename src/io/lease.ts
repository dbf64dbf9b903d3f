/**
 * One process at a time, on one machine or on storage that several share.
 *
 * A lease is a file that says who holds it: host, process and a token of its own. It is written in full under another name and then
 * linked to its place, which succeeds for one process only. Who finds a lease whose holder is gone claims it: by linking a file named
 * after the token of the gone holder, which again succeeds for one only, and then renaming its own lease over the old one. A claim holds
 * only if the lease still has that token afterwards, so a process that was slow in between changes nothing. A claimant that is killed is
 * followed in the same way, by a claim on its token.
 *
 * A holder on this machine is gone when no process has its number and start time; one elsewhere, when it did not renew the lease for ten
 * minutes, so clocks must agree within a few.
 */
import { randomUUID } from "node:crypto";
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { type Failure, systemCode } from "./failure.js";

/** Without a renewal for this long, a holder on another machine is taken for gone, milliseconds. */
export const LEASE_LASTS = 600_000;

/** Between two renewals, milliseconds. */
const RENEW_EVERY = 30_000;

/** A lease is far smaller; what is larger is none. */
const LARGEST = 4096;

/** A process, so that others can tell whether it is still there. */
export interface Living {
  host: string;
  /** What tells machines and containers with equal names apart: the boot, and the space of process numbers. */
  space: string;
  pid: number;
  /** Start of the process in ticks of its machine; null where that cannot be known. */
  start: string | null;
}

/** Who holds a lease. */
interface Holder extends Living {
  m2rl: "lease";
  token: string;
}

/** A lease that this process holds. */
export interface Lease {
  /**
   * Check that it is still held: a machine that slept for long may have lost it.
   *
   * @throws the error of the lease's `failure`
   */
  check(): void;
  /** Give it back; again has no effect. */
  release(): void;
}

function textOf(read: () => string): string {
  try {
    return read();
  } catch {
    // Systems without /proc.
    return "";
  }
}

/** Start time of a process, in ticks since the boot: the 22nd field, counted behind the name, which may hold anything. */
function startOf(pid: number): string | null {
  const stat = textOf(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

function ownSpace(): string {
  const boot = textOf(() =>
    readFileSync("/proc/sys/kernel/random/boot_id", "utf8"),
  );
  return `${boot.trim()} ${textOf(() => readlinkSync("/proc/self/ns/pid"))}`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

/** This process. */
export function thisProcess(): Living {
  return {
    host: hostname(),
    space: ownSpace(),
    pid: process.pid,
    start: startOf(process.pid),
  };
}

/**
 * Whether a process is gone.
 *
 * @param renewed  when it last gave a sign, milliseconds since 1970: what decides for a process elsewhere
 */
export function isGone(
  { host, space, pid, start }: Living,
  renewed: number,
): boolean {
  const isLate = Date.now() - renewed > LEASE_LASTS;
  if (host !== hostname() || space !== ownSpace()) return isLate;
  if (!isAlive(pid)) return true;
  const now = startOf(pid);
  // Without start times, the number may be that of another process by now.
  return start === null || now === null ? isLate : start !== now;
}

/** Whether a value is what a lease holds; its token becomes part of a file's name. */
function isHolder(value: Partial<Holder> | null): value is Holder {
  return (
    value?.m2rl === "lease" &&
    Number.isInteger(value.pid) &&
    typeof value.token === "string" &&
    /^[\w-]{1,64}$/.test(value.token)
  );
}

/** The holder in a file and when it renewed; null where there is no file, "unknown" where it is not a lease. */
function readHolder(
  path: string,
): { holder: Holder; renewed: number } | "unknown" | null {
  try {
    const stat = lstatSync(path);
    if (!stat.isFile() || stat.size > LARGEST) return "unknown";
    const holder = JSON.parse(
      readFileSync(path, "utf8"),
    ) as Partial<Holder> | null;
    return isHolder(holder) ? { holder, renewed: stat.mtimeMs } : "unknown";
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    if (error instanceof SyntaxError) return "unknown";
    throw error;
  }
}

/** Link a file to a name that must be free; false where it is taken. */
function linkOnce(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    // File systems without links: creation with the name is as exclusive, but the content comes a moment later.
    if (!/^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS)$/.test(systemCode(error) ?? ""))
      throw error;
  }
  try {
    writeFileSync(to, readFileSync(from), { flag: "wx" });
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** The files of one lease. */
class LeaseFile {
  readonly token: string = randomUUID();
  private readonly draft: string;
  private readonly prefix: string;

  constructor(readonly path: string) {
    this.prefix = `${basename(path)}.`;
    this.draft = `${path}.draft-${this.token}`;
  }

  private claimOn(token: string): string {
    return `${this.path}.claim-${token}`;
  }

  /** Take the lease, or give who holds it. */
  take(): Holder | "unknown" | null {
    const holder: Holder = {
      m2rl: "lease",
      ...thisProcess(),
      token: this.token,
    };
    mkdirSync(dirname(this.path), { recursive: true });
    writeFileSync(this.draft, `${JSON.stringify(holder)}\n`, { flag: "wx" });
    try {
      for (;;) {
        const found = this.attempt();
        if (found !== "again") return found;
      }
    } finally {
      rmSync(this.draft, { force: true });
    }
  }

  private attempt(): Holder | "unknown" | null | "again" {
    if (linkOnce(this.draft, this.path)) return null;
    const root = readHolder(this.path);
    if (root === null) return "again";
    if (root === "unknown") return "unknown";
    // Along the claims of those that were killed while they took over.
    let last = root;
    for (;;) {
      if (!isGone(last.holder, last.renewed)) return last.holder;
      const claim = readHolder(this.claimOn(last.holder.token));
      if (claim === null) break;
      if (claim === "unknown") return "again";
      last = claim;
    }
    const claim = this.claimOn(last.holder.token);
    if (!linkOnce(this.draft, claim)) return "again";
    const now = readHolder(this.path);
    if (
      now === null ||
      now === "unknown" ||
      now.holder.token !== root.holder.token
    ) {
      rmSync(claim, { force: true });
      return "again";
    }
    renameSync(this.draft, this.path);
    this.tidy();
    return null;
  }

  /** Remove claims, which are void now, and drafts of processes that were killed long ago. */
  private tidy(): void {
    const folder = dirname(this.path);
    for (const name of readdirSync(folder)) {
      if (!name.startsWith(this.prefix)) continue;
      const rest = name.slice(this.prefix.length);
      const path = join(folder, name);
      const isVoid =
        rest.startsWith("claim-") && path !== this.claimOn(this.token);
      if (isVoid || (rest.startsWith("draft-") && isOld(path)))
        rmSync(path, { force: true });
    }
  }

  get isHeld(): boolean {
    const found = readHolder(this.path);
    return (
      found !== null &&
      found !== "unknown" &&
      found.holder.token === this.token &&
      readHolder(this.claimOn(this.token)) === null
    );
  }
}

function isOld(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > LEASE_LASTS;
}

/**
 * Whether a process that is still there holds a lease; nothing is changed.
 *
 * @returns null where there is no lease
 */
export function leaseState(path: string): "held" | "abandoned" | null {
  const found = readHolder(resolve(path));
  if (found === null || found === "unknown") return null;
  return isGone(found.holder, found.renewed) ? "abandoned" : "held";
}

/**
 * Take the lease of a file, or fail at once; one whose holder is gone is taken over. It is renewed until it is released or the process
 * ends.
 *
 * @param path     the lease; its folder is made when missing
 * @param subject  what the lease is for, as the message names it
 * @param failure  makes the error from its text
 * @throws the error of `failure`: another process holds it, something else has its name, or the disk refuses
 * @example
 * const lease = takeLease("study/.lock", "study", (text) => new StudyError(text));
 */
export function takeLease(
  path: string,
  subject: string,
  failure: Failure,
): Lease {
  const file = new LeaseFile(resolve(path));
  let holder: Holder | "unknown" | null;
  try {
    holder = file.take();
  } catch (error) {
    throw failure(
      `${subject} must be writable, got "${(error as Error).message}"`,
      error,
    );
  }
  if (holder === "unknown")
    throw failure(
      `${file.path} must be absent or a lease, got another file; remove it if no run works in ${subject}`,
    );
  if (holder !== null) {
    const where = holder.host === hostname() ? "" : ` on ${holder.host}`;
    throw failure(
      `one run at a time may work in ${subject}, got another as process ${holder.pid}${where}`,
    );
  }
  const timer = setInterval(() => {
    // A disk that is away for a moment is asked again; `check` says what matters.
    try {
      const now = new Date();
      if (file.isHeld) utimesSync(file.path, now, now);
    } catch {
      return;
    }
  }, RENEW_EVERY);
  timer.unref();
  return {
    check() {
      if (!file.isHeld)
        throw failure(
          `lease of ${subject} must be held to the end, got one that another process took over after ${LEASE_LASTS / 60_000} minutes without a sign`,
        );
    },
    release() {
      clearInterval(timer);
      if (file.isHeld) rmSync(file.path, { force: true });
    },
  };
}
