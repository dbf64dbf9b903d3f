import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import {
  type Params,
  readModelFolder,
  writeModelFolder,
  writeSafetensors,
} from "../../src/checkpoint/index.js";
import { CheckpointError } from "../../src/error.js";

const root = mkdtempSync(join(tmpdir(), "m2rl-folder-"));
const path = join(root, "models", "sft");
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() =>
  rmSync(join(root, "models"), { recursive: true, force: true }),
);

const params = (...values: number[]): Params =>
  new Map([
    [
      "model.norm.weight",
      { dtype: "F32", shape: [values.length], data: new Float32Array(values) },
    ],
  ]);

function message(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    return (error as Error).message.replaceAll(root, "ROOT");
  }
  return "no error";
}

/** A sharded model: shard file → tensors, and the index that is to describe them. */
function shards(files: Record<string, Params>, weightMap: unknown): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "config.json"), "{}");
  for (const [name, content] of Object.entries(files))
    writeSafetensors(join(path, name), content);
  writeFileSync(
    join(path, "model.safetensors.index.json"),
    JSON.stringify({ metadata: {}, weight_map: weightMap }),
  );
}

describe("writeModelFolder", () => {
  test("writeModelFolder(path, contents) writes what readModelFolder reads, and every extra file", () => {
    writeModelFolder(path, {
      config: { model_type: "qwen3" },
      params: params(1, 2),
      tokenizer: '{"version":"1.0"}',
      provenance: { seed: 1 },
      files: { "README.md": "# Model\n", "data.bin": new Uint8Array([1, 2]) },
    });
    expect(readModelFolder(path)).toEqual({
      config: { model_type: "qwen3" },
      params: params(1, 2),
      path,
    });
    expect(readdirSync(path).sort()).toEqual([
      ".m2rl.json",
      "README.md",
      "config.json",
      "data.bin",
      "model.safetensors",
      "provenance.json",
      "tokenizer.json",
    ]);
    expect(readFileSync(join(path, "tokenizer.json"), "utf8")).toBe(
      '{"version":"1.0"}',
    );
    expect(readFileSync(join(path, "provenance.json"), "utf8")).toBe(
      '{\n  "seed": 1\n}\n',
    );
    expect([...readFileSync(join(path, "data.bin"))]).toEqual([1, 2]);
    expect(readdirSync(join(root, "models"))).toEqual(["sft"]);
  });

  test("writeModelFolder(path, contents) replaces an older model as a whole", () => {
    writeModelFolder(path, {
      config: { old: true },
      params: params(1),
      provenance: { seed: 1 },
    });
    writeModelFolder(path, { config: { old: false }, params: params(2) });
    expect(readModelFolder(path)).toEqual({
      config: { old: false },
      params: params(2),
      path,
    });
    expect(existsSync(join(path, "provenance.json"))).toBe(false);
    expect(readdirSync(join(root, "models"))).toEqual(["sft"]);
  });

  test("writeModelFolder(path, contents) fills an empty folder", () => {
    mkdirSync(path, { recursive: true });
    writeModelFolder(path, { config: {}, params: params(1) });
    expect(readModelFolder(path).params).toEqual(params(1));
  });

  test("writeModelFolder(path, contents) leaves the old model when the new one fails", () => {
    writeModelFolder(path, { config: { old: true }, params: params(1) });
    const broken: Params = new Map([
      ["w", { dtype: "F32", shape: [2], data: new Float32Array(1) }],
    ]);
    expect(
      message(() => writeModelFolder(path, { config: {}, params: broken })),
    ).toBe(
      'writeSafetensors: tensor "w" of shape [2] must have 2 values, got 1',
    );
    expect(readModelFolder(path)).toEqual({
      config: { old: true },
      params: params(1),
      path,
    });
    expect(readdirSync(join(root, "models"))).toEqual(["sft"]);
  });

  test("writeModelFolder(path, contents) refuses to replace a folder that holds anything but a model", () => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "thesis.txt"), "years of work");
    expect(
      message(() => writeModelFolder(path, { config: {}, params: params(1) })),
    ).toBe(
      "writeModelFolder: ROOT/models/sft must be a folder of m2rl to be replaced, got another: it has no marker .m2rl.json of m2rl",
    );
    expect(readFileSync(join(path, "thesis.txt"), "utf8")).toBe(
      "years of work",
    );
    rmSync(path, { recursive: true });
    writeModelFolder(path, { config: {}, params: params(1) });
    mkdirSync(join(path, "src"));
    expect(
      message(() => writeModelFolder(path, { config: {}, params: params(1) })),
    ).toContain('got another: m2rl did not write "src" there');
  });

  test("writeModelFolder(path, contents) throws CheckpointError where it cannot write", () => {
    mkdirSync(join(root, "models"));
    writeFileSync(path, "a file");
    expect(
      message(() => writeModelFolder(path, { config: {}, params: params(1) })),
    ).toBe(
      "writeModelFolder: ROOT/models/sft must be absent or empty, got a file",
    );
    expect(
      message(() =>
        writeModelFolder(join(path, "below"), {
          config: {},
          params: params(1),
        }),
      ),
    ).toBe(
      "writeModelFolder: ROOT/models/sft/below must be below a folder, got ROOT/models/sft, which is none",
    );
    expect(readFileSync(path, "utf8")).toBe("a file");
  });

  test.each(["../x", "a/b", "", "..", "config.json", "model.safetensors"])(
    "writeModelFolder(path, { files }) throws CheckpointError for the file name %j",
    (name) => {
      expect(
        message(() =>
          writeModelFolder(path, {
            config: {},
            params: params(1),
            files: { [name]: "x" },
          }),
        ),
      ).toBe(
        `writeModelFolder: files must have plain names of their own, got ${JSON.stringify(name)}`,
      );
      expect(existsSync(path)).toBe(false);
    },
  );
});

describe("readModelFolder", () => {
  test("readModelFolder(path) reads shards by their index", () => {
    shards(
      {
        "model-00001-of-00002.safetensors": new Map([
          ["a", params(1).get("model.norm.weight")!],
        ]),
        "model-00002-of-00002.safetensors": new Map([
          ["b", params(2).get("model.norm.weight")!],
        ]),
      },
      {
        b: "model-00002-of-00002.safetensors",
        a: "model-00001-of-00002.safetensors",
      },
    );
    expect([...readModelFolder(path).params.keys()].sort()).toEqual(["a", "b"]);
  });

  test.each<[string, unknown, string]>([
    [
      "a tensor that its shard lacks",
      { "model.norm.weight": "s.safetensors", x: "s.safetensors" },
      'ROOT/models/sft/model.safetensors.index.json: tensor "x" must be in s.safetensors, got no such tensor there',
    ],
    [
      "a tensor in the wrong shard",
      { "model.norm.weight": "t.safetensors", b: "s.safetensors" },
      'ROOT/models/sft/s.safetensors: tensor "model.norm.weight" must be in t.safetensors by the index, got it here',
    ],
    [
      "a tensor without an entry",
      { b: "t.safetensors", c: "s.safetensors" },
      'ROOT/models/sft/s.safetensors: tensor "model.norm.weight" must be in no shard by the index, got it here',
    ],
    [
      "a path out of the folder",
      { a: "../../x.safetensors" },
      'ROOT/models/sft/model.safetensors.index.json: shards must be plain file names, got "../../x.safetensors"',
    ],
    [
      "a shard that is no name",
      { a: 3 },
      'ROOT/models/sft/model.safetensors.index.json: index must be JSON with a string at character 33, got "3}}"',
    ],
    [
      "a weight_map that is no object",
      [],
      'ROOT/models/sft/model.safetensors.index.json: index must be JSON with an object as weight_map at character 28, got "[]}"',
    ],
  ])(
    "readModelFolder(path) throws CheckpointError for %s",
    (_, weightMap, expected) => {
      const b: Params = new Map([["b", params(2).get("model.norm.weight")!]]);
      shards({ "s.safetensors": params(1), "t.safetensors": b }, weightMap);
      expect(message(() => readModelFolder(path))).toBe(
        `readModelFolder: ${expected}`,
      );
    },
  );

  test("readModelFolder(path) throws CheckpointError for both or neither of the weight files", () => {
    shards(
      { "model.safetensors": params(1) },
      { "model.norm.weight": "model.safetensors" },
    );
    const expected =
      "readModelFolder: ROOT/models/sft: folder must hold either model.safetensors or model.safetensors.index.json, got ";
    expect(message(() => readModelFolder(path))).toBe(`${expected}both`);
    rmSync(join(path, "model.safetensors"));
    rmSync(join(path, "model.safetensors.index.json"));
    expect(message(() => readModelFolder(path))).toBe(`${expected}neither`);
  });

  test("readModelFolder(path) throws CheckpointError for a missing folder or a broken config.json", () => {
    expect(message(() => readModelFolder(path))).toMatch(
      /^readModelFolder: ROOT\/models\/sft\/config\.json must be readable, got no such file/,
    );
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "config.json"), "{");
    expect(message(() => readModelFolder(path))).toMatch(
      /config\.json must hold JSON, got "/,
    );
    writeFileSync(join(path, "config.json"), "[1]");
    expect(message(() => readModelFolder(path))).toBe(
      "readModelFolder: ROOT/models/sft/config.json must hold an object, got [1]",
    );
  });
});
