import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Checkpoint, FormatError } from "../../src/checkpoint/index.js";
import { main } from "../../src/cli.js";
import { golden, testFolder } from "./files.js";
import { mutate } from "./mutations.js";

const { bases, tokens, letters, sha256, verdicts } = golden<{
  bases: string[];
  tokens: string[];
  letters: Record<string, string>;
  sha256: string;
  verdicts: string;
}>("mutations");
const fromBase64 = (text: string): Buffer => Buffer.from(text, "base64");
const files = [...verdicts].map((_, index) =>
  mutate(index, bases.map(fromBase64), tokens.map(fromBase64)),
);
const folder = testFolder();

/** Open a file and read all of it; the fault as a letter of the golden file, "-" for one of strict mode's own. */
function judge(path: string, mode: "strict" | "reference"): string {
  const bytes = new Uint8Array(256);
  try {
    const checkpoint = Checkpoint.open(path, { mode });
    for (const { name, bytes: size } of checkpoint.tensors.values())
      checkpoint.readBytes(name, 0, bytes.subarray(0, size));
    checkpoint.close();
    return letters["accept"]!;
  } catch (error) {
    if (!(error instanceof FormatError) || error.message.includes("\n"))
      throw error;
    return letters[error.fault] ?? "-";
  }
}

describe(`${verdicts.length} mutated files`, () => {
  test("are the files that the reference library judged", () => {
    const hash = createHash("sha256");
    const length = Buffer.alloc(8);
    for (const file of files) {
      length.writeBigUInt64LE(BigInt(file.length));
      hash.update(length).update(file);
    }
    expect(hash.digest("hex")).toBe(sha256);
    expect(files.length).toBeGreaterThanOrEqual(2000);
    // Every rule but the overflow of a shape is broken by some, and some hundreds are sound.
    expect(new Set(verdicts).size).toBeGreaterThanOrEqual(9);
    expect(verdicts.split("a").length).toBeGreaterThan(300);
  });

  test("mode reference gives the library's verdict and names the same rule; strict accepts none that the library refuses", () => {
    const wrong = files.flatMap((file, index) => {
      // A file of its own: writing one again and again waits for the disk each time.
      const path = join(folder, `${index}.safetensors`);
      writeFileSync(path, file);
      const reference = judge(path, "reference");
      const strict = judge(path, "strict");
      const wanted = verdicts[index]!;
      // The library takes tensors with the same bytes in random order, and so names one rule or another.
      const same = wanted === "?" ? reference !== "a" : reference === wanted;
      return same && (strict !== "a" || wanted === "a")
        ? []
        : [{ index, wanted, reference, strict, file: file.toString("latin1") }];
    });
    expect(wrong).toEqual([]);
  });

  test("m2rl inspect --mode reference exits with 0 or 1 as the library judges, with one line and no stack trace", async () => {
    const wrong: object[] = [];
    for (let index = 0; index < files.length; index++) {
      const accepted = verdicts[index] === "a";
      if (!accepted && index % 10 !== 0) continue;
      const path = join(folder, `${index}.safetensors`);
      writeFileSync(path, files[index]!);
      let err = "";
      const code = await main(["inspect", path, "--mode", "reference"], {
        stdout: { write: () => true },
        stderr: { write: (text) => (err += text) },
      });
      const expected = accepted
        ? code === 0 && err === ""
        : code === 1 && /^CheckpointError: [^\n]+\n$/.test(err);
      if (!expected) wrong.push({ index, code, err });
    }
    expect(wrong).toEqual([]);
  });
});
