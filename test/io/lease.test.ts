/** Leases: one holder at a time among real processes, whoever is killed; what is held elsewhere stays held. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { M2rlError } from "../../src/error.js";
import { type Lease, LEASE_LASTS, takeLease } from "../../src/io/index.js";

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "m2rl-lease-"));
  path = join(root, ".lock");
});
afterEach(() => rmSync(root, { recursive: true }));

const take = (): Lease =>
  takeLease(path, "ROOT", (text, cause) => new M2rlError(text, { cause }));

/** The holder in the file, changed. */
function rewrite(over: Record<string, unknown>, age = 0): void {
  const holder = JSON.parse(readFileSync(path, "utf8")) as object;
  writeFileSync(path, JSON.stringify({ ...holder, ...over }));
  const then = new Date(Date.now() - age);
  utimesSync(path, then, then);
}

describe("takeLease(path)", () => {
  test("is held once, given back, and leaves nothing", () => {
    const lease = take();
    expect(take).toThrow(
      `one run at a time may work in ROOT, got another as process ${process.pid}`,
    );
    lease.check();
    lease.release();
    lease.release();
    expect(readdirSync(root)).toEqual([]);
    take().release();
  });

  test("is taken over at once from a process that is gone, or whose number another process has by now", () => {
    for (const gone of [{ pid: 2 ** 30 }, { start: "1" }]) {
      const old = take();
      rewrite({ ...gone, token: "of-the-gone" });
      const lease = take();
      lease.check();
      expect(() => old.check()).toThrow("must be held to the end");
      // The old holder does not give back what is not its own.
      old.release();
      lease.check();
      lease.release();
      expect(readdirSync(root)).toEqual([]);
    }
  });

  test("stays with another machine while it renews, whatever its process numbers, and is taken over after ten minutes", () => {
    take();
    rewrite({ host: "elsewhere", pid: 2 ** 30, token: "far" }, LEASE_LASTS / 2);
    expect(take).toThrow(/as process 1073741824 on elsewhere$/);
    rewrite({ space: "another container", host: hostname() });
    expect(take).toThrow(/as process 1073741824$/);
    rewrite({}, LEASE_LASTS + 1000);
    take().release();
    expect(readdirSync(root)).toEqual([]);
  });

  test("follows the claims of those that were killed while they took over", () => {
    take();
    const holder = JSON.parse(readFileSync(path, "utf8")) as object;
    rewrite({ pid: 2 ** 30, token: "first" });
    const claim = { ...holder, pid: 2 ** 30, token: "second" };
    writeFileSync(`${path}.claim-first`, JSON.stringify(claim));
    // A claim that lost: its lease has another token by now.
    writeFileSync(`${path}.claim-zeroth`, JSON.stringify(claim));
    const lease = take();
    lease.check();
    expect(readdirSync(root)).toEqual([".lock"]);
    lease.release();
    rewriteHeld(holder);
    expect(take).toThrow("one run at a time");
  });

  /** A gone holder whose lease is claimed by one that lives. */
  function rewriteHeld(holder: object): void {
    const gone = { ...holder, pid: 2 ** 30, token: "third" };
    writeFileSync(path, JSON.stringify(gone));
    writeFileSync(`${path}.claim-third`, JSON.stringify(holder));
  }

  test.each([
    ["", "an empty file"],
    ["123\n", "a number"],
    ["{}", "another object"],
    ["null", "nothing"],
    ['{"m2rl":"lease","pid":1,"token":"../../x"}', "a token that is a path"],
    ['{"m2rl":"lease","pid":"1","token":"x"}', "a process that is no number"],
    ["x".repeat(10_000), "a long text"],
  ])("refuses a file that is no lease, and leaves it: %j", (text) => {
    writeFileSync(path, text);
    expect(take).toThrow(/must be absent or a lease, got another file/);
    expect(readFileSync(path, "utf8")).toBe(text);
    expect(readdirSync(root)).toEqual([".lock"]);
  });

  test("refuses a link and a place that cannot be written", () => {
    symlinkSync("nowhere", path);
    expect(take).toThrow(/must be absent or a lease/);
    rmSync(path);
    writeFileSync(join(root, "file"), "");
    path = join(root, "file", ".lock");
    expect(take).toThrow(/^ROOT must be writable, got "ENOTDIR|EEXIST/);
  });

  // 24 processes × 42 attempts or more, until each had it; M2RL_CONTENDERS=1000 starts as many processes, about 9 MB each.
  const contenders = Number(process.env["M2RL_CONTENDERS"] ?? 24);
  test("has one holder at a time among a thousand attempts of processes that begin together, while holders are killed", async () => {
    const [critical, gate] = [join(root, "critical"), join(root, "gate")];
    const attempts = Math.ceil(1000 / contenders);
    let ready = 0;
    const results = await Promise.all(
      Array.from({ length: contenders }, async (_, i) => {
        const mode = i % 3 === 0 ? "die" : "live";
        const child = spawn(
          process.execPath,
          [
            resolve("test/io/lease.worker.mjs"),
            ...[path, critical, gate, String(attempts), mode],
          ],
          { stdio: ["ignore", "pipe", "inherit"] },
        );
        let out = "";
        child.stdout.on("data", (part: Buffer) => {
          if (out === "" && ++ready === contenders) writeFileSync(gate, "");
          out += part.toString();
        });
        const [code, signal] = (await once(child, "close")) as [
          number | null,
          string | null,
        ];
        if (signal === "SIGKILL") return { held: 1, overlaps: 0, killed: 1 };
        expect(code).toBe(0);
        const said = JSON.parse(out.replace("ready", "")) as Result;
        return { ...said, killed: 0 };
      }),
    );
    const sum = (key: keyof Result): number =>
      results.reduce((total, result) => total + result[key], 0);
    expect(sum("overlaps")).toBe(0);
    expect(sum("held")).toBeGreaterThanOrEqual(contenders);
    expect(sum("killed")).toBe(Math.ceil(contenders / 3));
    // Nobody is shut out by the dead.
    const lease = take();
    lease.check();
    lease.release();
    expect(readdirSync(root).filter((name) => !/draft/.test(name))).toEqual([
      "gate",
    ]);
  }, 1_200_000);
});

interface Result {
  held: number;
  overlaps: number;
  killed: number;
}
