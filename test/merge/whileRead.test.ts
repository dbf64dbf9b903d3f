/** Merging while the result is read: the values of merging in memory, with one tensor of each model at a time. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  Checkpoint,
  readSafetensors,
  storedParams,
  writeSafetensors,
  type Param,
  type Params,
} from "../../src/checkpoint/index.js";
import {
  methods,
  optionsOf,
  type MergeMethodName,
} from "../../src/merge/index.js";
import { randomModel, tuned } from "./fixture.js";

/** The same parameters; the name of a tensor goes to `log` each time that its values are read. */
function watched(params: Params, log: string[]): Params {
  return new Map(
    [...params].map(([name, param]): [string, Param] => [
      name,
      {
        ...{ dtype: param.dtype, shape: param.shape },
        get data(): Float32Array {
          log.push(name);
          return param.data;
        },
      },
    ]),
  );
}

const HEAD = "lm_head.weight";
const EMBEDDING = "model.embed_tokens.weight";
const plain = randomModel(1);
/** With the output head that is the embedding. */
const [base, ...experts] = [
  plain,
  ...[2, 3, 4].map((seed) => tuned(plain, seed)),
].map((model) => new Map(model).set(HEAD, model.get(EMBEDDING)!)) as [
  Params,
  ...Params[],
];

const root = mkdtempSync(join(tmpdir(), "m2rl-while-"));
afterAll(() => rmSync(root, { recursive: true }));

test.each(["F32", "BF16", "F16"] as const)(
  "files of %s are merged in pieces, and their values checked with them",
  (dtype) => {
    const paths = [base, ...experts].map((model, i) => {
      const path = join(root, `${dtype}-${i}.safetensors`);
      const stored = [...model].map(
        ([name, param]) => [name, { ...param, dtype }] as const,
      );
      writeSafetensors(path, new Map(stored));
      return path;
    });
    const opened = paths.map((path) => Checkpoint.open(path));
    const [from, ...to] = opened.map(storedParams) as [Params, ...Params[]];
    const [first, ...others] = paths.map((path) => readSafetensors(path));
    const expected = methods.ties.merge(first!, others);
    const merged = methods.ties.mergeWhileRead(from, to);
    for (const [name, { data }] of expected)
      expect(merged.get(name)!.data, name).toEqual(data);
    const broken = new Map(first!);
    const norm = { ...first!.get("model.norm.weight")!, dtype: "F32" as const };
    norm.data = norm.data.map((x, i) => (i === 5 ? NaN : x));
    broken.set("model.norm.weight", norm);
    writeSafetensors(join(root, "broken.safetensors"), broken);
    opened.push(Checkpoint.open(join(root, "broken.safetensors")));
    const wrong = [storedParams(opened.at(-1)!)];
    expect(() => methods.ties.mergeWhileRead(from, wrong)).toThrow(
      /^ties: tensor "model.norm.weight" must be finite, got NaN at entry 5/,
    );
    for (const each of opened) each.close();
  },
);

test.each(Object.keys(methods) as MergeMethodName[])(
  "%s gives what it gives in memory, and reads one tensor of each model for one of the result",
  (name) => {
    const { merge, mergeWhileRead, models } = methods[name];
    const needed = Object.entries(optionsOf(methods[name], "paper"))
      .filter(([, option]) => option.default === undefined)
      .map(([option]) => [option, 0.05]);
    const options = Object.fromEntries(needed) as object;
    const taken = experts.slice(0, models.max);
    const expected = merge(base, taken, options);
    const log: string[] = [];
    const [from, ...to] = [base, ...taken].map((each) => watched(each, log));
    const merged = mergeWhileRead(from!, to, options);
    expect([...merged.keys()]).toEqual([...expected.keys()]);
    for (const tensor of [...merged.keys()].reverse()) {
      log.length = 0;
      const { data, shape, dtype } = merged.get(tensor)!;
      expect(data, tensor).toEqual(expected.get(tensor)!.data);
      expect([shape, dtype]).toEqual([[...base.get(tensor)!.shape], "F32"]);
      const read = tensor === HEAD ? EMBEDDING : tensor;
      expect(log).toEqual([base, ...taken].map(() => read));
    }
  },
);
