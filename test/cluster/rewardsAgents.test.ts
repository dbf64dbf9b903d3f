/** Agents of every kind behind `m2rl rewards`: the verdicts of `gradeAgent`, whole and step by step; a broken label is never a reward. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  startRewardServer,
  step,
  type RewardServer,
} from "../../src/cluster/index.js";
import {
  gradeAgent,
  readBfclTask,
  type Task,
} from "../../src/domains/index.js";
import { Random } from "../../src/random.js";
import { renderAssistant } from "../../src/tokenizer/index.js";
import { drawTask, worldSpec } from "../../src/world/index.js";
import { ROOT } from "../structure/sources.js";

const END = "<|im_end|>";
const call = (name: string, args: Record<string, unknown>): string =>
  renderAssistant({
    role: "assistant",
    content: "",
    reasoning: "",
    toolCalls: [{ name, arguments: args }],
  });
const said = (content: string): object[] => [{ role: "user", content }];

const NANO = drawTask("agent", new Random(1, "agents"), {
  split: "train",
  level: 1,
});
const NANO_TURNS = worldSpec("agent")
  .demonstrate(NANO, new Random(1, "turns"), { careful: true, slip: 0 })
  .filter(({ role }) => role === "assistant")
  .map((message) => renderAssistant(message));

const ASSISTANT: Task = {
  id: "workbench/0",
  domain: "agent",
  kind: "workplace",
  prompt: "Delete the boat check.",
  data: {
    calls: [
      { name: "calendar_delete_event", arguments: { event_id: "00000007" } },
    ],
  },
};
const DELETE = call("calendar_delete_event", { event_id: "00000007" });

const SINGLE = readBfclTask(
  "simple",
  {
    id: "single",
    question: [said("Find the Fox.")],
    function: [
      {
        name: "boat.find",
        parameters: {
          properties: { name: { type: "string" } },
          required: ["name"],
        },
      },
    ],
  },
  { id: "single", ground_truth: [{ "boat.find": { name: ["Fox"] } }] },
);
const FIND = call("boat_find", { name: "fox" });

const several = (id: string, category: "base" | "long_context"): Task =>
  readBfclTask(
    `multi_turn_${category}`,
    {
      id,
      question: [said("Note the fog."), said("It is gone.")],
      involved_classes: ["TicketAPI"],
      initial_config: { TicketAPI: { current_user: "mia" } },
    },
    {
      id,
      ground_truth: [["create_ticket('Fog')"], ["close_ticket(ticket_id=1)"]],
    },
  );
const SEVERAL = several("several", "base");
const CREATE = call("create_ticket", { title: "Fog" });
const CLOSE = call("close_ticket", { ticket_id: 1 });

/** Name → task, right steps, steps that are not. */
const CASES: Readonly<Record<string, [Task, string[], string[]]>> = {
  "the small world": [NANO, NANO_TURNS, ["Done."]],
  "the workplace assistant": [
    ASSISTANT,
    [DELETE, "Done."],
    [call("calendar_delete_event", { event_id: "00000002" }), "Done."],
  ],
  "BFCL, one turn": [SINGLE, [FIND], [call("boat_find", { name: "wolf" })]],
  "BFCL, several turns": [
    SEVERAL,
    [CREATE, "Done.", CLOSE, "Done."],
    [CREATE, "Done.", "Done."],
  ],
};

describe("agents behind the reward service", () => {
  let server: RewardServer;
  const post = async (
    path: string,
    body: unknown,
  ): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(server.url + path, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };

  beforeAll(async () => {
    vi.stubEnv("M2RL_WORKPLACE", join(ROOT, "test/golden/workplace/tables"));
    vi.stubEnv("M2RL_BFCL", "");
    server = await startRewardServer({ workers: 1 });
  });
  afterAll(async () => {
    await server.close();
    vi.unstubAllEnvs();
  });

  test.each(Object.entries(CASES))(
    "%s: /verdicts says what gradeAgent says",
    async (_, [task, right, wrong]) => {
      for (const steps of [right, wrong]) {
        const { calls, ...verdict } = gradeAgent(task, steps);
        expect(calls.length + Number(steps === wrong)).toBeGreaterThan(0);
        expect(verdict.reward).toBe(steps === right ? 1 : 0);
        const turns = steps.map((text) => text + END);
        const row = { label: task, turns };
        expect((await post("/verdicts", row)).body).toEqual([verdict]);
        expect((await post("/rewards", row)).body).toBe(verdict.reward);
      }
    },
  );

  test.each(Object.entries(CASES))(
    "%s: /step answers until the episode is over, then with the same verdict",
    async (_, [task, steps]) => {
      for (let n = 1; n <= steps.length; n++) {
        const turns = steps.slice(0, n).map((text) => text + END);
        const { body } = await post("/step", { label: task, turns });
        if (n === steps.length)
          expect(body).toMatchObject({ verdict: { reward: 1 } });
        else
          expect(body).toMatchObject({
            messages: [{ role: expect.stringMatching(/^(?:tool|user)$/) }],
          });
      }
    },
  );

  test("/step says what the user says next", async () => {
    const turns = [CREATE + END, `Done.${END}`];
    expect((await post("/step", { label: SEVERAL, turns })).body).toEqual({
      messages: [{ role: "user", content: "It is gone." }],
    });
  });

  test("takes turns of several steps as m2rl verify does", async () => {
    const turns = [[CREATE, `Done.${END}`], [CLOSE + END]];
    const row = { label: SEVERAL, turns };
    expect((await post("/verdicts", row)).body).toEqual([
      { reward: 1, outcome: "correct" },
    ]);
    expect((await post("/rewards", { ...row, label: ASSISTANT })).body).toBe(0);
    expect(await post("/step", row)).toEqual({
      status: 422,
      body: { error: "rewards: turns of a step must be a list of texts" },
    });
    const cut = { ...row, turns: [[CREATE, "Done."], [CLOSE]] };
    expect((await post("/verdicts", cut)).body).toMatchObject([
      { outcome: "truncated" },
    ]);
  });

  test("a source that is not there is 503, and names the variable", async () => {
    const label = several("multi_turn_long_context_0", "long_context");
    const answer = await post("/rewards", { label, turns: [CREATE + END] });
    expect(answer).toEqual({
      status: 503,
      body: {
        error: expect.stringContaining("M2RL_BFCL names their folder"),
      },
    });
  });

  const broken = (task: Task, data: object): Task => ({
    ...task,
    data: { ...(task.data as object), ...data },
  });
  test.each([
    ["calls without names", broken(ASSISTANT, { calls: [{}] })],
    ["no data of the small world", { ...NANO, data: {} }],
    ["calls that are none", broken(NANO, { calls: [3] })],
    ["answers that are no list", broken(SINGLE, { answers: 3 })],
    ["an unknown function", broken(SINGLE, { answers: [{ x: { y: [1] } }] })],
    ["a parameter without type", broken(SINGLE, { functions: [{}] })],
    ["an unknown class", broken(SEVERAL, { involved_classes: ["No"] })],
    ["too few messages", broken(SEVERAL, { messages: ["a"] })],
    ["a call that is no call", broken(SEVERAL, { answers: [["("], []] })],
  ])("a label with %s is 422", async (_, label) => {
    const row = { label, turns: [`Done.${END}`] };
    expect((await post("/rewards", row)).status).toBe(422);
    expect((await post("/step", row)).status).toBe(422);
    expect(() => step(row)).toThrow(/agent|bfcl/);
  });
});
