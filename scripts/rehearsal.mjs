/**
 * `npm run rehearsal`: the paper's experiment (data/paper-scale) at nano size with every crossing switched on. TRL trains, a server answers
 * under each model's name, Ray runs the stages where it is set up; then Table 3, and with `--compare` the same without a crossing beside it.
 *
 * Usage: M2RL_TRL_PYTHON=trl/bin/python npm run rehearsal [-- --compare] [--study DIR] [--without-ray]
 *
 * Another study must have the profiles `rehearsal`, whose server is one of this machine with {model} in its path, and `here`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import http from "node:http";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cluster, study } from "../dist/index.js";
import { RAY_PYTHON, startRayHead } from "./rayHead.mjs";

const ROOT = join(import.meta.dirname, "..");
const { values: options } = parseArgs({
  options: {
    compare: { type: "boolean", default: false },
    study: { type: "string", default: join(ROOT, "data", "paper-scale") },
    "without-ray": { type: "boolean", default: false },
  },
});
const STUDY = resolve(options.study);
const opened = study.open(STUDY, { profile: "rehearsal" });
/** As study.yml has it. */
const PORT = Number(
  /^http:\/\/127\.0\.0\.1:(\d+)\/\{model\}/.exec(
    study.measureOptions(opened, "scores").server.url,
  )[1],
);

/** The model servers that were asked for, by the model's name. */
const servers = new Map();

function folderOf(name) {
  if (name === "base") return join(STUDY, opened.spec.base);
  return join(STUDY, "runs", "rehearsal", "seed1", "models", name);
}

/** The address of a model's server, started when it is first asked for. */
async function serverOf(name) {
  if (!servers.has(name)) {
    const folder = folderOf(name);
    if (!existsSync(join(folder, "config.json"))) return undefined;
    servers.set(name, cluster.startModelServer(folder));
  }
  return (await servers.get(name)).url;
}

/** One port for all models: /NAME/v1/… goes to the server of NAME. */
async function pass(request, response) {
  const [, name, rest] = /^\/([\w.-]+)(\/.*)$/.exec(request.url) ?? [];
  const url = name === undefined ? undefined : await serverOf(name);
  if (url === undefined) {
    response.writeHead(404).end("{}");
    return;
  }
  const { method, headers } = request;
  const own = http.request(url + rest, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  own.on("error", () => response.destroy());
  request.pipe(own);
}

/** `m2rl run` of a profile; its progress goes to this terminal. */
async function run(profile, more) {
  const begun = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...[join(ROOT, "dist", "cli.js"), "run", STUDY],
      ...["--profile", profile, ...more],
    ],
    { stdio: "inherit" },
  );
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`m2rl run ended with ${code}`);
  const seconds = (performance.now() - begun) / 1000;
  console.log(`${profile}: ${seconds.toFixed(0)} s`);
}

function scoresOf(profile) {
  return study.rows(study.open(STUDY, { profile }), "scores");
}

/** Table 3: each model's score on each benchmark; of two runs both, and how often their intervals meet. */
function table(profiles) {
  const runs = profiles.map(scoresOf);
  const [first, second] = runs;
  const models = [...new Set(first.map(({ model }) => model))];
  const cell = ({ score, low, high }) =>
    `${score.toFixed(1)} [${low.toFixed(0)}, ${high.toFixed(0)}]`;
  let [met, all] = [0, 0];
  for (const model of models) {
    console.log(`\n${model}`);
    for (const row of first.filter((own) => own.model === model)) {
      const other = second?.find(
        (own) => own.model === model && own.benchmark === row.benchmark,
      );
      console.log(
        `  ${row.title.padEnd(22)} ${cell(row)}${other ? `   here ${cell(other)}` : ""}`,
      );
      if (!other) continue;
      all++;
      if (row.low <= other.high && other.low <= row.high) met++;
    }
  }
  if (second) console.log(`\nintervals that meet: ${met} of ${all}`);
}

if (!process.env.M2RL_TRL_PYTHON) {
  console.error(
    "rehearsal: M2RL_TRL_PYTHON must name a Python with TRL; python3 -m venv trl && trl/bin/pip install trl==1.16.0",
  );
  process.exit(2);
}
const { compare } = options;
const ray = options["without-ray"] ? null : await startRayHead();
if (ray === null)
  console.log(
    "without Ray; where it is not set up: npm run setup -- --with ray",
  );
const gateway = http.createServer((request, response) => {
  pass(request, response).catch(() => response.destroy());
});
gateway.listen(PORT, "127.0.0.1");
await once(gateway, "listening");
let failed = null;
try {
  const on = ray
    ? [...["--on", `ray=${ray.url}`], ...["--python", RAY_PYTHON]]
    : ["--jobs", "2"];
  await run("rehearsal", on);
  if (compare) await run("here", ["--jobs", "2"]);
  table(compare ? ["rehearsal", "here"] : ["rehearsal"]);
  console.log(
    `\nnotebooks/03-main-table.ipynb shows it with the parameters ${JSON.stringify({ study: relative(join(ROOT, "notebooks"), STUDY), profile: "rehearsal" })}`,
  );
} catch (error) {
  failed = error;
} finally {
  gateway.close();
  gateway.closeAllConnections();
  for (const server of servers.values()) await (await server).close();
  await ray?.end();
}
if (failed) {
  console.error(
    `rehearsal: ${failed.message}; rerun the same command to resume`,
  );
  process.exit(1);
}
