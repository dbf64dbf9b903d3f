/** Settings tables: defaults, checks with their messages, and help text, all from one row. */
import { describe, expect, test } from "vitest";
import {
  checkSetting,
  describeRule,
  DISTILL_SETTINGS,
  GRPO_SETTINGS,
  IMITATION_SETTINGS,
  PRETRAIN_SETTINGS,
  resolveSettings,
  SFT_SETTINGS,
  type SettingRule,
} from "../../src/train/index.js";

const table = {
  steps: { type: "integer", min: 1, default: 40, doc: "Optimizer steps." },
  share: { type: "number", min: 0, max: 1, doc: "Share of agent tasks." },
  store: {
    type: "choice",
    of: ["float32", "bfloat16"],
    default: "float32",
    doc: "How weights are kept.",
  },
} as const;

describe("resolveSettings(who, table, options)", () => {
  test("fills in defaults, leaves the others undefined, and drops what the table does not name", () => {
    const options = { steps: 3, out: "elsewhere" };
    expect(resolveSettings("f", table, options)).toEqual({
      steps: 3,
      share: undefined,
      store: "float32",
    });
  });
  test("throws RangeError where a value breaks its rule", () => {
    expect(() => resolveSettings("f", table, { steps: 0 })).toThrow(
      new RangeError("f: steps must be a positive integer, got 0"),
    );
    expect(() =>
      resolveSettings("f", table, { store: "float16" as "float32" }),
    ).toThrow('f: store must be one of float32, bfloat16, got "float16"');
  });
});

describe("checkSetting(who, name, value, rule)", () => {
  test.each<[SettingRule, unknown[], unknown[]]>([
    [{ type: "integer" }, [-3, 0], [0.5, NaN, 2 ** 53, "1", null]],
    [{ type: "integer", min: 2 }, [2], [1]],
    [{ type: "number", above: 0 }, [1e-9], [0, -1, NaN, Infinity, "1"]],
    [{ type: "number", above: 0, infinite: true }, [Infinity], [0, NaN]],
    [{ type: "number", min: 0 }, [0, 9], [-1, Infinity]],
    [{ type: "number", min: 0, max: 1 }, [0, 1], [1.1, -0.1]],
    [{ type: "number", above: 0, max: 1 }, [1], [0]],
    [{ type: "flag" }, [true, false], [0, "true", null]],
    [{ type: "choice", of: ["a", "b"] }, ["b"], ["c", 1]],
    [{ type: "betas" }, [[0, 0.9]], [[0.9], [0.9, 1], "0.9", [NaN, 0]]],
  ])("%o takes and refuses what it says", (rule, right, wrong) => {
    for (const value of right)
      expect(() => checkSetting("f", "x", value, rule)).not.toThrow();
    for (const value of wrong)
      expect(() => checkSetting("f", "x", value, rule)).toThrow(
        `f: x must be ${describeRule(rule)}, got `,
      );
  });
});

describe("the tables of the trainers", () => {
  test.each(
    Object.entries({
      pretrain: PRETRAIN_SETTINGS,
      sft: SFT_SETTINGS,
      grpo: GRPO_SETTINGS,
      imitation: IMITATION_SETTINGS,
      distill: DISTILL_SETTINGS,
    }),
  )(
    "%s: every default obeys its rule, every row says what it means",
    (_, own) => {
      expect(() => resolveSettings("f", own, {})).not.toThrow();
      for (const { doc } of Object.values(own)) expect(doc).toMatch(/\.$/);
    },
  );
});
