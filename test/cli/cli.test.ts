import {
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/cli.js";
import { PICO_STUDY, picoStudy } from "../study/pico.js";

async function m2rl(
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const code = await main(args, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

let folder: string;
beforeAll(() => {
  folder = picoStudy();
});

describe("m2rl", () => {
  it("lists its verbs", async () => {
    const { code, out } = await m2rl("--help");
    expect(code).toBe(0);
    for (const verb of [
      "run",
      "doctor",
      "evaluate",
      "generate",
      "inspect",
      "diff",
      "merge",
    ])
      expect(out).toContain(`\n  ${verb} `);
    expect((await m2rl()).code).toBe(2);
  });
  it.each([
    "run",
    "doctor",
    "evaluate",
    "generate",
    "inspect",
    "diff",
    "merge",
  ])("%s --help says what it takes", async (verb) => {
    const { code, out, err } = await m2rl(verb, "--help");
    expect([code, err]).toEqual([0, ""]);
    expect(out.startsWith(`m2rl ${verb}`)).toBe(true);
  });
  it.each([
    [
      ["rnu"],
      2,
      'm2rl: verb must be known, got "rnu"; did you mean "run"? known: run, ',
    ],
    [["run"], 2, "m2rl: run must be given one study, got 0; m2rl run --help\n"],
    [
      ["run", "a", "b"],
      2,
      "m2rl: run must be given one study, got 2; m2rl run --help\n",
    ],
    [
      ["run", "a", "--jobs", "two"],
      2,
      'm2rl: --jobs must be a whole number of at least 1, got "two"\n',
    ],
    [
      ["run", "a", "--jobs", "0"],
      2,
      'm2rl: --jobs must be a whole number of at least 1, got "0"\n',
    ],
    [
      ["run", "nowhere"],
      1,
      "m2rl: study: nowhere not found; it must be a study file\n",
    ],
    [
      ["run", "data/hard", "--profile", "ful"],
      1,
      "m2rl: study: data/hard/study.yml:",
    ],
    [
      ["evaluate"],
      2,
      "m2rl: evaluate must be given one model folder, got 0; m2rl evaluate --help\n",
    ],
    [["evaluate", "m", "--items", "-1"], 2, "m2rl: "],
    [
      ["evaluate", "m", "--temperature", "hot"],
      2,
      'm2rl: --temperature must be a number in [0, 10], got "hot"\n',
    ],
    [
      ["evaluate", "m", "--benchmark", "mmlu"],
      1,
      'm2rl: benchmark: unknown benchmark "mmlu"; known: aime24, aime25, lcbV5, lcbV6, hle, gpqa, ifeval, ifbench, bfcl, followEnglish, followNewEnglish, sumsEnglish, choiceEnglish\n',
    ],
    [
      ["generate", "m"],
      2,
      "m2rl: generate must be given a model folder and one prompt, got 1; m2rl generate --help\n",
    ],
  ])("%j ends with %i and one line", async (args, expected, text) => {
    const { code, out, err } = await m2rl(...args);
    expect([code, out]).toEqual([expected, ""]);
    expect(err.startsWith(text)).toBe(true);
    expect(err.split("\n")).toHaveLength(2);
  });
  it("names an option that it does not know", async () => {
    const { code, err } = await m2rl("run", "data/hard", "--profil", "full");
    expect(code).toBe(2);
    expect(err).toContain("--profil");
    expect(err.split("\n")).toHaveLength(2);
  });
  it("points at the place in a broken study", async () => {
    const broken = mkdtempSync(join(tmpdir(), "m2rl-broken-"));
    writeFileSync(
      join(broken, "study.yml"),
      PICO_STUDY.replace("steps: 2,", "steps: -2,"),
    );
    const { code, err } = await m2rl("run", broken);
    expect(code).toBe(1);
    expect(err).toBe(
      `m2rl: study: ${broken}/study.yml:6:38: models.sft.steps must be a whole number of at least 1, got -2\n`,
    );
  });
});

describe("m2rl run --dry-run", () => {
  it("says what would run and why, and does nothing", async () => {
    const { code, out } = await m2rl(
      "run",
      folder,
      "--dry-run",
      "--only",
      "average",
    );
    expect(code).toBe(0);
    expect(out).toBe(
      [
        "seed1/models/sft: not done yet",
        "seed1/models/math: after seed1/models/sft",
        "seed1/models/instruction: after seed1/models/sft",
        "seed1/models/average: after seed1/models/sft",
        "4 of 4 stages to do\n",
      ].join("\n"),
    );
  });
});

describe("m2rl plan", () => {
  it("shows models, stages and what is left, as text and as JSON", async () => {
    const { code, out } = await m2rl("plan", folder);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^average +merge +merged +anchor sft, of math instruction +0\/1$/m,
    );
    expect(out).toMatch(/^to do: seed1\/models\/sft \(not done yet\)$/m);
    const json = JSON.parse((await m2rl("plan", folder, "--json")).out) as {
      stages: { id: string; needs: string[]; flops: number }[];
    };
    const math = json.stages.find(({ id }) => id === "seed1/models/math")!;
    expect(math.needs).toEqual(["seed1/models/sft"]);
    expect(math.flops).toBeGreaterThan(0);
  });
});

describe("m2rl on model folders", () => {
  it("evaluate prints a line a benchmark with its interval and goes on from its records", async () => {
    const args = [
      "evaluate",
      join(folder, "base"),
      "--items",
      "2",
      "--samples",
      "1",
      "--records",
      join(folder, "records"),
    ];
    const { code, out } = await m2rl(
      ...args,
      "--benchmark",
      "aime24",
      "--benchmark",
      "bfcl",
    );
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(
      /^benchmark +score +95 % interval +items +K +truncated$/,
    );
    expect(lines.map((line) => line.split("  ")[0]!.trim())).toEqual([
      "benchmark",
      "AIME'24 → nano",
      "BFCL v3 → nano",
      "Avg.",
    ]);
    const records = readFileSync(
      join(folder, "records", "aime24.jsonl"),
      "utf8",
    );
    expect(records.split("\n")).toHaveLength(4);
    expect((await m2rl(...args, "--benchmark", "aime24")).code).toBe(0);
    expect(readFileSync(join(folder, "records", "aime24.jsonl"), "utf8")).toBe(
      records,
    );
  });
  it("generate prints one line of text a sample, the same for the same seed", async () => {
    const args = [
      "generate",
      join(folder, "base"),
      "What is 1+1?",
      "--samples",
      "2",
      "--max-tokens",
      "3",
      "--seed",
      "4",
    ];
    const first = await m2rl(...args);
    expect(first.code).toBe(0);
    expect(await m2rl(...args)).toEqual(first);
    expect((await m2rl(...args.slice(0, -1), "5")).out).not.toBe(first.out);
  });
  it("a broken model folder is one line that names it", async () => {
    const broken = join(folder, "broken");
    cpSync(join(folder, "base"), broken, { recursive: true });
    rmSync(join(broken, "model.safetensors"));
    const { code, err } = await m2rl(
      "evaluate",
      broken,
      "--benchmark",
      "aime24",
    );
    expect(code).toBe(1);
    expect(err).toBe(
      `m2rl: ${broken}: folder must hold either model.safetensors or model.safetensors.index.json, got neither\n`,
    );
  });
});

describe("m2rl doctor", () => {
  it("reports the engine and ends with 1 when there is a problem", async () => {
    const { code, out } = await m2rl("doctor");
    for (const what of [
      "node:",
      "engine:",
      "other engine:",
      "device:",
      "threads:",
      "speed:",
      "memory:",
      "notebook kernel:",
      "nano base model:",
    ]) {
      expect(out).toContain(what);
    }
    expect(code).toBe(out.includes("✗") ? 1 : 0);
    expect(
      /^(?:no problems found|\d+ problems?)$/.test(
        out.trimEnd().split("\n").at(-1)!,
      ),
    ).toBe(true);
  });
});
