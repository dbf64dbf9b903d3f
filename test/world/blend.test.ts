import { describe, expect, test } from "vitest";
import { spec } from "../../src/domains/index.js";
import { TaskError } from "../../src/error.js";
import { Random } from "../../src/random.js";
import { renderAssistant, renderChat } from "../../src/tokenizer/index.js";
import {
  BLEND,
  blendCounts,
  sampleItems,
  sftBlend,
  sftExample,
  splitOf,
  type SftExample,
} from "../../src/world/index.js";

const options = { total: 2000, seed: 1, care: 0.55, slip: 0.05 };
const blend = sftBlend(options);
const text = ({ messages }: SftExample): string => renderChat(messages);
const of = (source: string): SftExample[] =>
  blend.filter((example) => example.source === source);

describe("BLEND", () => {
  test("is the paper's Table 1: counts sum to 14,121,873 and give the printed percents", () => {
    const total = BLEND.reduce(
      (sum, { paperSamples }) => sum + paperSamples,
      0,
    );
    expect(total).toBe(14_121_873);
    for (const { paperSamples, paperPercent } of BLEND) {
      // Science is printed as 16.04, its count gives 16.03.
      expect(
        Math.abs((100 * paperSamples) / total - paperPercent),
      ).toBeLessThan(0.015);
    }
  });
});

describe("blendCounts", () => {
  test("sums to the total and keeps the paper's proportions", () => {
    for (const total of [1, 7, 100, 3840]) {
      expect([...blendCounts(total).values()].reduce((a, b) => a + b)).toBe(
        total,
      );
    }
    expect(Object.fromEntries(blendCounts(10_000))).toEqual({
      "math-proofs": 237,
      math: 2089,
      science: 1603,
      code: 2782,
      chat: 3052,
      agent: 237,
    });
  });

  test("gives the agent another share and the others the rest, in proportion", () => {
    const counts = blendCounts(10_000, 0.1);
    expect(counts.get("agent")).toBe(1000);
    expect(counts.get("chat")! / counts.get("math")!).toBeCloseTo(
      4309780 / 2950525,
      2,
    );
  });

  test("gives the checks another share as well", () => {
    const counts = blendCounts(10_000, 0.15, 0.08);
    expect(counts.get("agent")).toBe(1500);
    expect(counts.get("math-proofs")).toBe(800);
    expect(counts.get("chat")! / counts.get("math")!).toBeCloseTo(
      4309780 / 2950525,
      2,
    );
    expect([...counts.values()].reduce((a, b) => a + b)).toBe(10_000);
    const alone = blendCounts(10_000, undefined, 0.08);
    expect(alone.get("math-proofs")).toBe(800);
    expect(alone.get("agent")).toBe(Math.round((9200 * 335_122) / 13_786_751));
  });
});

describe("sampleItems", () => {
  const items = Array.from({ length: 1000 }, (_, i) => i);

  test("takes without replacement from enough items", () => {
    const taken = sampleItems(items, 1000, new Random(1));
    expect([...taken].sort((a, b) => a - b)).toEqual(items);
    expect(new Set(sampleItems(items, 300, new Random(1))).size).toBe(300);
  });

  test("draws with replacement from too few, so that some never appear", () => {
    const taken = sampleItems(items, 2000, new Random(1));
    expect(taken).toHaveLength(2000);
    // n(1 − e⁻²) = 865 different ones expected
    expect(Math.abs(new Set(taken).size - 865)).toBeLessThan(50);
  });
});

describe("sftBlend", () => {
  test("is the same for the same seed, and another for another", () => {
    expect(sftBlend({ ...options, total: 100 })).toEqual(
      sftBlend({ ...options, total: 100 }),
    );
    expect(sftBlend({ ...options, total: 100, seed: 2 })).not.toEqual(
      sftBlend({ ...options, total: 100 }),
    );
  });

  test("has every source in its count, mixed", () => {
    for (const [source, count] of blendCounts(2000))
      expect(of(source)).toHaveLength(count);
    expect(
      new Set(blend.slice(0, 100).map(({ source }) => source)).size,
    ).toBeGreaterThan(3);
  });

  test("repeats a tenth of science and chat ten times, and uses the others once", () => {
    for (const source of ["science", "chat"] as const) {
      const different = new Set(of(source).map(text)).size;
      expect(different).toBeLessThanOrEqual(Math.ceil(of(source).length / 10));
      expect(different).toBeGreaterThan(of(source).length / 12);
    }
    for (const source of ["math", "code"] as const) {
      expect(new Set(of(source).map(text)).size).toBeGreaterThan(
        0.97 * of(source).length,
      );
    }
  });

  test("asks train-split tasks only, held-out constraints in about a third of the chats", () => {
    for (const { task } of blend) expect(splitOf(task.id)).toBe("train");
    const random = new Random(3, "chat");
    const chats = Array.from({ length: 600 }, () =>
      sftExample("chat", random, { careful: true, slip: 0 }),
    );
    const heldOut =
      chats.filter(({ task }) => task.kind === "heldOut").length / 600;
    expect(Math.abs(heldOut - 0.35)).toBeLessThan(0.06);
  });

  test("starts with a user message, ends with an assistant's, and reasons in the share asked for", () => {
    for (const { messages } of blend) {
      expect(messages[0]!.role).toBe("user");
      expect(messages.at(-1)!.role).toBe("assistant");
    }
    const careful =
      of("code").filter(({ messages }) => messages[1]!.reasoning !== "")
        .length / of("code").length;
    expect(Math.abs(careful - 0.55)).toBeLessThan(0.08);
  });

  test("is all correct with care 1 and slip 0", () => {
    for (const { source, task, messages } of sftBlend({
      total: 600,
      seed: 4,
      care: 1,
      slip: 0,
    })) {
      if (source === "math-proofs" || source === "agent") continue;
      const verdict = spec(task.domain).verify(
        task,
        renderAssistant(messages[1]!),
        "stop",
      );
      expect(verdict.outcome, task.prompt).toBe("correct");
    }
  });

  test("throws TaskError for options out of range", () => {
    expect(() => sftBlend({ ...options, total: 0 })).toThrow(
      new TaskError("sftBlend: total must be a positive integer, got 0"),
    );
    expect(() => sftBlend({ ...options, care: 1.5 })).toThrow(
      new TaskError("sftBlend: care must be in [0, 1], got 1.5"),
    );
    expect(() => sftBlend({ ...options, slip: NaN })).toThrow(TaskError);
    expect(() => sftBlend({ ...options, agentShare: -0.1 })).toThrow(TaskError);
    expect(() =>
      sftBlend({ ...options, agentShare: 0.7, proofShare: 0.5 }),
    ).toThrow(
      new TaskError(
        "sftBlend: agentShare + proofShare must be in [0, 1], got 1.2",
      ),
    );
  });
});

describe("math-proofs of the blend", () => {
  const proofs = sftBlend({ ...options, total: 12_000 }).filter(
    ({ source }) => source === "math-proofs",
  );

  test("show the solution's lines in half of the checks, and the claim in all", () => {
    const withLines = proofs.filter(({ messages, task }) => {
      const claim = messages[0]!.content.slice(`Check: ${task.prompt} `.length);
      expect(claim).toMatch(/^([^C].*= ?\d+ )?Claimed answer: \d+$/);
      return !claim.startsWith("Claimed");
    });
    expect(Math.abs(withLines.length / proofs.length - 0.5)).toBeLessThan(0.1);
  });

  test("always reason, whatever the care", () => {
    for (const { messages } of proofs)
      expect(messages[1]!.reasoning).toMatch(/^\d+-\d+=-?\d+$/m);
  });
});
