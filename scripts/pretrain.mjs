/** Trains a base model anew: `npm run pretrain`; resumes where it was stopped. `npm run pretrain -- --help` lists options. */
import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bootstrap } from "./bootstrap.mjs";

const HELP = `npm run pretrain -- [options]

Trains a small base model from random weights and writes it as a Hugging Face folder: the nano
model of data/nano/base, or with --difficulty hard the larger one of data/hard/base.
Ctrl-C stops between two steps with a checkpoint; rerun the same command to resume.

  --difficulty D    easy or hard: which world      (default easy)
  --tokens N        tokens to train on, in all     (default 17203200; hard 15974400)
  --learning-rate X peak of the learning rate      (default 0.004)
  --seed N          seed of weights and documents  (default 1)
  --out FOLDER      model folder to write          (default data/nano/base; hard data/hard/base)
  --help            this text

The tokenizer is that of FOLDER when it has one, else it is trained first (a second).
`;

const TOKENS_PER_STEP = 6144;

/** What is made by default in each world. */
const WORLDS = {
  easy: { out: "data/nano/base", tokens: 17_203_200, shape: "NANO_CONFIG" },
  hard: { out: "data/hard/base", tokens: 15_974_400, shape: "MICRO_CONFIG" },
};

/** Command-line options as numbers and a folder; ends the process on a bad one. */
function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        difficulty: { type: "string", default: "easy" },
        tokens: { type: "string" },
        "learning-rate": { type: "string", default: "0.004" },
        seed: { type: "string", default: "1" },
        out: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    const ours = WORLDS[values.difficulty];
    if (!ours)
      throw new Error(
        `--difficulty must be easy or hard, got ${values.difficulty}`,
      );
    return {
      ...ours,
      ...values,
      tokens: Number(values.tokens ?? ours.tokens),
      seed: Number(values.seed),
      learningRate: Number(values["learning-rate"]),
    };
  } catch (error) {
    console.error(`pretrain: ${error.message}`);
    process.exit(2);
  }
}

/** Prints a line now and then: where training is, and how long it still takes. */
function progress(steps, duration) {
  let recent = [];
  return ({ step, loss, learningRate, seconds }) => {
    recent = [...recent.slice(-99), seconds.total];
    if ((step + 1) % 50 !== 0 && step + 1 !== steps && recent.length > 1)
      return;
    const pace = recent.reduce((a, b) => a + b, 0) / recent.length;
    console.log(
      `step ${step + 1} of ${steps}  loss ${loss.toFixed(4)}  learning rate ${learningRate.toExponential(2)}  ` +
        `${(((step + 1) * TOKENS_PER_STEP) / 1e6).toFixed(1)} M tokens  ${pace.toFixed(2)} s a step  ${duration(pace * (steps - step - 1))} left`,
    );
  };
}

const options = readOptions();
if (options.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const stop = new AbortController();
try {
  await bootstrap({ quiet: true });
  const { CACHE, ROOT } = await import("./setup/place.mjs");
  const { model, study, train } = await import("../dist/index.js");
  const { difficulty } = options;
  const out = resolve(ROOT, options.out);
  const known = join(out, "tokenizer.json");
  const tokenizerJson = existsSync(known)
    ? JSON.parse(readFileSync(known, "utf8"))
    : train.trainTokenizer({ seed: options.seed, difficulty });
  process.once("SIGINT", () => {
    console.log("stopping after this step; Ctrl-C again stops at once");
    stop.abort();
  });
  const steps = Math.ceil(options.tokens / TOKENS_PER_STEP);
  const { tokens, seconds } = await train.pretrain({
    out,
    tokenizerJson,
    config: model[options.shape],
    // The easy world goes without saying, as in what was made before there was another.
    ...(difficulty === "easy" ? {} : { difficulty }),
    steps,
    tokensPerStep: TOKENS_PER_STEP,
    seed: options.seed,
    learningRate: options.learningRate,
    log: join(CACHE, "pretrain", `${difficulty}.jsonl`),
    checkpoints: join(CACHE, "pretrain", difficulty),
    signal: stop.signal,
    onStep: progress(steps, study.duration),
  });
  console.log(
    `wrote ${relative(process.cwd(), out)}: ${(tokens.trained / 1e6).toFixed(1)} M tokens in ${study.duration(seconds)}`,
  );
} catch (error) {
  if (stop.signal.aborted) {
    console.log("stopped; rerun the same command to resume");
    process.exitCode = 130;
  } else {
    const known = /^(SetupError|TrainError|RangeError|EngineError)$/.test(
      error.name,
    );
    console.error(known ? error.message : error.stack);
    process.exitCode = 1;
  }
}
