/**
 * How fast `m2rl view` opens a large study: `npm run bench:view`, after npm run build; `-- --records 1000000` asks for more.
 *
 * Writes a study with so many records, each with a text, into a temporary folder; then opens it with fresh servers and prints medians and
 * memory of: the first page, the first page of tasks of one benchmark, one sample, and the scores of all models, which read every record.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { view } from "m2rl";

const { values } = parseArgs({
  options: {
    records: { type: "string", default: "100000" },
    text: { type: "string", default: "1000" }, // characters of a completion
    rounds: { type: "string", default: "5" },
  },
});
const MODELS = ["sft", "multi"];
const BENCHMARKS = ["aime24", "lcbV5", "gpqa", "ifeval", "bfcl"];
const SAMPLES = 2;
const perFile = Math.round(
  Number(values.records) / MODELS.length / BENCHMARKS.length / SAMPLES,
);

const STUDY = `name: large
base: base
domains: [math]
seeds: [1]
models:
  sft: { by: sft, from: base, steps: 2, batchSize: 2, learningRate: 0.001, care: 0.5, slip: 0.1 }
  multi: { by: rl, from: sft, steps: 2, promptsPerStep: 1, groupSize: 2, learningRate: 0.0001 }
measures:
  scores: { models: [${MODELS.join(", ")}], benchmarks: [${BENCHMARKS.join(", ")}], items: ${perFile}, samples: ${SAMPLES} }
profiles:
  quick: {}
`;

/** One file of records; returns its bytes. */
function writeRecords(folder, benchmark, m) {
  const header = {
    ...{ benchmark, items: perFile, samples: SAMPLES, seed: 1 },
    ...{ temperature: 1, topP: 1, tasks: "", model: MODELS[m] },
  };
  const text = "<think>\n".padEnd(Number(values.text), "6*7=42, ");
  const lines = [JSON.stringify(header)];
  for (let i = 0; i < perFile; i++)
    for (let sample = 0; sample < SAMPLES; sample++) {
      const reward = (i * 7 + sample * 3 + m) % 3 === 0 ? 1 : 0;
      lines.push(
        JSON.stringify({
          ...{ task: `${benchmark} task ${i}`, sample, reward },
          outcome: reward === 1 ? "correct" : "wrong",
          ...{ finish: "stop", tokens: 300, completion: text },
        }),
      );
    }
  const path = join(folder, "runs/quick/seed1/scores", MODELS[m]);
  mkdirSync(path, { recursive: true });
  const all = `${lines.join("\n")}\n`;
  writeFileSync(join(path, `${benchmark}.jsonl`), all);
  return Buffer.byteLength(all);
}

const folder = mkdtempSync(join(tmpdir(), "m2rl-view-"));
writeFileSync(join(folder, "study.yml"), STUDY);
let bytes = 0;
for (const benchmark of BENCHMARKS)
  for (const m of MODELS.keys()) bytes += writeRecords(folder, benchmark, m);

const models = MODELS.map((model) => `model=${model}`).join("&");
const place = `measure=scores&seed=1&benchmark=${BENCHMARKS[0]}&${models}`;
const task = encodeURIComponent(`${BENCHMARKS[0]} task ${perFile - 1}`);
const QUESTIONS = {
  "the study": "data/study?",
  "first page of tasks": `data/tasks?${place}&differ=1`,
  "one sample": `data/sample?${place}&task=${task}`,
  "all scores": "data/scores?measure=scores",
};

async function round() {
  const start = performance.now();
  const served = await view.startView(folder);
  const page = await fetch(served.url);
  const headers = { cookie: page.headers.get("set-cookie").split(";")[0] };
  await page.text();
  const times = { "server and page": performance.now() - start };
  for (const [name, question] of Object.entries(QUESTIONS)) {
    const asked = performance.now();
    const answer = await fetch(new URL(question, served.url), { headers });
    if ((await answer.json()) === null) throw new Error(`no answer: ${name}`);
    times[name] = performance.now() - asked;
  }
  times["opened: server, page, study, tasks, sample"] =
    times["server and page"] +
    times["the study"] +
    times["first page of tasks"] +
    times["one sample"];
  await served.close();
  return times;
}

const rounds = [];
for (let i = 0; i < Number(values.rounds); i++) rounds.push(await round());
rmSync(folder, { recursive: true, force: true });

const count = perFile * SAMPLES * MODELS.length * BENCHMARKS.length;
console.log(
  `${count.toLocaleString("en")} records, ${(bytes / 1e6).toFixed(0)} MB, ${rounds.length} rounds; ${cpus()[0].model}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}; Node ${process.version}`,
);
console.log("| question | median, s | slowest, s |\n| --- | ---: | ---: |");
for (const name of Object.keys(rounds[0])) {
  const own = rounds.map((times) => times[name] / 1000).sort((a, b) => a - b);
  const median = own[Math.floor(own.length / 2)];
  console.log(`| ${name} | ${median.toFixed(2)} | ${own.at(-1).toFixed(2)} |`);
}
console.log(
  `peak memory of server and client together: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`,
);
