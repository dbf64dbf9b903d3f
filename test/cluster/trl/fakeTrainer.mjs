#!/usr/bin/env node
// Plays the Python with TRL, `train_trl.py` and all that can go wrong with it, as M2RL_FAKE says: a real process without gigabytes.
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

const fake = process.env["M2RL_FAKE"] ?? "whole";
const given = process.argv.slice(2);
const packages = ["trl", "transformers", "torch", "accelerate", "datasets"];
if (given[0] === "-c") {
  const trl = fake === "old" ? "0.9.0" : "1.16.0";
  const versions = packages.map((name) => [name, name === "trl" ? trl : "1"]);
  if (fake === "lacking") versions[2][1] = null;
  console.log(JSON.stringify(Object.fromEntries(versions)));
  process.exit(0);
}

const at = (name) => given[given.indexOf(name) + 1];
const out = at("--out");
const steps = Number(at("--steps"));
const rows = readFileSync(at("--tasks"), "utf8").trim().split("\n");
const [prompts, group] = [Number(at("--prompts")), Number(at("--group"))];
const checkpoint = `${out}.trl/checkpoint.json`;
const keep = given.includes("--keep")
  ? given.slice(given.indexOf("--keep") + 1).map(Number)
  : [];
// As the real one: it must not outlive who started it.
process.stdin.resume().on("end", () => process.exit(3));

async function reward(step) {
  const own = rows.slice(step * prompts, (step + 1) * prompts);
  const asked = own.flatMap((row) =>
    Array.from({ length: group }, () => ({
      response: "<think>\n\n</think>\n\nno idea<|im_end|>",
      label: JSON.parse(row).label,
    })),
  );
  const answer = await fetch(`${at("--rewards")}/verdicts`, {
    method: "POST",
    headers: { authorization: `Bearer ${process.env["M2RL_TOKEN"]}` },
    body: JSON.stringify(asked),
  });
  if (!answer.ok) throw new Error(await answer.text());
  const verdicts = await answer.json();
  return verdicts.reduce((sum, v) => sum + v.reward, 0) / verdicts.length;
}

function model(folder) {
  cpSync(at("--model"), folder, { recursive: true });
  const weights = join(folder, "model.safetensors");
  if (fake === "incomplete") rmSync(weights);
  if (fake === "cut")
    writeFileSync(weights, readFileSync(weights).subarray(0, -100));
  if (fake === "nan") {
    const bytes = readFileSync(weights);
    bytes.writeFloatLE(NaN, bytes.length - 4);
    writeFileSync(weights, bytes);
  }
}

let lines = [];
if (existsSync(checkpoint))
  lines = JSON.parse(readFileSync(checkpoint, "utf8"));
mkdirSync(`${out}.trl`, { recursive: true });
mkdirSync(dirname(at("--step-log")), { recursive: true });
writeFileSync(at("--step-log"), lines.map((line) => `${line}\n`).join(""));
writeFileSync(`${out}.trl/given.json`, JSON.stringify(given));
const resumed = lines.length > 0;
for (let step = lines.length; step < steps; step++) {
  if (fake === "killed" && step === 1 && !resumed)
    process.kill(process.pid, "SIGKILL");
  if (fake === "fails" && step === 1) {
    console.error(
      "some library says something\ntrain_trl: rewards must answer",
    );
    process.exit(1);
  }
  if (fake === "hangs" && step === 1) {
    writeFileSync(`${out}.trl/pid`, String(process.pid));
    await new Promise(() => undefined);
  }
  const line = JSON.stringify({
    step,
    loss: 0,
    gradNorm: 1,
    reward: await reward(step),
    rewards: {},
    ...(given.includes("--teacher") && { kl: 0.25 }),
    tokens: { prefill: 10, sampled: 5, trained: 15 },
    seconds: { rollout: 0, reward: 0, update: 0, total: 0.5 },
  });
  lines.push(
    fake === "nanLoss" ? line.replace('"loss":0', '"loss":NaN') : line,
  );
  appendFileSync(at("--step-log"), `${lines.at(-1)}\n`);
  console.log(`m2rl ${lines.at(-1)}`);
  writeFileSync(checkpoint, JSON.stringify(lines));
  if (keep.includes(step + 1)) model(`${out}.step${step + 1}`);
}
if (fake === "nothing") process.exit(0);
model(`${out}.draft`);
renameSync(`${out}.draft`, out);
rmSync(`${out}.trl`, { recursive: true });
process.exit(0);
