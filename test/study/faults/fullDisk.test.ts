/** A disk that takes no more, as a file system of a few hundred kilobytes: what failed is named, nothing is lost, the same command resumes. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hashFile } from "../../../src/io/index.js";
import { run } from "../../../src/study/index.js";
import { ROOT } from "../../structure/sources.js";
import { PICO_STUDY, picoStudy } from "../pico.js";

/** Ways to a place of one's own for file systems: as a user, or as root. */
const WAYS = [["--user", "--map-root-user", "--mount"], ["--mount"]];
const WAY = WAYS.find(
  (flags) =>
    spawnSync("unshare", [...flags, "mount", "-t", "tmpfs", "none", tmpdir()])
      .status === 0,
);

/** One model and its scores. */
const STUDY = PICO_STUDY.replace(
  / {2}(experts|multi|average|dareTies|opd):.*\n/g,
  "",
)
  .replace(/ {2}(cost|rewards|consistency|claims):.*\n/g, "")
  .replace(/models: \[base, sft, .*?\]/, "models: [base, sft]");

/** Run a shell's script where it may mount; its standard output. */
async function inside(
  script: string,
  env: Record<string, string>,
): Promise<string> {
  const child = spawn("unshare", [...WAY!, "bash", "-euc", script], {
    env: { ...process.env, NODE: process.execPath, ROOT, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  expect([code, out]).toEqual([0, out]);
  return out;
}

/** Every file of a run that holds no seconds, with its hash. */
function contents(runFolder: string): Record<string, string> {
  return Object.fromEntries(
    (readdirSync(runFolder, { recursive: true }) as string[])
      .filter(
        (name) =>
          statSync(join(runFolder, name)).isFile() &&
          !/^(stages|signs)\/|\/train\/|provenance\.json$|\.m2rl\.json$/.test(
            name,
          ),
      )
      .map((name) => [name, hashFile(join(runFolder, name))]),
  );
}

test.skipIf(WAY === undefined)(
  "a study whose disk is full fails by name, and goes on to the same bytes once there is room",
  async () => {
    const study = picoStudy(STUDY);
    const [disk, out] = ["disk-", "out-"].map((name) =>
      mkdtempSync(join(tmpdir(), name)),
    ) as [string, string];
    const size = (readdirSync(study, { recursive: true }) as string[])
      .map((name) => Math.ceil(statSync(join(study, name)).size / 4096) * 4)
      .reduce((a, b) => a + b);
    const said = await inside(
      `
      mount -t tmpfs -o size=$((SIZE + 8))k none "$DISK"
      cp -r "$STUDY" "$DISK/study"
      for room in 12 156 4000; do
        mount -o remount,size=$((SIZE + room))k "$DISK"
        code=0; "$NODE" "$ROOT/dist/cli.js" run "$DISK/study" --jobs 1 >"$OUT/stdout" 2>"$OUT/stderr" || code=$?
        echo "$code $(tail -n 1 "$OUT/stderr")"
      done
      cp -r "$DISK/study/runs" "$OUT/runs"`,
      { STUDY: study, DISK: disk, OUT: out, SIZE: String(size) },
    );
    const answers = said.trimEnd().split("\n");
    expect(answers.at(-1)).toMatch(/^0/);
    expect(answers[0]).toMatch(/^1/);
    for (const answer of answers.filter((each) => !each.startsWith("0")))
      expect(answer).toMatch(
        new RegExp(
          String.raw`^1 m2rl: study: .*${disk}/study/runs/quick/.* must be writable, got .*ENOSPC`,
        ),
      );
    await run(study, { jobs: 1 });
    expect(contents(join(out, "runs", "quick"))).toEqual(
      contents(join(study, "runs", "quick")),
    );
  },
  600_000,
);

/** Calls what a node of Ray calls, without Ray. */
const NODE_OF_RAY = `
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("stages_on_ray", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
try:
    print("done on", module.work(json.loads(sys.argv[2]), "seed1/models/sft")["node"])
except module.Interrupted as error:
    print("elsewhere, not on", error.args[1], "since", error.args[0])
`;

const NO_RAY = `
def remote(*given, **options):
    return given[0] if given else remote
class Here:
    def get_node_id(self): return "node1"
def get_runtime_context(): return Here()
`;

test.skipIf(WAY === undefined)(
  "a node whose disk is full gives its stage to another",
  async () => {
    const study = picoStudy(STUDY);
    const [disk, fake] = ["disk-", "ray-"].map((name) =>
      mkdtempSync(join(tmpdir(), name)),
    ) as [string, string];
    const util = join(fake, "ray", "util");
    mkdirSync(util, { recursive: true });
    writeFileSync(join(fake, "ray", "__init__.py"), NO_RAY);
    writeFileSync(join(util, "__init__.py"), "");
    writeFileSync(
      join(util, "scheduling_strategies.py"),
      "NodeAffinitySchedulingStrategy = None\n",
    );
    const graph = {
      folder: join(disk, "job"),
      command: [process.execPath, join(ROOT, "dist", "cli.js")],
      study: join(disk, "study"),
      profile: "quick",
    };
    const said = await inside(
      `
      mount -t tmpfs -o size=4m none "$DISK"
      cp -r "$STUDY" "$DISK/study"
      ask() { python3 -c "$CODE" "$ROOT/src/study/ray/stages_on_ray.py" "$GRAPH"; }
      fill() { head -c 8M /dev/zero >"$DISK/full" 2>/dev/null || true; }
      fill; ask
      rm "$DISK/full"; mkdir -p "$DISK/job/logs/seed1/models"; echo >"$DISK/job/logs/seed1/models/sft.log"; fill; ask
      rm "$DISK/full"; ask`,
      {
        ...{ STUDY: study, DISK: disk, CODE: NODE_OF_RAY },
        ...{ GRAPH: JSON.stringify(graph), PYTHONPATH: fake },
      },
    );
    const [noLog, noModel, done] = said.trimEnd().split("\n");
    expect(noLog).toMatch(
      /^elsewhere, not on node1 since .*No space left on device/,
    );
    expect(noModel).toMatch(
      /^elsewhere, not on node1 since m2rl: study: .*ENOSPC/,
    );
    expect(done).toBe("done on node1");
  },
  600_000,
);
