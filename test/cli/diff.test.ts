/** `m2rl diff`: what it prints and writes, and what it refuses. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeModelFolder } from "../../src/checkpoint/index.js";
import { main } from "../../src/cli.js";
import { testedPredictors } from "../../src/analysis/index.js";
import { parseTestedPredictors } from "../../src/analysis/weights/geometry/testedPredictors.js";
import { predictorLines } from "../../src/cli/output/predictorLines.js";
import { shiftProgress } from "../../src/cli/output/shiftProgress.js";
import { model, normals } from "../analysis/planted.js";

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

const SHAPE = [16, 24];
const NAMES = [0, 1].flatMap((layer) =>
  ["self_attn.q_proj", "mlp.up_proj"].map(
    (name) => `model.layers.${layer}.${name}.weight`,
  ),
);
const SIZE = SHAPE[0]! * SHAPE[1]!;

let folder: string;
let base: string;
let math: string;
let coding: string;

/** A model folder: every `every`-th weight of the base moved by 1 %. */
function save(name: string, every: number | null): string {
  const path = join(folder, name);
  const tensors = Object.fromEntries(
    NAMES.map((tensor, i) => {
      const data = normals(SIZE, i).map((w, j) =>
        every !== null && j % every === 0 ? w * 1.01 : w,
      );
      return [tensor, { shape: SHAPE, data }];
    }),
  );
  writeModelFolder(path, { config: {}, params: model(tensors) });
  return path;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "m2rl-diff-"));
  base = save("base", null);
  math = save("math", 2);
  coding = save("coding", 3);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("m2rl diff BASE EXPERT...", () => {
  it("prints planted rates and the overlap of each pair beside its baselines", async () => {
    const { code, out } = await m2rl(
      "diff",
      base,
      math,
      coding,
      "--threads",
      "1",
    );
    expect(code).toBe(0);
    expect(out).toContain(`${base}: 4 tensors, 1,536 weights, 2 layers\n`);
    expect(out).toContain(
      "changed, in F32: moved by more than 0.001 of its size",
    );
    expect(out).toMatch(/^math +50\.00 %/m);
    expect(out).toMatch(/^coding +33\.33 %/m);
    // A half and a third of the entries, a sixth in both: 1/6 of 2/3 are shared, as by chance.
    expect(out).toMatch(/^math – coding +0\.250 +0\.250 .* 1\.00 +100\.00 %/m);
    expect(out).toContain(
      "changed by two or more: 16.67 %, of these in opposite directions: 0.00 %",
    );
  });

  it("prints with --predictors what may tell of a merge, and that nothing has been found to tell yet", async () => {
    const plain = await m2rl("diff", base, math, coding, "--threads", "1");
    const { code, out } = await m2rl(
      "diff",
      base,
      math,
      coding,
      "--threads",
      "1",
      "--predictors",
    );
    expect(code).toBe(0);
    expect(out.startsWith(plain.out)).toBe(true);
    // Both moved in one direction, a sixth of the weights together: cos = 1/6 ÷ √(1/2 · 1/3) for weights of one size.
    expect(out).toMatch(/^cosine +0\.4\d* +mean cosine/m);
    expect(out).toMatch(/^signConflict +0 /m);
    expect(out).toContain("no tested predictor yet");
    await expect(
      m2rl("diff", base, math, "--predictors"),
    ).resolves.toMatchObject({ code: 2 });
  });

  it("goes by a tested predictor with the error that it had on merges left out", () => {
    const values = {
      cosine: 0.5,
      signConflict: 0.1,
      normRatio: 1,
      topOverlap: 0.2,
      effectiveRank: null,
    };
    const row = {
      predictor: "cosine",
      target: "experts",
      intercept: -1,
      slope: 6,
      error: 1.25,
      rho: 0.8,
      merges: 26,
      seeds: 3,
      method: "ties",
      study: "nano",
    };
    const tested = parseTestedPredictors(
      JSON.stringify([row, { ...row, predictor: "effectiveRank" }]),
    );
    const text = predictorLines(values, tested);
    expect(text).toContain(
      "cosine: a merge by ties is expected at +2.0 points against the mean of its experts, ± 2.5 (twice the error on merges left out; 26 merges, 3 seeds, nano; other models may differ)\n",
    );
    expect(text).not.toContain("no tested predictor");
    expect(text).not.toContain("effectiveRank: ");
    expect(() =>
      parseTestedPredictors(JSON.stringify([{ ...row, error: null }])),
    ).toThrow('parseTestedPredictors: row 0 has no valid "error", got null');
    expect(() =>
      parseTestedPredictors(JSON.stringify([{ ...row, predictor: "luck" }])),
    ).toThrow(
      'parseTestedPredictors: row 0 has no valid "predictor", got "luck"',
    );
    expect(testedPredictors()).toEqual([]);
  });

  it("says where configurations mean different things, and leaves out buffers that one lacks", async () => {
    const buffer = "model.rotary_emb.inv_freq";
    const tensor = { shape: SHAPE, data: normals(SIZE, 0) };
    const tensors = { [NAMES[0]!]: tensor, [NAMES[1]!]: tensor };
    const write = (name: string, config: object, more = {}): string => {
      const path = join(folder, name);
      const params = model({ ...tensors, ...more });
      writeModelFolder(path, { config: { ...config }, params });
      return path;
    };
    const four = { model_type: "llama", rope_theta: 100, rope_scaling: null };
    const five = { model_type: "llama", rope_parameters: { rope_theta: 100 } };
    const from = write("old", four, { [buffer]: tensor });
    const same = await m2rl("diff", from, write("same", five));
    // Where the machine is busy, a line of progress comes too.
    expect(same.err.replace(/^\d+ %.*\n/gm, "")).toBe("");
    expect(same.out).toContain(`left out: ${buffer}\n`);
    expect(same.out).not.toContain("config.json");
    const other = write("other", { ...four, rope_theta: 200 });
    expect((await m2rl("diff", from, other)).out).toContain(
      "config.json of other: rope_theta 100 → 200\n",
    );
  });

  it("writes JSON with every tensor, the same bytes for any number of threads", async () => {
    const write = async (threads: string): Promise<string> => {
      const path = join(folder, `diff${threads}.json`);
      const { code } = await m2rl(
        "diff",
        base,
        `m=${math}`,
        `c=${coding}`,
        "--json",
        path,
        "--threads",
        threads,
        "--spectra",
        "all",
        "--rank",
        "4",
      );
      expect(code).toBe(0);
      return readFileSync(path, "utf8");
    };
    const text = await write("1");
    expect(await write("3")).toBe(text);
    const found = JSON.parse(text) as {
      experts: Record<string, string>;
      layer: number;
      tensors: {
        name: string;
        experts: { rate: number }[];
        spectra: { rank: number }[];
      }[];
    };
    expect(found.experts).toEqual({ m: math, c: coding });
    expect(found.layer).toBe(0);
    expect(found.tensors.map(({ name }) => name).sort()).toEqual(
      [...NAMES].sort(),
    );
    for (const tensor of found.tensors) {
      expect(tensor.experts.map(({ rate }) => rate)).toEqual([0.5, 0.3333333]);
      expect(tensor.spectra.map(({ rank }) => rank)).toEqual([4, 4]);
    }
  });

  it("writes one page without scripts or anything to fetch", async () => {
    const path = join(folder, "diff.html");
    const { code } = await m2rl(
      "diff",
      base,
      math,
      coding,
      "--report",
      path,
      "--threads",
      "1",
    );
    expect(code).toBe(0);
    const html = readFileSync(path, "utf8");
    expect(html).toContain("<h2>Overlap of the changed weights</h2>");
    expect(html.match(/<svg /g)!.length).toBeGreaterThanOrEqual(4);
    expect(html).not.toMatch(/<script|<link|<img|src=|href=|>NaN<|undefined/);
  });

  it("compares one expert, and only some layers", async () => {
    const path = join(folder, "one.html");
    const { code, out } = await m2rl(
      "diff",
      base,
      math,
      "--layers",
      "1",
      "--report",
      path,
      "--threads",
      "1",
    );
    expect(code).toBe(0);
    expect(out).toContain("2 tensors, 768 weights, 2 layers");
    expect(out).not.toContain("Jaccard");
    expect(readFileSync(path, "utf8")).not.toContain("Overlap of the changed");
  });

  it.each([
    [
      [],
      2,
      "m2rl: diff must be given a base and experts, got 0 paths; m2rl diff --help",
    ],
    [
      ["B"],
      2,
      "m2rl: diff must be given a base and experts, got 1 paths; m2rl diff --help",
    ],
    [
      ["B", "M", "--spectra", "some"],
      2,
      'm2rl: --spectra must be one of corresponding, all, none, got "some"',
    ],
    [
      ["B", "M", "--layers", "2-1"],
      2,
      'm2rl: --layers must be layers such as 0,4-7, got "2-1"',
    ],
    [
      ["B", "M", "--layers", "x"],
      2,
      'm2rl: --layers must be layers such as 0,4-7, got "x"',
    ],
    [
      ["B", "M", "--eta=-1"],
      2,
      'm2rl: --eta must be a number in [0, 1], got "-1"',
    ],
    [
      ["B", "M", "M"],
      2,
      'm2rl: experts must have different names, got "math" twice; name them by NAME=PATH',
    ],
    [
      ["B", "M", "--layers", "7"],
      1,
      "m2rl: weightShift: layers must be in [0, 2), got 7",
    ],
    [
      ["B", "M", "--json", "F"],
      1,
      'm2rl: diff: "F" must be a file to write, got a folder',
    ],
    [
      ["B", "M", "--report", "F/none/x.html"],
      1,
      'm2rl: diff: "F/none/x.html" must be in a folder that is there, got no folder "F/none"',
    ],
  ])("refuses %j", async (args, code, message) => {
    const real = (text: string): string =>
      text
        .replace(/^B$/, base)
        .replace(/^M$/, math)
        .replaceAll(/"?\bF\b/g, (at) => at.replace("F", folder));
    const found = await m2rl("diff", ...args.map(real));
    expect([found.code, found.out]).toEqual([code, ""]);
    expect(found.err).toBe(`${real(message)}\n`);
  });

  it("replaces its own files and no others, whatever --json and --report name", async () => {
    const json = join(folder, "replaced.json");
    const page = join(folder, "replaced.html");
    const options = ["--spectra", "none", "--layers", "0"];
    for (const round of [1, 2]) {
      const { code } = await m2rl(
        ...["diff", base, math, ...options, "--json", json, "--report", page],
      );
      expect([round, code]).toEqual([round, 0]);
    }
    const notes = join(folder, "notes.html");
    writeFileSync(notes, "<html>years of work</html>");
    const weights = join(math, "model.safetensors");
    for (const path of [notes, weights, json, "", "/dev/null"]) {
      const before = existsSync(path) && path !== "/dev/null";
      const bytes = before ? readFileSync(path) : null;
      const { code, err } = await m2rl(
        ...["diff", base, math, ...options, "--report", path],
      );
      expect([path, code]).toEqual([path, 1]);
      expect(err).toMatch(/^m2rl: diff: .*(is there, not a page|got "")/);
      if (bytes !== null) expect(readFileSync(path)).toEqual(bytes);
    }
  });

  it("leaves nothing half-written beside its files", async () => {
    const place = join(folder, "place");
    mkdirSync(place);
    await m2rl(
      "diff",
      base,
      math,
      "--json",
      join(place, "a.json"),
      "--threads",
      "1",
      "--spectra",
      "none",
    );
    expect(readdirSync(place)).toEqual(["a.json"]);
  });
});

describe("shiftProgress(stderr)", () => {
  const state = { share: 0.25, bytes: 2e9, totalBytes: 8e9, tensor: "w" };

  it("says share, time left and speed, once work has lasted two seconds", () => {
    let time = 0;
    let text = "";
    const progress = shiftProgress(
      { write: (more) => (text += more), isTTY: true },
      () => time,
    );
    time = 1000;
    progress.hear(state);
    expect(text).toBe("");
    time = 10_000;
    progress.hear(state);
    expect(text).toBe(
      "\r\x1b[K25 %, about 30 s left; 2.00 of 8.00 GB read, 0.20 GB/s; w",
    );
    progress.end();
    expect(text.endsWith("w\r\x1b[K")).toBe(true);
  });

  it("writes a line every ten seconds where there is no terminal", () => {
    let time = 0;
    const lines: string[] = [];
    const progress = shiftProgress(
      { write: (line) => lines.push(line) },
      () => time,
    );
    for (time = 0; time <= 30_000; time += 1000) progress.hear(state);
    progress.end();
    expect(lines).toHaveLength(3);
    expect(lines.every((line) => line.endsWith("\n"))).toBe(true);
  });
});
