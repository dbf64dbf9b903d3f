import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  castParams,
  type Params,
  writeModelFolder,
  writeSafetensors,
} from "../../src/checkpoint/index.js";
import { byteProgress } from "../../src/cli/output/byteProgress.js";
import { main } from "../../src/cli.js";
import { craft, tensorJson, testFolder } from "../checkpoint/files.js";

const root = testFolder();

async function inspect(
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const code = await main(["inspect", ...args], {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return {
    code,
    out: out.replaceAll(root, "ROOT"),
    err: err.replaceAll(root, "ROOT"),
  };
}

const tensor = (
  shape: number[],
  ...values: number[]
): Params extends Map<string, infer P> ? P : never => ({
  dtype: "F32",
  shape,
  data: new Float32Array(values),
});

/** A model folder with an embedding, maybe a head, and a configuration. */
function model(name: string, config: object, head?: number[]): string {
  const params: Params = new Map([
    ["model.embed_tokens.weight", tensor([2, 1], 1, 2)],
  ]);
  if (head !== undefined)
    params.set("lm_head.weight", tensor([head.length, 1], ...head));
  const folder = join(root, name);
  writeModelFolder(folder, { config: { ...config }, params });
  return folder;
}

describe("m2rl inspect", () => {
  test("prints files, tensors, dtypes, shapes, parameters and bytes of a folder", async () => {
    const folder = model("plain", { tie_word_embeddings: true });
    expect(await inspect(folder)).toEqual({
      code: 0,
      err: "",
      out: `ROOT/plain: 1 file, 1 tensor, 2 parameters, 8 bytes
  F32: 1 tensor, 2 parameters, 8 bytes
  output head: the embedding, tied by config.json
  metadata: format=pt

tensor                     dtype   shape  parameters  bytes
model.embed_tokens.weight    F32  [2, 1]           2      8
`,
    });
  });

  test("prints shards with their file names, and one JSON object with --json", async () => {
    const folder = join(root, "shards");
    mkdirSync(folder);
    writeSafetensors(join(folder, "s1"), new Map([["a", tensor([], 1)]]));
    writeSafetensors(
      join(folder, "s2"),
      castParams(new Map([["b", tensor([3], 1, 2, 3)]]), "BF16"),
    );
    writeFileSync(
      join(folder, "model.safetensors.index.json"),
      '{"weight_map":{"a":"s1","b":"s2"}}',
    );
    const { code, out } = await inspect(folder);
    expect(code).toBe(0);
    expect(out).toContain(
      "2 files, 2 tensors, 4 parameters, 10 bytes\n  BF16: 1 tensor, 3 parameters, 6 bytes\n  F32: 1 tensor",
    );
    expect(out).toContain("b        BF16    [3]           3      6    s2");
    const json = await inspect(folder, "--json", "--scan");
    expect(json.code).toBe(0);
    expect(JSON.parse(json.out)).toMatchObject({
      path: "ROOT/shards",
      files: [
        { name: "s1", tensors: 1 },
        { name: "s2", tensors: 1 },
      ],
      parameters: 4,
      bytes: 10,
      dtypes: [
        { dtype: "BF16", tensors: 1, parameters: 3, bytes: 6 },
        { dtype: "F32" },
      ],
      tied: "no embedding",
      metadata: { format: "pt" },
      tensors: [
        {
          name: "a",
          dtype: "F32",
          shape: [],
          elements: 1,
          bytes: 4,
          file: "s1",
          scan: { min: 1, max: 1, norm: 1, fault: null },
        },
        {
          name: "b",
          dtype: "BF16",
          shape: [3],
          elements: 3,
          bytes: 6,
          file: "s2",
          scan: { nan: 0, min: 1, max: 3 },
        },
      ],
    });
  });

  test.each<[string, object, number[] | undefined, string]>([
    [
      "tied",
      { tie_word_embeddings: true },
      undefined,
      "the embedding, tied by config.json",
    ],
    [
      "no head",
      {},
      undefined,
      "none stored, and no config.json that ties it to the embedding",
    ],
    ["copy", {}, [1, 2], "stored, with the same bytes as the embedding"],
    ["apart", {}, [1, 3], "stored, apart from the embedding"],
    ["longer", {}, [1, 2, 3], "stored, apart from the embedding"],
    [
      "contradiction",
      { tie_word_embeddings: true },
      [1, 3],
      "stored, and differs from the embedding, though config.json says they are tied",
    ],
  ])(
    "says how head and embedding are related: %s",
    async (name, config, head, text) => {
      const { code, out } = await inspect(model(`tie ${name}`, config, head));
      expect(code).toBe(0);
      expect(out).toContain(`\n  output head: ${text}\n`);
    },
  );

  test("finds a difference between head and embedding behind the first megabyte", async () => {
    const data = new Float32Array(600_000).fill(1);
    const other = data.slice();
    other[599_999] = 2;
    const params = (head: Float32Array): Params =>
      new Map([
        ["model.embed_tokens.weight", { dtype: "F32", shape: [600_000], data }],
        ["lm_head.weight", { dtype: "F32", shape: [600_000], data: head }],
      ]);
    const path = join(root, "large.safetensors");
    writeSafetensors(path, params(data));
    expect((await inspect(path)).out).toContain("same bytes");
    writeSafetensors(path, params(other));
    expect((await inspect(path)).out).toContain("apart from");
  });

  test("--scan prints what the values are like, and exits with 1 and one line where some are no numbers", async () => {
    const path = join(root, "scan.safetensors");
    writeSafetensors(
      path,
      new Map([
        ["bad", tensor([4], 1, NaN, Infinity, 1e-40)],
        ["good", tensor([2], 3, -4)],
        ["worse", tensor([1], -Infinity)],
      ]),
    );
    expect(await inspect(path)).toMatchObject({ code: 0, err: "" });
    const { code, out, err } = await inspect(path, "--scan");
    expect(code).toBe(1);
    expect(err).toBe(
      'CheckpointError: ROOT/scan.safetensors: tensor "bad" must be finite, got NaN at element 1; and 1 other tensor\n',
    );
    expect(out).toContain(
      "tensor  dtype  shape  parameters  bytes  nan  inf  subnormal        min    max   norm\n",
    );
    expect(out).toContain(
      "bad       F32    [4]           4     16    1    1          1  1.000e-40  1.000  1.000\n",
    );
    expect(out).toContain(
      "good      F32    [2]           2      8    0    0          0     -4.000  3.000  5.000\n",
    );
    expect(out).toContain(
      "worse     F32    [1]           1      4    0    1          0          -      -  0.000\n",
    );
  });

  test("--scan finds BOOL bytes that are neither 0 nor 1, and leaves dtypes that are not converted", async () => {
    const path = craft(
      join(root, "bool.safetensors"),
      `{"b":${tensorJson("BOOL", "[2]", 0, 2)},"f":${tensorJson("F8_E4M3", "[1]", 2, 3)}}`,
      new Uint8Array([1, 2, 9]),
    );
    const { code, out, err } = await inspect(path, "--scan");
    expect([code, err]).toEqual([
      1,
      'CheckpointError: ROOT/bool.safetensors: tensor "b" must be 0 or 1, got 2 at element 1\n',
    ]);
    expect(out).toMatch(/f +F8_E4M3 +\[1\] +1 +1 +- +- +- +- +- +-\n/);
  });

  test.each<[string, () => string]>([
    ["ROOT/none: file must be readable, got ENOENT", () => join(root, "none")],
    [
      "ROOT/text.safetensors: header length must be at most 100000000 bytes, got ",
      () => {
        writeFileSync(join(root, "text.safetensors"), "this is text");
        return join(root, "text.safetensors");
      },
    ],
    [
      "ROOT/cut/model.safetensors: data must have the 8 bytes of the tensors, got 7; the file is probably truncated",
      () => {
        const folder = model("cut", {});
        truncateSync(join(folder, "model.safetensors"), 127);
        return folder;
      },
    ],
    [
      'ROOT/config/config.json must hold JSON, got "',
      () => {
        const folder = model("config", {});
        writeFileSync(join(folder, "config.json"), "{");
        return folder;
      },
    ],
    [
      "ROOT/empty: folder must hold either model.safetensors or",
      () => {
        mkdirSync(join(root, "empty"));
        return join(root, "empty");
      },
    ],
  ])("exits with 1 and the one line %j", async (text, make) => {
    const { code, out, err } = await inspect(make());
    expect([code, out]).toEqual([1, ""]);
    expect(err.startsWith(`CheckpointError: ${text}`)).toBe(true);
    expect(err.split("\n")).toHaveLength(2);
  });

  test("--mode reference accepts what the reference library accepts", async () => {
    const path = craft(
      join(root, "odd.safetensors"),
      ` {"a":["U8",[1],[0,1]]}`,
      new Uint8Array(1),
    );
    expect((await inspect(path)).err).toBe(
      "CheckpointError: ROOT/odd.safetensors: header must begin with {, got white space\n",
    );
    expect(await inspect(path, "--mode", "reference")).toMatchObject({
      code: 0,
      err: "",
    });
  });

  test("prints names without what would steer a terminal", async () => {
    const path = craft(
      join(root, "names.safetensors"),
      `{"__metadata__":{"k":"\\u001b[2J\\u202e"},"a\\u001b[31mb\\n":${tensorJson("U8", "[1]", 0, 1)}}`,
      new Uint8Array(1),
    );
    const { code, out } = await inspect(path);
    expect(code).toBe(0);
    for (const steering of ["\u001b", "\u202e"])
      expect(out).not.toContain(steering);
    expect(out).toContain('"a\\u001b[31mb\\n"');
    expect(out).toContain('k="\\u001b[2J\\u{202e}"');
  });

  test.each([
    [[], "inspect must be given one path, got 0; m2rl inspect --help"],
    [["a", "b"], "inspect must be given one path, got 2; m2rl inspect --help"],
    [["a", "--mode", "lax"], '--mode must be strict or reference, got "lax"'],
    [["a", "--fast"], "Unknown option '--fast'"],
  ])("%j is a wrong command line", async (args, text) => {
    const { code, out, err } = await inspect(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err.startsWith(`m2rl: ${text}`)).toBe(true);
  });
});

describe("byteProgress", () => {
  /** Bytes at times; what is written. */
  function run(
    isTTY: boolean,
    steps: readonly [seconds: number, bytes: number][],
  ): string {
    let text = "";
    let time = 0;
    const progress = byteProgress(
      { write: (part) => (text += part), isTTY },
      "scanned",
      10e9,
      () => time,
    );
    for (const [seconds, bytes] of steps) {
      time = seconds * 1000;
      progress.add(bytes);
    }
    progress.end();
    return text;
  }

  test("byteProgress says nothing about work of less than two seconds", () => {
    expect(
      run(true, [
        [0.5, 1e9],
        [1.9, 1e9],
      ]),
    ).toBe("");
  });

  test("byteProgress redraws a line on a terminal, and removes it at the end", () => {
    expect(
      run(true, [
        [1, 1e9],
        [2, 1e9],
        [2.1, 1e9],
        [4, 5e9],
      ]),
    ).toBe(
      "\r\x1b[Kscanned 2.00 of 10.00 GB, 1.00 GB/s, about 8 s left" +
        "\r\x1b[Kscanned 8.00 of 10.00 GB, 2.00 GB/s, about 1 s left\r\x1b[K",
    );
  });

  test("byteProgress writes a line every ten seconds elsewhere", () => {
    expect(
      run(false, [
        [2, 1e9],
        [11, 1e9],
        [13, 1e9],
      ]),
    ).toBe(
      "scanned 1.00 of 10.00 GB, 0.50 GB/s, about 18 s left\nscanned 3.00 of 10.00 GB, 0.23 GB/s, about 31 s left\n",
    );
  });
});
