/**
 * Our side of `npm run bench:train`: answers each request, a JSON line on standard input, with one JSON line.
 *
 * Usage: node scripts/bench/trainOurs.mjs WORK.json; TF_NUM_INTRAOP_THREADS sets the threads. Started by scripts/bench/train.mjs.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const { engine, model, rollout, train } = await import("../../dist/index.js");

const work = JSON.parse(readFileSync(process.argv[2], "utf8"));
const info = engine.startEngine();
const { policy, tokenizer } = model.loadPolicy(work.model);

/** Seconds of the processor since the process began, all threads together. */
function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Start a clock; calling the result gives the seconds since then. */
function clock() {
  const started = performance.now();
  const cpu = processorSeconds();
  return () => ({
    seconds: (performance.now() - started) / 1000,
    cpu: processorSeconds() - cpu,
  });
}

function answer(fields) {
  process.stdout.write(`${JSON.stringify(fields)}\n`);
}

/** Forward, backward, clipping and AdamW on the batch of whole rows. */
function makeTrainStep() {
  const rows = work.batch.map((tokens) => ({
    tokens,
    mask: tokens.map(() => true),
  }));
  const own = model.loadPolicy(work.model).policy;
  const learner = new train.Learner(own, work.adamw);
  const tokens = rows.reduce((sum, row) => sum + row.tokens.length, 0);
  return (repeat) => {
    let loss;
    for (let i = 0; i < repeat; i++) {
      const losses = train.sftLosses(own.config, rows, tokens);
      ({ loss } = learner.update(losses, work.adamw.learningRate, "bench"));
    }
    return { tokens: repeat * tokens, loss };
  };
}

/** Sampling with a key-value cache: every row to `newTokens`, or until its stop token when there is one. */
function makeDecode({ prompts, newTokens, stop = -1 }) {
  let seed = work.seed;
  return (repeat) => {
    let tokens = 0;
    for (let i = 0; i < repeat; i++, seed++) {
      const completions = model.generate(policy, prompts, {
        maxNewTokens: newTokens,
        stop,
        seed,
        streams: prompts.map((_, row) => `bench/${row}`),
      });
      tokens += completions.reduce((sum, row) => sum + row.tokens.length, 0);
    }
    return { tokens };
  };
}

/**
 * A GRPO run of the library, held between two steps until the next request for it.
 *
 * @param next  resolves to the next request for GRPO; requests of other kinds are answered meanwhile
 */
async function runGrpo(first, next) {
  const folder = mkdtempSync(join(tmpdir(), "m2rl-bench-"));
  const { steps, seed, name, promptsPerStep, groupSize, levels } = work.grpo;
  let left = first.repeat;
  let elapsed = clock();
  let sums = {
    tokens: 0,
    rollouts: 0,
    reward: 0,
    groups: 0,
    flat: 0,
    parts: {},
  };
  const report = () => {
    const { tokens, rollouts, reward, groups, flat, parts } = sums;
    answer({
      ...elapsed(),
      tokens,
      meanTokens: tokens / rollouts,
      reward: reward / rollouts,
      flatGroups: flat / groups,
      parts,
    });
  };
  try {
    await train.trainGrpo({
      ...work.adamw,
      ...{ seed, name, steps, promptsPerStep, groupSize },
      init: work.model,
      out: join(folder, "model"),
      log: join(folder, "log.jsonl"),
      domains: ["math"],
      levels: { math: levels },
      checkpointEvery: steps,
      evaluateEvery: 1,
      onStep({ tokens, reward, groups, zeroVarianceGroups, seconds }) {
        const rollouts = groups * groupSize;
        sums.tokens += tokens.sampled;
        sums.rollouts += rollouts;
        sums.reward += reward * rollouts;
        sums.groups += groups;
        sums.flat += zeroVarianceGroups;
        for (const [part, value] of Object.entries(seconds))
          sums.parts[part] = (sums.parts[part] ?? 0) + value;
      },
      async onEvaluate(step) {
        if (step === 0 || --left > 0) return;
        report();
        ({ repeat: left } = await next());
        sums = {
          tokens: 0,
          rollouts: 0,
          reward: 0,
          groups: 0,
          flat: 0,
          parts: {},
        };
        elapsed = clock();
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Texts of some rollouts with the rewards of the library's verifier, for the peer to rate. */
function ratedRollouts() {
  const { tasks, stopText, groupSize } = work.grpo;
  const few = tasks
    .slice(0, 8)
    .flatMap(({ task }) => Array.from({ length: groupSize }, () => task));
  const sampled = rollout.rollouts(policy, tokenizer, few, {
    seed: work.seed,
    stream: "bench/rate",
  });
  return sampled.map(({ task, text, finish, verdict }) => ({
    text: finish === "stop" ? text + stopText : text,
    expected: task.data.answer,
    reward: verdict.reward,
  }));
}

const jobs = new Map();
function jobOf(kind) {
  if (!jobs.has(kind))
    jobs.set(kind, kind === "train" ? makeTrainStep() : makeDecode(work[kind]));
  return jobs.get(kind);
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** Answer requests until one for GRPO comes, and return that one. */
async function nextGrpo() {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) process.exit(0);
    const request = JSON.parse(value);
    if (request.kind === "grpo") return request;
    if (request.kind === "quit") process.exit(0);
    if (request.kind === "versions") answer({ engine: info });
    else if (request.kind === "rated") answer({ rows: ratedRollouts() });
    else if (request.kind === "peak")
      answer({ gflops: engine.measureGflops() });
    else {
      const job = jobOf(request.kind);
      const elapsed = clock();
      const fields = job(request.repeat);
      answer({ ...elapsed(), ...fields });
    }
  }
}

await runGrpo(await nextGrpo(), nextGrpo);
