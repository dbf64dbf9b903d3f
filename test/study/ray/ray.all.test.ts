/** A study on a real Ray cluster of two nodes that asks for a token: the bytes of a local run, whatever is killed on the way. */
import {
  type ChildProcess,
  execFile,
  execFileSync,
  spawn,
} from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hashFile } from "../../../src/io/index.js";
import { run, runOnRay } from "../../../src/study/index.js";
import { freePort } from "../../freePort.js";
import { PICO_STUDY, picoStudy } from "../pico.js";
import { ROOT } from "../../structure/sources.js";

const RAY = join(ROOT, ".venv", "bin", "ray");
const PYTHON = join(ROOT, ".venv", "bin", "python");
const TOKEN = "a-token-of-thirty-two-characters";
const CLI = join(ROOT, "dist", "cli.js");

/** Long enough to be met while it runs: a run of many steps that keeps its state after each. */
const LONG = PICO_STUDY.replace(
  "steps: 2, batchSize: 2,",
  "steps: 400, batchSize: 2,",
);

let root: string;
/** Folder of the cluster. */
let session: string;
let head: string;
/** What every process of the cluster, and whoever asks it, has in its environment. */
let environment: NodeJS.ProcessEnv;

/** Start a node, in a jail where one is given; Ray gives up after 30 s, which a busy machine may need several of. */
async function startNode(
  args: string[],
  jail: string[] = [],
  tries = 5,
): Promise<void> {
  const [program, ...rest] = [...jail, RAY, "start", "--disable-usage-stats"];
  const store = ["--object-store-memory", "100000000"];
  for (let left = tries - 1; ; left--) {
    const agent = ["--dashboard-agent-listen-port", String(await freePort())];
    const failure = await new Promise<string | null>((resolve) => {
      const all = [...rest, "--num-cpus", "1", ...store, ...agent, ...args];
      execFile(program!, all, { env: environment }, (error, out, err) =>
        resolve(error === null ? null : out + err),
      );
    });
    if (failure === null) return;
    if (left === 0) throw new Error(failure);
    // What is left of a head that came up halfway; of the cluster's other nodes nothing may go.
    if (args.includes("--head")) killCluster();
  }
}

/** End every process of this cluster, and of no other: they name its folder. */
function killCluster(): void {
  try {
    execFileSync("pkill", ["-KILL", "-f", session]);
  } catch {
    // There was none.
  }
}

async function addNode(name: string, jail: string[] = []): Promise<void> {
  await startNode(
    [
      ...["--address", `127.0.0.1:${environment["M2RL_GCS"]}`],
      ...["--node-name", name],
    ],
    jail,
  );
}

beforeAll(async () => {
  if (!existsSync(RAY))
    throw new Error("Ray is not set up: npm run setup -- --with ray");
  root = mkdtempSync(join(tmpdir(), "m2rl-ray-"));
  // Sockets lie in it, whose paths must be short.
  session = mkdtempSync("/tmp/m2rl-ray-");
  const [gcs, dashboard] = [await freePort(), await freePort()];
  head = `http://127.0.0.1:${dashboard}`;
  environment = {
    ...process.env,
    RAY_AUTH_MODE: "token",
    RAY_AUTH_TOKEN: TOKEN,
    M2RL_GCS: String(gcs),
  };
  await startNode([
    ...["--head", "--node-name", "first", "--temp-dir", session],
    ...["--port", String(gcs), "--dashboard-port", String(dashboard)],
  ]);
  await addNode("second");
}, 400_000);

afterAll(() => killCluster());

/** Hashes of everything that a run leaves but seconds, logs of Ray and leases. */
function results(folder: string): Record<string, string> {
  const at = join(folder, "runs", "quick");
  return Object.fromEntries(
    readdirSync(at, { recursive: true, encoding: "utf8" })
      .filter(
        (name) => !/(?:^|\/)\./.test(name) && statSync(join(at, name)).isFile(),
      )
      // Notes, training logs and markers, by way of provenance, hold seconds.
      .filter(
        (name) => !/^stages\/|\/train\/|provenance\.json$|cost/.test(name),
      )
      .map((name) => [name, hashFile(join(at, name))]),
  );
}

function study(text?: string): string {
  const folder = join(root, `study-${readdirSync(root).length}`);
  cpSync(picoStudy(text), folder, { recursive: true });
  return folder;
}

/** `m2rl run` on the cluster in a process of its own, and what it says. */
function start(
  folder: string,
  ...more: string[]
): { child: ChildProcess; said: () => string; ended: Promise<number | null> } {
  const args = [
    CLI,
    "run",
    folder,
    "--on",
    `ray=${head}`,
    "--python",
    PYTHON,
    ...more,
  ];
  const child = spawn(process.execPath, args, { env: environment });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) =>
    child.on("exit", resolve),
  );
  return { child, said: () => text, ended };
}

async function until(what: () => boolean, say: () => string): Promise<void> {
  const end = performance.now() + 240_000;
  while (!what()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${say()}`);
    await wait(50);
  }
}

/** Log of a stage in the newest job of a folder. */
function logOf(folder: string, stage: string): string {
  const jobs = join(folder, "runs", "quick", ".ray");
  const logs = (existsSync(jobs) ? readdirSync(jobs) : [])
    .map((id) => join(jobs, id, "logs", `${stage}.log`))
    .filter((path) => existsSync(path))
    .sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs);
  return logs.length === 0 ? "" : readFileSync(logs.at(-1)!, "utf8");
}

/** Steps that a stage says it has done, in the order of its log; a line whose end is missing is left out. */
function stepsOf(log: string): number[] {
  return [...log.matchAll(/^\{"stage":"[^"]+","done":(\d+),.*\}$/gm)].map(
    ([, done]) => Number(done),
  );
}

const hosts = (log: string): string[] =>
  [...log.matchAll(/"node": "(\w+)"/g)].map(([, node]) => node!);

test("refuses a wrong token, and a head that does not answer, before anything is done", async () => {
  const folder = study();
  await expect(runOnRay(folder, head, { token: "another" })).rejects.toThrow(
    /^ray: .* must take the token .* got status 40[13]$/,
  );
  expect(existsSync(join(folder, "runs", "quick", ".ray"))).toBe(false);
});

test("makes the bytes of a local run on two nodes, and a local run then finds nothing to do", async () => {
  const [local, far] = [study(), study()];
  await run(local, { jobs: 1 });
  const { ended, said } = start(far);
  expect(await ended, said()).toBe(0);
  expect(said()).toMatch(/✓ seed1\/models\/dareTies/);
  expect(results(far)).toEqual(results(local));
  const again = await run(far, { jobs: 1 });
  expect(again.stages.filter(({ ran }) => ran)).toEqual([]);
  const used = new Set(again.stages.flatMap(({ id }) => hosts(logOf(far, id))));
  expect(used.size).toBe(2);
}, 500_000);

test("lets go of a job and finds it again, takes a killed stage up on the other node, and stops the job when asked", async () => {
  const folder = study(LONG);
  const id = "seed1/models/sft";
  const only = ["--only", "sft"];
  const first = start(folder, ...only);
  await until(() => stepsOf(logOf(folder, id)).length > 25, first.said);
  first.child.kill("SIGINT");
  expect(await first.ended).toBe(130);
  expect(first.said()).toContain(
    "the job goes on; run the same command to follow it",
  );
  const locally = await import("../../../src/study/index.js");
  expect(() => locally.checkNoRayJob(join(folder, "runs", "quick"))).toThrow(
    /while Ray's job m2rl-\w+ does; follow it with --on ray=/,
  );

  const second = start(folder, ...only);
  await until(() => second.said().includes("which is at work"), second.said);
  execFileSync("pkill", ["-KILL", "-f", `stage ${folder} ${id}`]);
  await until(() => hosts(logOf(folder, id)).length === 2, second.said);
  await until(
    () => second.said().includes("is tried again: ended with -9"),
    second.said,
  );
  const [one, other] = hosts(logOf(folder, id));
  expect(other).not.toBe(one);
  // What the second attempt says stands behind its node's name; steps of the first may stand before it, whenever it was killed.
  const again = () =>
    stepsOf(logOf(folder, id).split(`"node": "${other}"`)[1] ?? "");
  await until(() => again().length > 0, second.said);
  expect(again()[0]).toBeGreaterThan(1);

  const cancel = start(folder, "--cancel");
  expect(await cancel.ended, cancel.said()).toBe(0);
  expect(cancel.said()).toMatch(/^stopped m2rl-\w+$/m);
  expect(await second.ended).toBe(1);
  expect(second.said()).toContain(
    "was stopped with 1 stages left; run the same command to resume",
  );

  const last = start(folder, ...only);
  expect(await last.ended, last.said()).toBe(0);
  const whole = study(LONG);
  await run(whole, { jobs: 1, only: "sft" });
  expect(results(folder)).toEqual(results(whole));
}, 500_000);

test("names a stage that fails, and a node that does not see the study", async () => {
  const folder = study(
    PICO_STUDY.replace(
      "steps: 2, batchSize: 2, learningRate: 0.001",
      "steps: 2, batchSize: 2, learningRate: 1.0e+30",
    ),
  );
  const failing = start(folder, "--only", "sft");
  expect(await failing.ended).toBe(1);
  expect(failing.said()).toMatch(
    /m2rl: study: seed1\/models\/sft failed: .*must be finite/,
  );

  const hidden = study();
  mkdirSync(join(root, "empty"));
  await addNode("blind", [
    ...["bwrap", "--dev-bind", "/", "/"],
    ...["--bind", join(root, "empty"), root],
  ]);
  const blind = start(hidden);
  expect(await blind.ended).toBe(1);
  expect(blind.said()).toMatch(
    /m2rl: study: node blind \(.*\) does not see .*: the study must lie on storage that all nodes share/,
  );
}, 500_000);
