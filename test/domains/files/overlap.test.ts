/** Benchmark tasks in training data. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { main } from "../../../src/cli.js";
import { files } from "../../../src/domains/index.js";
import { TaskError } from "../../../src/error.js";
import { Random } from "../../../src/random.js";

const { OverlapIndex, wordsOf, findOverlap } = files;

const QUESTION =
  "A farmer has 17 sheep, and all but nine of them run away at dawn; how many sheep does the farmer still have at noon?";

describe("wordsOf", () => {
  test.each([
    ["Let $x\\in$ [0, 1]!", ["let", "x", "in", "0", "1"]],
    ["Ｆｕｌｌ width, ﬁne", ["full", "width", "fine"]],
    ["día_uno 한국어", ["día", "uno", "한국어"]],
    [" \n—", []],
  ])("of %j", (text, words) => expect(wordsOf(text)).toEqual(words));
});

/** Every common n-gram by comparison of all with all; the share of words that they cover. */
function slowly(text: string, other: string, n: number): number {
  const [a, b] = [wordsOf(text), wordsOf(other)];
  const length = Math.min(n, a.length);
  const grams = new Set(
    b
      .map((_, i) => b.slice(i, i + length).join(" "))
      .slice(0, b.length - length + 1),
  );
  const covered = new Set<number>();
  for (let i = 0; i + length <= a.length; i++)
    if (grams.has(a.slice(i, i + length).join(" ")))
      for (let j = i; j < i + length; j++) covered.add(j);
  return covered.size / a.length;
}

describe("OverlapIndex", () => {
  test("agrees with a comparison of all n-grams with all", () => {
    const random = new Random(4, "overlap");
    // Few words, so that n-grams of three repeat within a text and between texts.
    const text = (words: number): string =>
      Array.from({ length: words }, () =>
        random.pick(["a", "b", "c", "d"]),
      ).join(" ");
    const texts = Array.from({ length: 12 }, () => text(random.int(2, 12)));
    const options = { words: 3, fewest: 2, common: 100 };
    const index = new OverlapIndex(texts, options);
    let common = 0;
    for (let i = 0; i < 200; i++) {
      const other = text(random.int(0, 8)) + (i % 3 === 0 ? " new" : "");
      const shares = texts.map((own) => slowly(own, other, 3));
      common += shares.filter((share) => share > 0).length;
      expect(
        new Map(index.search(other).map((found) => [found.index, found.share])),
      ).toEqual(
        new Map([...shares.entries()].filter(([, share]) => share > 0)),
      );
    }
    expect(common).toBeGreaterThan(100);
  });

  test("finds a question in other punctuation and case, with a word changed, and says how much of it", () => {
    const index = new OverlapIndex([QUESTION]);
    const loud = `Q: ${QUESTION.toUpperCase().replaceAll(",", " --")} A: nine`;
    expect(index.search(loud)).toEqual([
      {
        index: 0,
        share: 1,
        words: "a farmer has 17 sheep and all but nine of them run away",
      },
    ]);
    const changed = QUESTION.replace("farmer", "shepherd");
    expect(index.search(changed)[0]!.share).toBeCloseTo(23 / 25, 12);
    expect(index.search("A farmer has sheep.")).toEqual([]);
  });

  test("finds nothing across two texts", () => {
    const at = QUESTION.indexOf(" run");
    const index = new OverlapIndex([QUESTION], { words: 24 });
    const halves = [QUESTION.slice(0, at), QUESTION.slice(at)];
    expect(index.search(halves.join(""))).toHaveLength(1);
    expect(index.search(halves)).toEqual([]);
  });

  test("takes a short question as one n-gram, and a very short one not at all", () => {
    const eight = "one two three four five six seven eight";
    const index = new OverlapIndex([eight, "What is love?"]);
    expect(index.tooShort).toEqual([1]);
    expect(index.search(`so ${eight} nine what is love`)).toEqual([
      { index: 0, share: 1, words: eight },
    ]);
  });

  test("does not count a form of speech that more than ten questions share", () => {
    const form =
      "find the remainder when the sum of all such positive integers is divided by";
    const own = (i: number): string => `Question ${i}: ${form} ${1000 + i}`;
    const many = Array.from({ length: 11 }, (_, i) => own(i));
    expect(new OverlapIndex(many.slice(1)).search(form)).toHaveLength(10);
    expect(new OverlapIndex(many).search(form)).toEqual([]);
    expect(new OverlapIndex(many).search(own(3))[0]).toMatchObject({
      index: 3,
    });
  });

  test("searches a long text of one repeated word in linear time", () => {
    const index = new OverlapIndex(["again ".repeat(5000)]);
    // Each of 300,000 places against each of 5,000 would be 1.5 billion comparisons of 13 words.
    expect(index.search("again ".repeat(300_000))).toMatchObject([
      { index: 0, share: 1 },
    ]);
  });

  test.each([
    [{ words: 1 }, "words must be 2 to 100, got 1"],
    [{ words: 5, fewest: 6 }, "fewest must be 1 to 5, got 6"],
  ])("refuses %j", (options, text) => {
    expect(() => new OverlapIndex([], options)).toThrow(TaskError);
    expect(() => new OverlapIndex([], options)).toThrow(text);
  });
});

const folder = mkdtempSync(join(tmpdir(), "overlap-"));
const write = (name: string, rows: object[]): string => {
  const path = join(folder, name);
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
  return path;
};
const other =
  "The quick brown fox jumps over the lazy dog while the cat sleeps on";
const bench = write("test.jsonl", [
  { problem: other, answer: "1" },
  { problem: QUESTION, answer: "9" },
  { problem: "Too short.", answer: "0" },
]);
const clean = write("clean.jsonl", [{ text: "Nothing of it stands here." }]);
const dirty = write("dirty.jsonl.gz", [
  { text: QUESTION.slice(0, 80) },
  { responses: { input: [{ role: "user", content: `Solve: ${QUESTION}` }] } },
  { text: [QUESTION, "twice"] },
]);

describe("findOverlap", () => {
  test("names both places of a task that occurs, however deep in the row", async () => {
    const report = await findOverlap("aime25", bench, [clean, dirty]);
    expect(report).toEqual({
      tasks: 3,
      tooShort: 1,
      rows: 4,
      touched: 1,
      found: [
        {
          task: `${bench}:2`,
          training: `${dirty}:2`,
          share: 1,
          words: "a farmer has 17 sheep and all but nine of them run away",
          rows: 3,
        },
      ],
    });
  });

  test("reports smaller shares where the threshold is lower, none where it is clean", async () => {
    const short = write("short.jsonl", [{ text: QUESTION.slice(0, 63) }]);
    const at = (threshold: number): Promise<files.OverlapReport> =>
      findOverlap("aime25", bench, [short], { threshold });
    expect((await at(0.9)).found).toEqual([]);
    expect((await at(0.9)).touched).toBe(1);
    expect((await at(0)).found).toHaveLength(1);
    const none = await findOverlap("aime25", bench, [clean]);
    expect([none.touched, none.found]).toEqual([0, []]);
  });

  test("refuses a benchmark without its column, and a threshold out of range", async () => {
    const wrong = write("wrong.jsonl", [{ question: "?" }]);
    await expect(findOverlap("aime25", wrong, [])).rejects.toThrow(
      `${wrong}:1 must have a text in column "problem"`,
    );
    await expect(
      findOverlap("aime25", bench, [], { threshold: 2 }),
    ).rejects.toThrow("threshold must be in [0, 1], got 2");
  });
});

describe("m2rl benchmarks overlap", () => {
  async function run(...args: string[]): Promise<[number, string]> {
    let text = "";
    const output = { write: (part: string) => (text += part) };
    const code = await main(["benchmarks", "overlap", ...args], {
      stdout: output,
      stderr: output,
    });
    return [code, text];
  }

  test("ends with 1 where a task occurs and names both places, with 0 where none does", async () => {
    const [code, text] = await run(
      ...["aime25", bench, "--train", clean, "--train", dirty],
    );
    expect(code).toBe(1);
    expect(text).toContain("1 of 3 tasks occur in 4 training rows");
    expect(text).toContain(
      `100 % of ${bench}:2 in ${dirty}:2 and 2 more rows: "a farmer`,
    );
    expect((await run("aime25", bench, "--train", clean))[0]).toBe(0);
  });

  test.each([
    [["aime25", bench], "--train FILE"],
    [["--train", clean], "needs NAME"],
    [["aime25", bench, "--train", clean, "--words", "1"], "--words must be"],
  ])("%j is a wrong command line", async (args, text) =>
    expect(await run(...args)).toEqual([2, expect.stringContaining(text)]),
  );
});
