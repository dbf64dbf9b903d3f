/** The lock of the set-up: one at a time among real processes, whoever is killed while it holds it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { M2rlError } from "../../src/error.js";
import { LEASE_LASTS, leaseState, takeLease } from "../../src/io/index.js";

interface Lock {
  alone<T>(
    work: () => Promise<T> | T,
    log: (line: string) => void,
    options: { lock: string; pause?: number },
  ): Promise<T>;
}

const { alone } = (await import(resolve("scripts/setup/lock.mjs"))) as Lock;

let root: string;
let lock: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "m2rl-lock-"));
  lock = join(root, "setup.lease");
});
afterEach(() => rmSync(root, { recursive: true }));

/** Put a lock there whose holder is this process but for `over`. */
async function leaveLock(
  over: Record<string, unknown>,
  age = 0,
): Promise<void> {
  const text = await alone(() => readFileSync(lock, "utf8"), console.log, {
    lock,
  });
  writeFileSync(lock, JSON.stringify({ ...JSON.parse(text), ...over }));
  const then = new Date(Date.now() - age);
  utimesSync(lock, then, then);
}

const GONE = 2 ** 30;

describe("alone(work)", () => {
  test("gives what the work gives, also what it throws, and leaves nothing", async () => {
    const quiet = (): void => undefined;
    expect(await alone(() => 7, quiet, { lock })).toBe(7);
    const failing = alone(() => Promise.reject(new RangeError("full")), quiet, {
      lock,
    });
    await expect(failing).rejects.toThrow("full");
    expect(readdirSync(root)).toEqual([]);
  });

  test("is the lease that src/io/lease.ts writes and reads", async () => {
    await alone(
      () => {
        expect(leaseState(lock)).toBe("held");
        const take = () => takeLease(lock, "it", (text) => new M2rlError(text));
        expect(take).toThrow(`got another as process ${process.pid}`);
      },
      console.log,
      { lock },
    );
    const lease = takeLease(lock, "it", (text) => new M2rlError(text));
    const lines: string[] = [];
    const second = alone(
      () => lines.push("work"),
      (line) => {
        lines.push(line.trim());
        lease.release();
      },
      { lock, pause: 1 },
    );
    await second;
    expect(lines).toEqual([
      `waiting for another set-up of this checkout (process ${process.pid})`,
      "work",
    ]);
  });

  test.each([
    ["a process that is gone", { pid: GONE }, 0],
    ["another process with its number", { start: "1" }, 0],
    ["another machine, long silent", { host: "far" }, LEASE_LASTS + 1000],
  ])("takes over from %s", async (_, over, age) => {
    await leaveLock({ ...over, token: "left" }, age);
    expect(await alone(() => readdirSync(root), console.log, { lock })).toEqual(
      ["setup.lease"],
    );
    expect(readdirSync(root)).toEqual([]);
  });

  test("follows the claims of those that were killed while they took over", async () => {
    await leaveLock({ pid: GONE, token: "first" });
    const claim = { m2rl: "lease", host: hostname(), token: "second" };
    const first = JSON.parse(readFileSync(lock, "utf8")) as object;
    const text = JSON.stringify({ ...first, ...claim });
    writeFileSync(`${lock}.claim-first`, text);
    await alone(() => expect(leaseState(lock)).toBe("held"), console.log, {
      lock,
    });
    expect(readdirSync(root)).toEqual([]);
  });

  test("waits for another machine that renews", async () => {
    await leaveLock({ host: "far", token: "far" }, LEASE_LASTS / 2);
    let told = 0;
    await alone(
      () => expect(told).toBe(1),
      () => {
        told++;
        rmSync(lock);
      },
      { lock, pause: 1 },
    );
  });

  test("refuses a file that is no lock, and leaves it", async () => {
    writeFileSync(lock, "123");
    await expect(alone(() => 1, console.log, { lock })).rejects.toThrow(
      /must be absent or a lock of the set-up, got another file/,
    );
    expect(readdirSync(root)).toEqual(["setup.lease"]);
  });

  test("has one holder at a time among twelve processes, while holders are killed", async () => {
    const results = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const mode = i % 3 === 0 ? "die" : "live";
        const child = spawn(
          process.execPath,
          [
            resolve("test/setup/lock.worker.mjs"),
            ...[lock, join(root, "critical"), "20", mode],
          ],
          { stdio: ["ignore", "pipe", "inherit"] },
        );
        let out = "";
        child.stdout.on("data", (part: Buffer) => (out += part.toString()));
        const [code, signal] = (await once(child, "close")) as [
          number | null,
          string | null,
        ];
        if (mode === "die") {
          expect(signal).toBe("SIGKILL");
          return { held: 1, overlaps: 0 };
        }
        expect(code).toBe(0);
        return JSON.parse(out) as { held: number; overlaps: number };
      }),
    );
    const sum = (key: "held" | "overlaps"): number =>
      results.reduce((total, result) => total + result[key], 0);
    expect(sum("overlaps")).toBe(0);
    expect(sum("held")).toBe(4 + 8 * 20);
    await alone(() => undefined, console.log, { lock });
    const left = readdirSync(root).filter((name) => !name.includes(".draft-"));
    expect(left).toEqual([]);
  }, 300_000);
});
