/** The teachers of a distillation. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeModelFolder } from "../../../src/checkpoint/index.js";
import { startEngine, tf } from "../../../src/engine/index.js";
import {
  configToJson,
  initParams,
  loadPolicy,
} from "../../../src/model/index.js";
import { trainBpe } from "../../../src/tokenizer/index.js";
import { Teachers } from "../../../src/train/index.js";
import { newFolder, PICO_CHAT, writePico, writeTeacher } from "../fixture.js";

startEngine();

const folder = newFolder();
const init = writePico(folder);
const teachers = {
  math: writeTeacher(folder, "math", 4),
  instruction: writeTeacher(folder, "instruction", 3),
};

describe("Teachers", () => {
  const { policy, tokenizer } = loadPolicy(init);
  test("sends each item to the teacher of its domain", () => {
    const judges = new Teachers(
      teachers,
      ["math", "instruction"],
      policy,
      tokenizer,
    );
    const routed = judges.route(["instruction", "math", "instruction"]);
    expect(routed.map(({ indices }) => indices)).toEqual([[1], [0, 2]]);
    expect(routed[0]!.teacher).toBe(judges.of("math"));
    judges.dispose();
  });
  test("a domain without a teacher is an error, never another one's task", () => {
    const judges = new Teachers(teachers, ["math"], policy, tokenizer);
    expect(() => judges.route(["math", "agent"])).toThrow(
      'teachers: domain must be one of math, got "agent"',
    );
    judges.dispose();
  });
  test("refuses a teacher that reads other tokens, and leaves no tensor behind", () => {
    const json = trainBpe(["another corpus, other merges"], {
      vocabSize: 270,
    });
    const other = join(folder, "foreign");
    writeModelFolder(other, {
      config: configToJson(PICO_CHAT),
      params: initParams(PICO_CHAT, 9),
      tokenizer: JSON.stringify(json),
    });
    const before = tf.memory().numTensors;
    expect(
      () =>
        new Teachers(
          { ...teachers, agent: other },
          ["math", "agent"],
          policy,
          tokenizer,
        ),
    ).toThrow(
      `teachers: agent must have the student's tokenizer, got a different one in ${other}`,
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});
