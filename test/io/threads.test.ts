/** Worker threads: jobs, news, errors of their class, threads that exit. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { builtFile } from "../../src/built.js";
import { CheckpointError, M2rlError } from "../../src/error.js";
import { Threads } from "../../src/io/threads.js";

const folder = mkdtempSync(join(tmpdir(), "m2rl-threads-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const built = (name: string): string =>
  JSON.stringify(
    builtFile(name, new URL("../../src/io/x.ts", import.meta.url).href),
  );

const module = join(folder, "worker.mjs");
writeFileSync(
  module,
  `import { serveThread } from ${built("./threads.js")};
import { CheckpointError } from ${built("../error.js")};
serveThread((setup) => {
  let jobs = 0;
  return (job, say) => {
    jobs++;
    if (job === "exit") process.exit(3);
    if (job === "broken") throw new CheckpointError("w: broken");
    if (job === "type") throw new TypeError("w: no type");
    if (job === "count") return jobs;
    say(1);
    say(2);
    return setup.factor * job;
  };
});
`,
);

type Job = number | "exit" | "broken" | "type" | "count";
const pool = (): Threads<{ factor: number }, Job, number, number> =>
  new Threads({ module, setup: { factor: 3 }, caller: "test" });

describe("Threads", () => {
  test("run gives the result of a job, after its news in their order", async () => {
    const threads = pool();
    const news: number[] = [];
    expect(await threads.run(14, (one) => news.push(one))).toBe(42);
    expect(news).toEqual([1, 2]);
    await threads.close();
  });

  test("run takes a thread that is free before it starts another; everywhere asks each once", async () => {
    const threads = pool();
    await threads.run(1);
    await threads.run(1);
    expect(await threads.everywhere("count")).toEqual([3]);
    await Promise.all([threads.run(1), threads.run(1)]);
    expect(await threads.everywhere("count")).toHaveLength(2);
    await threads.close();
  });

  test("run throws the error of the job, of its class where m2rl has it, and the thread goes on", async () => {
    const threads = pool();
    await expect(threads.run("broken")).rejects.toThrow(
      new CheckpointError("w: broken"),
    );
    await expect(threads.run("broken")).rejects.toBeInstanceOf(CheckpointError);
    await expect(threads.run("type")).rejects.toThrow("w: no type");
    expect(await threads.run(1)).toBe(3);
    await threads.close();
  });

  test("run throws M2rlError when the thread exits", async () => {
    const threads = pool();
    await expect(threads.run("exit")).rejects.toThrow(
      new M2rlError(
        "test: threads must live until they are closed, got one that exited with code 3",
      ),
    );
    await threads.close();
  });
});
