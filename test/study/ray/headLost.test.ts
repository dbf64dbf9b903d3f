/** The head of the cluster is killed while a study runs, and another one takes its place: nothing that was done is lost. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { InfrastructureError, StudyError } from "../../../src/error.js";
import { readNote, runOnRay } from "../../../src/study/index.js";
import { freePort } from "../../freePort.js";
import { ROOT } from "../../structure/sources.js";
import { picoStudy } from "../pico.js";

const heads: ChildProcess[] = [];
afterEach(() => heads.splice(0).forEach((child) => child.kill("SIGKILL")));

async function head(port: number, mode: string): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [join(ROOT, "test/study/ray/fakeHead.mjs"), String(port), mode],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  heads.push(child);
  await once(createInterface({ input: child.stdout }), "line");
  return child;
}

const failure = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => expect.fail("must reject"),
    (error: unknown) => error as Error,
  );

test("a head that is lost ends the run with what to do, and the same command goes on with what is left", async () => {
  const folder = picoStudy();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const command = [process.execPath, join(ROOT, "dist/cli.js")];
  const ask = { token: "", command };
  const at = join(folder, "runs/quick");

  const first = await head(port, "works");
  const running = failure(runOnRay(folder, url, ask));
  while (readNote(at, "seed1/models/sft") === null) await wait(50);
  first.kill("SIGKILL");
  await once(first, "exit");
  await head(port, "stops");
  const error = await running;
  expect(error).toBeInstanceOf(InfrastructureError);
  expect(error.message).toBe(
    "ray: the job must run to its end, got a head that no longer knows it; run the same command to resume",
  );

  const again = await failure(runOnRay(folder, url, ask));
  expect(again).toBeInstanceOf(StudyError);
  const graphs = readdirSync(join(at, ".ray"))
    .filter((name) => name.startsWith("m2rl-"))
    .map((id) => {
      const text = readFileSync(join(at, ".ray", id, "graph.json"), "utf8");
      return (JSON.parse(text) as { stages: { id: string }[] }).stages;
    })
    .map((stages) => stages.map(({ id }) => id))
    .sort((a, b) => b.length - a.length);
  expect(graphs).toHaveLength(2);
  expect(graphs[0]).toContain("seed1/models/sft");
  expect(graphs[1]).toEqual(
    graphs[0]!.filter((id) => id !== "seed1/models/sft"),
  );
}, 300_000);
