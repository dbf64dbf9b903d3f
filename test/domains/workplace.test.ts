/** The workplace assistant against NeMo-Gym's own tools, on small tables of our own (scripts/golden/workplace.py). */
import { describe, expect, it } from "vitest";
import {
  callTool,
  isSolved,
  loadWorkplace,
  readTable,
  replayCalls,
  sameWorkplace,
  WORKPLACE_TOOLS,
} from "../../src/domains/agent/workplace/index.js";
import { TaskError } from "../../src/error.js";
import type { ToolCall } from "../../src/tokenizer/message.js";
import golden from "../golden/workplace/episodes.json" with { type: "json" };

const TABLES = loadWorkplace("test/golden/workplace/tables");
const episodes = golden.episodes as unknown as {
  calls: ToolCall[];
  answers: (string | null)[];
}[];
const pairs = golden.pairs as unknown as {
  calls: ToolCall[];
  solution: ToolCall[];
  solved: boolean;
}[];

const send = (subject: string): ToolCall => ({
  name: "email_send_email",
  arguments: { recipient: "a@b.c", subject, body: "x" },
});

describe("the workplace assistant", () => {
  it("has the 27 tools", () => {
    expect(WORKPLACE_TOOLS).toHaveLength(27);
    const used = new Set(
      episodes.flatMap(({ calls }) => calls.map(({ name }) => name)),
    );
    expect(used.size).toBe(27);
  });

  it("answers every call as the reference does, and with an error where it raises one", () => {
    for (const { calls, answers } of episodes) {
      let tables = TABLES;
      calls.forEach((call, i) => {
        const { output, tables: after } = callTool(tables, call);
        if (answers[i] === null)
          expect(output, JSON.stringify(call)).toMatch(/^Error executing tool/);
        else expect(output, JSON.stringify(call)).toBe(answers[i]);
        tables = after;
      });
    }
  });

  it("judges two lists of calls as the reference does", () => {
    for (const { calls, solution, solved } of pairs)
      expect(
        isSolved(TABLES, calls, solution),
        JSON.stringify([calls, solution]),
      ).toBe(solved);
  });

  it("counts the order of emails, but neither case nor look-ups", () => {
    expect(
      isSolved(TABLES, [send("A"), send("B")], [send("B"), send("A")]),
    ).toBe(false);
    const look: ToolCall = {
      name: "email_search_emails",
      arguments: { query: "boat" },
    };
    expect(isSolved(TABLES, [look, send("HELLO")], [send("hello")])).toBe(true);
  });

  it("never changes the tables that it is given", () => {
    const before = JSON.stringify(TABLES);
    expect(sameWorkplace(replayCalls(TABLES, [send("A")]), TABLES)).toBe(false);
    expect(JSON.stringify(TABLES)).toBe(before);
  });

  it("answers an unknown tool and a name of a prototype with an error", () => {
    for (const name of ["nope", "constructor", "__proto__"])
      expect(callTool(TABLES, { name, arguments: {} }).output).toBe(
        `Error executing tool '${name}': no such tool`,
      );
  });
});

describe("readTable(name, text)", () => {
  it("throws TaskError when a row has another number of cells than the header", () => {
    expect(() => readTable("a.csv", "x,y\n1\n")).toThrow(TaskError);
    expect(() => readTable("a.csv", "x,y\n1\n")).toThrow(
      "readTable: a.csv row 1 must have 2 cells, got 1",
    );
  });
});
