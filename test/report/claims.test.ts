import { max, mean, min } from "simple-statistics";
import { describe, expect, test } from "vitest";
import { parseClaims } from "../../src/report/claims/claims.js";
import {
  claim,
  type ClaimRule,
  correlationOf,
  estimatesLine,
  exactly,
  judgeClaim,
  PAPER_BENCHMARKS,
  paperJudging,
  paperNumber,
  paperNumbers,
  paperScores,
  readClaims,
} from "../../src/report/index.js";

const above: ClaimRule = { kind: "above", threshold: 0 };
const below: ClaimRule = { kind: "below", threshold: -10 };
const within: ClaimRule = { kind: "within", low: -3, high: 3 };
const judge = (
  rule: ClaimRule,
  value: number | null,
  interval: readonly [number, number] | null,
  untestable: string | null = null,
): string =>
  judgeClaim({ rule, unit: "points", untestable }, value, interval).verdict;

describe("judgeClaim(claim, value, interval)", () => {
  test.each([
    [above, 2, [0.1, 4], "reproduced"],
    [above, 2, [-0.1, 4], "inconclusive"],
    [above, -2, [-4, 0.1], "inconclusive"],
    [above, -2, [-4, -0.1], "contradicted"],
    [above, 1, [0, 2], "inconclusive"],
    [above, -1, [-2, 0], "inconclusive"],
    [below, -12, [-14, -10.1], "reproduced"],
    [below, -12, [-14, -10], "inconclusive"],
    [below, -8, [-9.9, -6], "contradicted"],
    [within, 0, [-3, 3], "reproduced"],
    [within, 0, [-3.1, 3], "inconclusive"],
    [within, 3, [2, 4], "inconclusive"],
    [within, 5, [3.1, 7], "contradicted"],
    [within, -5, [-7, -3.1], "contradicted"],
    [within, 0, [-9, 9], "inconclusive"],
  ] as [ClaimRule, number, [number, number], string][])(
    "%j: %d in %j is %4$s",
    (rule, value, interval, verdict) => {
      expect(judge(rule, value, interval)).toBe(verdict);
    },
  );

  test("says in a sentence where the interval lies", () => {
    const told = (rule: ClaimRule, low: number, high: number): string =>
      judgeClaim({ rule, unit: "points", untestable: null }, (low + high) / 2, [
        low,
        high,
      ]).why;
    expect(told(above, 1, 2)).toBe("1.5 [1, 2] points lies above 0");
    expect(told(below, 1, 2)).toBe("1.5 [1, 2] points does not lie below -10");
    expect(told(within, -4, 2)).toBe(
      "-1 [-4, 2] points lies only in part within [-3, 3]; 4.29 points from the edge would have been found",
    );
  });

  test("is not testable where nothing was measured, with the reason", () => {
    const rest = { rule: above, unit: "points" };
    expect(judgeClaim({ ...rest, untestable: null }, null, null)).toEqual({
      verdict: "not testable",
      why: "it was not measured",
    });
    expect(judgeClaim({ ...rest, untestable: null }, 3.14159, null)).toEqual({
      verdict: "not testable",
      why: "3.14 points has no interval",
    });
    expect(
      judgeClaim({ ...rest, untestable: "no such world" }, 1, [0.5, 2]),
    ).toEqual({ verdict: "not testable", why: "no such world" });
  });

  test("throws RangeError when the interval is upside down or not finite", () => {
    expect(() => judge(above, 1, [2, 0])).toThrow(
      new RangeError(
        "judgeClaim: value and interval must be finite and in order, got 1 in [2, 0]",
      ),
    );
    expect(() => judge(above, NaN, [0, 1])).toThrow(RangeError);
    expect(() => judge(above, 1, [0, Infinity])).toThrow(RangeError);
  });
});

describe("claim(statement, holds, evidence)", () => {
  test.each(["reproduced", "contradicted", "inconclusive", "not testable"])(
    "prints the verdict %s as it is",
    (verdict) => {
      expect(claim("a beats b", verdict as "reproduced", "1 [0, 2]")).toBe(
        `${verdict}: a beats b (1 [0, 2])`,
      );
    },
  );
});

describe("data/claims.json", () => {
  const claims = readClaims();

  test("holds every finding that the ledger must judge", () => {
    expect([...new Set(claims.map(({ finding }) => finding))]).toEqual([
      "mixing matches merging at lower cost",
      "the ways of merging",
      "little interference between domains",
      "reasoning domains help each other",
      "agent neither helped nor hurt",
      "weight changes overlap far above chance",
      "task vectors point in similar directions",
      "KL does not predict the change of performance",
      "neighbouring policies help",
      "merging inherits, mixing diverges",
      "judging by outcome rises and by process falls with generation",
      "the agent expert is the best process judge",
      "the mixed run collapses as process judge",
    ]);
  });

  test("names a section, and tables and figures that the paper has", () => {
    for (const { source } of claims) {
      expect(source.join()).toMatch(/§\d/);
      for (const place of source)
        expect(place).toMatch(
          /^(§[1-4](\.\d)?|Table [1-8]|Figure [1-9]|arXiv \d{4}\.\d{5})$/,
        );
    }
  });

  test("can be failed: each rule has numbers on both sides", () => {
    for (const { id, rule, untestable } of claims) {
      if (untestable !== null) continue;
      const [yes, no] =
        rule.kind === "above"
          ? [rule.threshold + 1, rule.threshold - 1]
          : rule.kind === "below"
            ? [rule.threshold - 1, rule.threshold + 1]
            : [(rule.low + rule.high) / 2, rule.high + 1];
      expect(judge(rule, yes, [yes, yes]), id).toBe("reproduced");
      expect(judge(rule, no, [no, no]), id).toBe("contradicted");
    }
  });

  test("has the paper's own numbers where its tables hold them", () => {
    const paper = Object.fromEntries(
      claims
        .filter((entry) => entry.paper !== null)
        .map((entry) => [entry.id, entry.paper!]),
    );
    const computed = paperValues();
    expect(Object.keys(paper).sort()).toEqual(Object.keys(computed).sort());
    for (const [id, value] of Object.entries(computed))
      expect(paper[id], id).toBeCloseTo(value, 3);
  });
});

describe("parseClaims(json)", () => {
  const [first] = readClaims();
  const parse = (change: object): unknown =>
    parseClaims(JSON.stringify([{ ...first, ...change }]));

  test("refuses a verdict that was filled in by hand", () => {
    expect(() => parse({ verdict: "reproduced" })).toThrow(
      new TypeError(
        'parseClaims: claim "mix-matches-merge" has an unknown field "verdict"',
      ),
    );
  });

  test.each([
    [{ statement: "" }, "statement", '""'],
    [{ source: [] }, "source", "[]"],
    [{ paper: "0.2" }, "paper", '"0.2"'],
    [{ paper: undefined }, "paper", "undefined"],
    [{ rule: { kind: "above" } }, "rule", '{"kind":"above"}'],
    [
      { rule: { kind: "within", low: 3, high: -3 } },
      "rule",
      '{"kind":"within","low":3,"high":-3}',
    ],
    [{ rule: { kind: "near" } }, "rule", '{"kind":"near"}'],
  ])("refuses %j", (change, field, shown) => {
    expect(() => parse(change)).toThrow(
      new TypeError(
        `parseClaims: claim "mix-matches-merge" has no valid "${field}", got ${shown}`,
      ),
    );
  });

  test("refuses two claims with one id", () => {
    expect(() => parseClaims(JSON.stringify([first, first]))).toThrow(
      new TypeError(
        'parseClaims: ids must differ, got "mix-matches-merge" twice',
      ),
    );
  });

  test("refuses what is not a list of objects", () => {
    expect(() => parseClaims("{}")).toThrow(
      new TypeError("parseClaims: claims must be a list"),
    );
    expect(() => parseClaims("[1]")).toThrow(
      new TypeError("parseClaims: claim 0 must be an object"),
    );
  });
});

/** Every number of the ledger that follows from the paper's tables. */
function paperValues(): Record<string, number> {
  const experts = ["math", "coding", "science", "instruction", "agent"];
  const reasoning = experts.slice(0, 3);
  const scores = [...paperScores(3), ...paperScores(4)];
  const domainOf = new Map(PAPER_BENCHMARKS.map((b) => [b.id, b.domain]));
  const ids = PAPER_BENCHMARKS.map(({ id }) => id);
  const score = (model: string, benchmark: string): number =>
    scores.find((row) => row.model === model && row.benchmark === benchmark)!
      .score;
  const average = (model: string): number =>
    mean(ids.map((benchmark) => score(model, benchmark)));
  const gain = (expert: string, domain: string): number =>
    mean(
      ids
        .filter((id) => domainOf.get(id) === domain)
        .map((id) => score(expert, id) - score("sft", id)),
    );
  const pairs = reasoning.flatMap((expert) =>
    reasoning
      .filter((domain) => domain !== expert)
      .map((domain) => gain(expert, domain)),
  );
  const toReasoning = (expert: string): number =>
    mean(reasoning.map((domain) => gain(expert, domain)));
  const lead = ids
    .filter((id) => domainOf.get(id) !== "science")
    .map((id) => {
      const own = domainOf.get(id)!;
      const others = experts.filter((expert) => expert !== own);
      return score(own, id) - max(others.map((expert) => score(expert, id)));
    });
  const hours = paperNumbers(2).filter(({ column }) => column === "gpuHours");
  const others = [
    "sce",
    "ties",
    "taskArithmetic",
    "dareTies",
    "dareTaskArithmetic",
  ];
  const changes = paperNumbers(6).filter(({ column }) =>
    column.endsWith("change"),
  );
  const neighbours = ["Math + Coding", "Coding + Agent"];
  const change = (wanted: boolean): number =>
    mean(
      changes
        .filter(({ row }) => neighbours.includes(row) === wanted)
        .map(({ value }) => value),
    );
  const judging = paperJudging();
  const judged = (
    model: string,
    benchmark: string,
    kind: "outcome" | "process",
  ): number =>
    judging.find((row) => row.model === model && row.benchmark === benchmark)![
      kind
    ].mean;
  const process = (model: string): number =>
    paperNumber(7, model, "Avg. Proc").value;
  const averages = judging.filter((row) => row.benchmark === "average");
  const r = (kind: "outcome" | "process"): number =>
    correlationOf(
      averages.map((row) => exactly(row.generation.mean)),
      averages.map((row) => exactly(row[kind].mean)),
    ).value;
  const lift = (benchmarks: string[]): number =>
    mean(
      judging
        .filter((row) => benchmarks.includes(row.benchmark))
        .map((row) => row.process.mean - row.outcome.mean),
    );
  return {
    "mix-matches-merge": average("ties") - average("multi"),
    "mix-costs-less":
      hours.find(({ row }) => row === "Multi-Task")!.value /
      hours.slice(0, 5).reduce((sum, { value }) => sum + value, 0),
    "merge-beats-experts": average("ties") - max(experts.map(average)),
    "distillation-matches-merge": average("opd") - average("ties"),
    "little-interference-experts": mean(
      experts.flatMap((expert) =>
        ids
          .filter((id) => domainOf.get(id) !== expert)
          .map((id) => score(expert, id) - score("sft", id)),
      ),
    ),
    "little-interference-mixed": mean(
      ids.map((id) => score("multi", id) - score(domainOf.get(id)!, id)),
    ),
    "own-domain-best": min(lead),
    "reasoning-synergy": mean(pairs),
    "reasoning-synergy-each": min(pairs),
    "instruction-helps-reasoning": toReasoning("instruction"),
    "reasoning-on-instruction-marginal": mean(
      reasoning.map((expert) => gain(expert, "instruction")),
    ),
    "synergy-strongest-in-reasoning":
      mean(pairs) - mean(["instruction", "agent"].map(toReasoning)),
    "agent-unmoved": mean(
      experts.slice(0, 4).map((expert) => gain(expert, "agent")),
    ),
    "merge-beats-experts-on-five": mean(
      ["aime24", "aime25", "hle", "ifeval", "bfcl"].map(
        (id) =>
          score("ties", id) - max(experts.map((expert) => score(expert, id))),
      ),
    ),
    "average-worst": average("average") - min(others.map(average)),
    "methods-close": max(others.map(average)) - min(others.map(average)),
    "dare-harmless": mean([
      average("dareTies") - average("ties"),
      average("dareTaskArithmetic") - average("taskArithmetic"),
    ]),
    "math-beats-science-on-science":
      gain("math", "science") - gain("science", "science"),
    "sft-above-base": average("sft") - average("base"),
    "changed-share": 30,
    "neighbours-help": change(true),
    "neighbours-help-more": change(true) - change(false),
    "outcome-rises": r("outcome"),
    "process-falls": r("process"),
    "process-better-in-reasoning": lift(["aime24", "lcbV5", "gpqa"]),
    "outcome-better-in-instruction": -lift(["ifeval"]),
    "training-sharpens-judging": mean([
      judged("math", "aime24", "process") - judged("sft", "aime24", "process"),
      judged("coding", "lcbV5", "process") - judged("sft", "lcbV5", "process"),
      judged("science", "gpqa", "process") - judged("sft", "gpqa", "process"),
      judged("instruction", "ifeval", "outcome") -
        judged("sft", "ifeval", "outcome"),
    ]),
    "agent-best-process-judge":
      process("RL-Agent") -
      max(["RL-Math", "RL-Coding", "RL-Science", "RL-IF"].map(process)),
    "mixed-collapses": process("RL-Multi") - process("SFT"),
    "merge-keeps-process": process("Merging") - process("SFT"),
    "distillation-keeps-process": process("MT-OPD") - process("SFT"),
  };
}

describe("estimatesLine(statement, estimates, rule)", () => {
  const sure = { mean: 2, low: 1, high: 3 };
  const open = { mean: 1, low: -1, high: 3 };
  const wider = { mean: 1, low: -3, high: 5 };
  const wrong = { mean: -2, low: -3, high: -1 };

  test("reproduces a claim where all intervals lie as the rule says", () => {
    expect(estimatesLine("it helps", { a: sure, b: sure }, above)).toBe(
      "reproduced: it helps (a +2.0 ± 1.0, b +2.0 ± 1.0 points)",
    );
  });

  test("says of an open claim what the widest open interval would have found", () => {
    expect(
      estimatesLine("it helps", { a: sure, b: open, c: wider }, above),
    ).toBe(
      "inconclusive: it helps (a +2.0 ± 1.0, b +1.0 ± 2.0, c +1.0 ± 4.0 points; 5.72 points from the edge would have been found)",
    );
  });

  test("contradicts a claim that one interval contradicts", () => {
    expect(
      estimatesLine("it helps", { a: open, b: wrong }, above, {
        unit: "nats",
        digits: 0,
      }),
    ).toBe("contradicted: it helps (a +1 ± 2, b -2 ± 1 nats)");
  });

  test("throws RangeError without estimates, or where one has no interval", () => {
    expect(() => estimatesLine("it helps", {}, above)).toThrow(
      "estimatesLine: estimates must not be empty",
    );
    expect(() => estimatesLine("it helps", { a: { mean: 1 } }, above)).toThrow(
      'estimatesLine: every estimate must have an interval, got none for "a"',
    );
  });
});
