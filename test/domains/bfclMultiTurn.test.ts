/** BFCL v3, several turns; `agent/bfcl.all.test.ts` runs the published answers. */
import { describe, expect, it } from "vitest";
import { PythonRandom } from "../../src/domains/agent/bfcl/backends/pythonRandom.js";
import {
  checkTurns,
  readBfclCall,
  type BfclCall,
  type MultiTurnTask,
} from "../../src/domains/agent/bfcl/multiTurn.js";
import { TaskError } from "../../src/error.js";

const TASK: MultiTurnTask = {
  id: "own_0",
  involved_classes: ["GorillaFileSystem", "TicketAPI"],
  initial_config: {
    GorillaFileSystem: {
      root: {
        boat: {
          type: "directory",
          contents: {
            "log.txt": { type: "file", content: "fog\nsun\nfog" },
            old: { type: "directory", contents: {} },
          },
        },
      },
    },
  },
};
const read = (turns: string[][]): BfclCall[][] =>
  turns.map((turn) => turn.map(readBfclCall));
const ANSWER = [
  ["grep('log.txt', 'fog')", "cp(source='log.txt', destination='old')"],
  ["ticket_login('mia', 'x')", "create_ticket(title='Fog', priority=2)"],
];
const check = (turns: string[][], answer = ANSWER): string | null =>
  checkTurns(TASK, read(turns), read(answer));

describe("checkTurns(task, turns, answers)", () => {
  it("passes the answer itself, other names for the same and calls that change nothing", () => {
    expect(check(ANSWER)).toBeNull();
    expect(
      check([
        [
          "ls()",
          "cp('log.txt', 'old')",
          "grep(pattern='fog', file_name='log.txt')",
        ],
        ANSWER[1]!,
      ]),
    ).toBeNull();
  });

  it.each<[string, string[][], string]>([
    ["a missing turn", [ANSWER[0]!], "must have 2 turns, got 1"],
    ["an empty turn", [ANSWER[0]!, []], "turn 2: must make a call"],
    [
      "a dropped write",
      [[ANSWER[0]![0]!], ANSWER[1]!],
      "turn 1: the state differs",
    ],
    [
      "a dropped look-up",
      [[ANSWER[0]![1]!], ANSWER[1]!],
      'turn 1: no call answers {"matching_lines": ["fog", "fog"]}',
    ],
    [
      "a changed argument",
      [ANSWER[0]!, [ANSWER[1]![0]!, "create_ticket(title='Fog', priority=3)"]],
      "turn 2: the state differs",
    ],
    ["swapped turns", [ANSWER[1]!, ANSWER[0]!], "turn 1: the state differs"],
  ])("fails %s", (_, turns, fault) => expect(check(turns)).toBe(fault));

  it("answers calls that cannot run with an error, which both sides may share", () => {
    for (const call of ["nope()", "cd()", "cd(x=1)", "cd('a', 'b')", "cd(3)"])
      expect(check([[call]], [[call]])).toBeNull();
    expect(check([["constructor()"]], [["ls()"]])).toMatch(/no call answers/);
  });

  it("ends on a folder that was copied into itself", () => {
    expect(check([["cp('old', 'old')"]], [["ls()"]])).toBe(
      "turn 1: the state differs",
    );
  });

  it("throws TaskError on a class that cannot be run", () => {
    const task = { ...TASK, involved_classes: ["constructor"] };
    expect(() => checkTurns(task, [[]], [[]])).toThrow(TaskError);
  });
});

describe("PythonRandom(seed)", () => {
  it("draws what Python draws", () => {
    // random.Random(200191).randint(10000, 99999), twice; random.Random(141053).uniform(-10, 40) and 12 digits
    const random = new PythonRandom(200191);
    expect([
      random.integer(10000, 99999),
      random.integer(10000, 99999),
    ]).toEqual([67410, 41772]);
    const other = new PythonRandom(141053);
    expect(other.uniform(-10, 40)).toBe(36.63485703790535);
    expect(other.integer(100000000000, 999999999999)).toBe(391310425148);
  });
});
