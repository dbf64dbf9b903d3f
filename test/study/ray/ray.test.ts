/** Handing a study to Ray, as far as it goes without Ray. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { main } from "../../../src/cli.js";
import { rayToken } from "../../../src/study/ray/rayJobs.js";
import {
  checkNoRayJob,
  parseStudy,
  runOnRay,
} from "../../../src/study/index.js";
import { PICO_STUDY, picoStudy } from "../pico.js";

let server: Server | undefined;
afterEach(() => server?.close());

/** A head that takes one job and says how it is, and what it was asked. */
async function head(
  status: string,
  message: string,
): Promise<{
  url: string;
  asked: { path: string; headers: object; body: string }[];
}> {
  const asked: { path: string; headers: object; body: string }[] = [];
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const path = `${request.method} ${request.url}`;
      asked.push({ path, headers: request.headers, body });
      const answer = path.endsWith("/api/version")
        ? { version: "4", ray_version: "2.60.0" }
        : { status, message };
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
  };
}

async function m2rl(...args: string[]): Promise<[number, string]> {
  let err = "";
  const code = await main(args, {
    stdout: { write: () => undefined },
    stderr: { write: (text) => (err += text) },
  });
  return [code, err];
}

describe("runOnRay(path, head)", () => {
  test("submits one job with the stages, what they wait for and what they need, and no header of a browser", async () => {
    const folder = picoStudy(
      PICO_STUDY.replace(
        "models:\n",
        "resources: { rl: { num_gpus: 1 } }\nmodels:\n",
      ),
    );
    const { url, asked } = await head(
      "FAILED",
      "Traceback\nModuleNotFoundError: No module named 'ray'",
    );
    await expect(runOnRay(folder, url, { token: "secret" })).rejects.toThrow(
      "ray: the job must run to its end, got FAILED (ModuleNotFoundError: No module named 'ray'); run the same command to resume",
    );
    const submitted = asked.find(({ path }) => path === "POST /api/jobs/")!;
    expect(submitted.headers).toMatchObject({ authorization: "Bearer secret" });
    expect(
      Object.keys(submitted.headers).filter((name) =>
        /^(sec-|origin|referer)/.test(name),
      ),
    ).toEqual([]);
    const { submission_id, entrypoint } = JSON.parse(submitted.body) as Record<
      string,
      string
    >;
    const at = join(folder, "runs/quick/.ray", submission_id!);
    expect(entrypoint).toBe(
      `'python3' '${at}/stages_on_ray.py' '${at}/graph.json'`,
    );
    const graph = JSON.parse(readFileSync(join(at, "graph.json"), "utf8")) as {
      needs: object;
      stages: { id: string; kind: string; after: string[]; urgency: number }[];
    };
    expect(graph.needs).toEqual({ rl: { num_cpus: 1, num_gpus: 1 } });
    const [sft, math] = ["sft", "math"].map((name) =>
      graph.stages.find(({ id }) => id === `seed1/models/${name}`)!,
    );
    expect(math).toMatchObject({ kind: "rl", after: ["seed1/models/sft"] });
    expect(sft!.urgency).toBeGreaterThan(math!.urgency);
    // What ended leaves the folder free.
    expect(() => checkNoRayJob(join(folder, "runs/quick"))).not.toThrow();
  });

  test("submits nothing while weights that stages read are not here", async () => {
    const folder = picoStudy();
    rmSync(join(folder, "base/model.safetensors"));
    const { url, asked } = await head("FAILED", "");
    await expect(runOnRay(folder, url, { token: "" })).rejects.toThrow(
      `study: base must be a model folder with weights, got none at ${join(folder, "base")}`,
    );
    expect(asked.map(({ path }) => path)).toEqual(["GET /api/version"]);
    expect(existsSync(join(folder, "runs/quick/.ray"))).toBe(false);
  });

  test("says that no head answers, and leaves nothing behind", async () => {
    const folder = picoStudy();
    const { url } = await head("FAILED", "");
    await new Promise((resolve) => server!.close(resolve));
    await expect(runOnRay(folder, url, { token: "" })).rejects.toThrow(
      /^server: GET .*\/api\/version must be answered, got .*ECONNREFUSED/,
    );
    expect(existsSync(join(folder, "runs/quick/.ray"))).toBe(false);
  });
});

describe("m2rl run --on", () => {
  test.each([
    [
      ["--on", "slurm"],
      'm2rl: --on must be ray=URL with the address of Ray\'s dashboard, as ray=http://HEAD:8265, got "slurm"\n',
    ],
    [
      ["--on", "ray=http://h", "--jobs", "2"],
      "m2rl: --jobs counts processes on this machine; with --on, the cluster's cores and the study's resources decide\n",
    ],
    [
      ["--on", "ray=http://h", "--ctrl-c", "kill"],
      'm2rl: --ctrl-c must be detach or cancel, got "kill"\n',
    ],
    [["--cancel"], "m2rl: --cancel must be given together with --on\n"],
  ])("refuses %j", async (args, message) => {
    expect(await m2rl("run", "nowhere", ...args)).toEqual([2, message]);
  });

  test("a local run refuses a folder in which a job may be at work, and says what to do", async () => {
    const folder = picoStudy();
    mkdirSync(join(folder, "runs/quick/.ray"), { recursive: true });
    const file = join(folder, "runs/quick/.ray/job.json");
    writeFileSync(
      file,
      '{"m2rl":"ray job","head":"http://h:8265","id":"m2rl-1"}',
    );
    expect(await m2rl("run", folder)).toEqual([
      1,
      `m2rl: study: no other may work in ${folder}/runs/quick while Ray's job m2rl-1 does; follow it with --on ray=http://h:8265, end it with --cancel, or remove ${file} if that cluster is gone\n`,
    ]);
    writeFileSync(file, "{}");
    expect((await m2rl("run", folder))[1]).toContain(
      "must say which Ray job works here, got something else",
    );
  });
});

describe("rayToken(environment)", () => {
  test("looks where Ray looks", () => {
    const file = join(mkdtempSync(join(tmpdir(), "m2rl-token-")), "token");
    writeFileSync(file, "from-file\n");
    expect(
      rayToken({ RAY_AUTH_TOKEN: "given", RAY_AUTH_TOKEN_PATH: file }),
    ).toBe("given");
    expect(rayToken({ RAY_AUTH_TOKEN_PATH: file })).toBe("from-file");
    expect(rayToken({ RAY_AUTH_TOKEN_PATH: "/nowhere" })).toBe("");
  });
});

describe("resources of a study", () => {
  test.each([
    [
      "resources: { rol: { num_gpus: 1 } }",
      'unknown key "rol" in resources; did you mean "rl"?',
    ],
    [
      "resources: { rl: { num_gpu: 1 } }",
      'unknown key "num_gpu" in resources.rl; did you mean "num_gpus"?',
    ],
    [
      "resources: { rl: { num_gpus: -1 } }",
      "resources.rl.num_gpus must be a number of at least 0, got -1",
    ],
  ])("%s is refused", (line, message) => {
    expect(() =>
      parseStudy(
        PICO_STUDY.replace("models:\n", `${line}\nmodels:\n`),
        "quick",
      ),
    ).toThrow(message);
  });
});
