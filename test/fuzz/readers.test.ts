/**
 * Every reader on damaged input: it answers or says what is wrong, by a typed error, within a second.
 *
 * A second and a half each in every run; `npm run fuzz -- --minutes 30` shares that time among them, from another seed each time.
 */
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  Checkpoint,
  type Params,
  readModelFolder,
  writeSafetensors,
} from "../../src/checkpoint/index.js";
import { M2rlError } from "../../src/error.js";
import { readRecords } from "../../src/evaluate/index.js";
import { parseRecipe } from "../../src/merge/index.js";
import { configFromJson } from "../../src/model/index.js";
import { Random } from "../../src/random.js";
import { parseStudy } from "../../src/study/index.js";
import {
  type ForeignMessage,
  parseToolCalls,
  renderChat,
  Tokenizer,
} from "../../src/tokenizer/index.js";
import { PICO_STUDY } from "../study/pico.js";
import { mutate } from "./mutate.js";

const MINUTES = Number(process.env["M2RL_FUZZ_MINUTES"] ?? 0);
const SEED = Number(process.env["M2RL_FUZZ_SEED"] ?? 1);
/** Longest that one input may take: an answer within a second, and a busy machine. */
const PATIENCE_MS = 3000;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "m2rl-fuzz-"));
});
afterAll(() => rmSync(root, { recursive: true }));

const data = new Float32Array([1, 2, 3, 4, 5, 6]);
const RECIPE = `merge_method: ties
base_model: ./sft
models:
  - model: ./math
    parameters: { weight: 0.5, density: [0.2, 0.4, 1] }
  - model: ./code
    parameters:
      weight: [{ filter: self_attn, value: [0, 1] }, { value: 0.25 }]
parameters: { normalize: 1, lambda: 0.8, int8_mask: true }
dtype: bfloat16
dialect: mergekit
`;
const INDEX = "model.safetensors.index.json";
const PARAMS: Params = new Map([["w", { dtype: "F32", shape: [2, 3], data }]]);

const MESSAGES: readonly ForeignMessage[] = [
  { role: "system", content: "Be brief.", name: null },
  { role: "user", content: [{ type: "text", text: "Who is 3?" }] },
  {
    role: "assistant",
    content: "<think>\nlook\n</think>\n\n",
    tool_calls: [
      {
        id: "1",
        type: "function",
        function: { name: "find", arguments: '{"who": [3, {"a": 1}]}' },
      },
    ],
  },
  { role: "tool", content: "Ana", tool_call_id: "1" },
  { role: "assistant", content: "Ana", reasoning_content: "seen" },
];

interface Reader {
  name: string;
  /** What is damaged. */
  sound: () => Buffer;
  /** Reads it; a value that JSON cannot hold is given up. */
  read: (bytes: Buffer) => unknown;
}

/** Reads one file in a model folder that is sound otherwise. */
function inFolder(
  file: string,
  read: (path: string) => unknown,
): Reader["read"] {
  let folder: string | undefined;
  return (bytes) => {
    if (folder === undefined) {
      folder = mkdtempSync(join(root, "m"));
      const shard = file === INDEX ? "s.safetensors" : "model.safetensors";
      writeSafetensors(join(folder, shard), PARAMS);
      writeFileSync(join(folder, "config.json"), "{}");
    }
    writeFileSync(join(folder, file), bytes);
    return read(folder);
  };
}

const READERS: Reader[] = [
  {
    name: "safetensors",
    sound: () => {
      const path = join(root, "sound.safetensors");
      writeSafetensors(
        path,
        new Map([
          ["a", { dtype: "F32", shape: [2, 3], data }],
          ["b", { dtype: "BF16", shape: [6], data }],
        ]),
      );
      return readFileSync(path);
    },
    read: inFolder("model.safetensors", (path) => {
      const checkpoint = Checkpoint.open(path);
      for (const { name, elements } of checkpoint.tensors.values())
        checkpoint.read(name, 0, new Float32Array(elements));
      checkpoint.close();
    }),
  },
  {
    name: "index",
    sound: () =>
      Buffer.from(
        '{"metadata":{"total_size":24},"weight_map":{"w":"s.safetensors"}}',
      ),
    read: inFolder(INDEX, (path) => Checkpoint.open(path).close()),
  },
  {
    name: "config",
    sound: () => readFileSync("data/nano/base/config.json"),
    read: inFolder("config.json", (path) =>
      configFromJson(readModelFolder(path).config),
    ),
  },
  {
    name: "tokenizer",
    sound: () => readFileSync("data/nano/base/tokenizer.json"),
    read: (bytes) => {
      const path = join(root, "tokenizer.json");
      writeFileSync(path, bytes);
      return Tokenizer.fromFile(path).encode("<|im_start|>user\nHi aaaaaaaa!");
    },
  },
  {
    name: "recipe",
    sound: () => Buffer.from(RECIPE),
    read: (bytes) => parseRecipe(bytes.toString("utf8"), "r.yml"),
  },
  {
    name: "study",
    sound: () => Buffer.from(PICO_STUDY),
    read: (bytes) => parseStudy(bytes.toString("utf8"), "quick"),
  },
  {
    name: "records",
    sound: () => readFileSync(someRecords()),
    read: (bytes) => {
      const path = join(root, "records.jsonl");
      writeFileSync(path, bytes);
      return readRecords(path);
    },
  },
  {
    name: "tool calls",
    sound: () =>
      Buffer.from(
        '<think>\nx\n</think>\n\n<tool_call>\n{"name": "find", "arguments": {"who": ["Ana", {"a": 1}]}}\n</tool_call>',
      ),
    read: (bytes) => parseToolCalls(bytes.toString("utf8")),
  },
  {
    name: "chat messages",
    sound: () => Buffer.from(JSON.stringify(MESSAGES)),
    read: (bytes) => {
      let messages: unknown;
      try {
        messages = JSON.parse(bytes.toString("utf8"));
      } catch {
        return; // what is no JSON never reaches the reader
      }
      return renderChat(messages as ForeignMessage[]);
    },
  },
];

function someRecords(): string {
  const folder = "data/hard/runs/full/seed1/scores/base";
  return join(folder, readdirSync(folder).sort()[0]!);
}

/** Whether an error was raised on purpose: typed, and no message of the language itself. */
function isMeant(error: unknown): boolean {
  if (error instanceof M2rlError) return true;
  return (
    (error instanceof RangeError || error instanceof TypeError) &&
    !/call stack|Cannot |is not (a|an|iterable|defined)\b|Invalid (array|string|count)|undefined|internal/.test(
      error.message,
    )
  );
}

describe("on damaged input", () => {
  test.each(READERS)(
    "the reader of $name answers or raises a typed error, in time",
    ({ name, sound, read }) => {
      const original = sound();
      read(original);
      const random = new Random(SEED, `fuzz/${name}`);
      const until =
        performance.now() +
        (MINUTES === 0 ? 1500 : (60_000 * MINUTES) / READERS.length);
      let inputs = 0;
      let slowest = 0;
      while (inputs < 20 || performance.now() < until) {
        const input = mutate(original, random);
        const start = process.cpuUsage();
        try {
          read(input);
        } catch (error) {
          if (!isMeant(error))
            throw new Error(
              `input ${inputs} of seed ${SEED}: ${String(error)}\n${JSON.stringify(input.toString("latin1").slice(0, 2000))}`,
              { cause: error },
            );
        }
        const { user, system } = process.cpuUsage(start);
        slowest = Math.max(slowest, (user + system) / 1000);
        inputs++;
      }
      if (MINUTES > 0)
        console.log(
          `${name}: ${inputs} inputs, slowest ${slowest.toFixed(0)} ms of processor time`,
        );
      expect(slowest).toBeLessThan(PATIENCE_MS);
    },
    60_000 * (MINUTES + 1),
  );
});
