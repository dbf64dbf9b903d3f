/** The sign that a stage leaves while it is made, so that whoever looks from elsewhere sees how far it is and how it ended. */
import { rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { StudyError } from "../../error.js";
import {
  BUDGETS,
  isGone,
  readJsonObject,
  thisProcess,
  type Living,
} from "../../io/index.js";
import type { Progress } from "../run/job.js";
import { replaceFile } from "../run/replaceFile.js";

/** Content of a sign. */
export interface Sign {
  /** A stage that was stopped or failed goes on when it is started again. */
  state: "running" | "stopped" | "failed";
  /** Units done and in all, in the stage's own measure; 0 of 0 before the first. */
  done: number;
  total: number;
  /** Seconds since it was started, and the estimate of what is left; null before two units are known. */
  seconds: number;
  left: number | null;
  /** Why it failed. */
  error: string | null;
  /** Who makes it. */
  by: Living;
}

/** What is known of a stage from its sign: "killed" where it should be running and its process is gone. */
export type Seen = Omit<Sign, "state" | "by"> & {
  state: Sign["state"] | "killed";
  host: string;
};

/** Between two signs, milliseconds: what a reader needs, and no load on shared storage. */
const EVERY = 1000;

/** Between two renewals of a sign that does not change, milliseconds. */
const RENEW_EVERY = 30_000;

/** Where the sign of a stage lies: apart from the notes, since it is no part of the record. */
export function signPath(runFolder: string, id: string): string {
  return join(runFolder, "signs", `${id}.json`);
}

/**
 * Gives the sign of one stage while it is made. A disk that refuses is no error here: the stage's own files say so better.
 *
 * @example
 * const signal = new Signal("data/hard/runs/quick", "seed1/models/math");
 * signal.progress({ done: 3, total: 50 });
 * signal.remove();
 */
export class Signal {
  private readonly path: string;
  private readonly started = performance.now();
  private readonly timer: NodeJS.Timeout;
  private readonly by = thisProcess();
  private first: { done: number; seconds: number } | null = null;
  private last: Progress = { done: 0, total: 0 };
  private written = -Infinity;

  constructor(runFolder: string, id: string) {
    this.path = signPath(runFolder, id);
    this.write("running");
    this.timer = setInterval(() => {
      const now = new Date();
      this.quietly(() => utimesSync(this.path, now, now));
    }, RENEW_EVERY);
    this.timer.unref();
  }

  /** So much is done. */
  progress(progress: Progress): void {
    this.last = progress;
    this.first ??= { done: progress.done, seconds: this.seconds };
    if (performance.now() - this.written >= EVERY) this.write("running");
  }

  /** It was stopped by whoever started it. */
  stopped(): void {
    clearInterval(this.timer);
    this.write("stopped");
  }

  /** It failed. */
  failed(error: Error): void {
    clearInterval(this.timer);
    this.write("failed", error.message);
  }

  /** It is done, and its note says so. */
  remove(): void {
    clearInterval(this.timer);
    this.quietly(() => rmSync(this.path, { force: true }));
  }

  private get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  private get left(): number | null {
    if (this.first === null) return null;
    const units = this.last.done - this.first.done;
    if (units === 0) return null;
    const perUnit = (this.seconds - this.first.seconds) / units;
    return (this.last.total - this.last.done) * perUnit;
  }

  private write(state: Sign["state"], error: string | null = null): void {
    const round = (value: number): number => Number(value.toFixed(1));
    const { done, total } = this.last;
    const { left, by } = this;
    const seconds = round(this.seconds);
    const sign: Sign = {
      ...{ state, done, total, seconds },
      left: left === null ? null : round(left),
      ...{ error, by },
    };
    this.quietly(() => replaceFile(this.path, `${JSON.stringify(sign)}\n`));
    this.written = performance.now();
  }

  private quietly(work: () => void): void {
    try {
      work();
    } catch {
      return;
    }
  }
}

/** The sign of a stage; null where there is none that can be read. */
export function readSign(runFolder: string, id: string): Seen | null {
  const path = signPath(runFolder, id);
  const renewed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (renewed === undefined) return null;
  try {
    const text = (message: string): StudyError => new StudyError(message);
    const sign = readJsonObject(path, BUDGETS.config, text) as unknown as Sign;
    const { state, by, ...rest } = sign;
    const killed = state === "running" && isGone(by, renewed);
    return { ...rest, state: killed ? "killed" : state, host: by.host };
  } catch {
    // It was removed a moment ago, or another program wrote it: no sign.
    return null;
  }
}
