/** `m2rl verify --domain agent`: the small workplace, the workplace assistant and BFCL, with what became of each call. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { main } from "../../src/cli.js";
import { readBfclTask, type Task } from "../../src/domains/index.js";
import { readRlRow } from "../../src/domains/files/index.js";
import { renderAssistant } from "../../src/tokenizer/index.js";
import type { ToolCall } from "../../src/tokenizer/message.js";
import { ROOT } from "../structure/sources.js";

const TABLES = join(ROOT, "test/golden/workplace/tables");

afterEach(() => {
  vi.unstubAllEnvs();
});

interface Ran {
  code: number;
  err: string;
  verdicts: Record<string, unknown>[];
}

async function verify(rows: unknown[]): Promise<Ran> {
  const file = join(mkdtempSync(join(tmpdir(), "verify-")), "a.jsonl");
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  let err = "";
  const code = await main(["verify", "--domain", "agent", file], {
    stdout: { write: () => true },
    stderr: { write: (text) => (err += text) },
  });
  const out = readFileSync(file.replace(".jsonl", ".verdicts.jsonl"), "utf8");
  const verdicts = out
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { code, err, verdicts };
}

const call = (name: string, args: Record<string, unknown>): ToolCall => ({
  name,
  arguments: args,
});
const text = (...toolCalls: ToolCall[]): string =>
  renderAssistant({ role: "assistant", content: "", reasoning: "", toolCalls });

/** A row of the published training file, on the small tables of the tests. */
function workplaceTask(): Task {
  const read = readRlRow(
    {
      where: "train.jsonl:1",
      row: {
        responses_create_params: {
          input: [{ role: "user", content: "Delete the boat check." }],
        },
        ground_truth: [
          {
            name: "calendar_delete_event",
            arguments: '{"event_id": "00000007"}',
          },
        ],
      },
    },
    0,
  );
  return (read as { task: Task }).task;
}

const DELETE = call("calendar_delete_event", { event_id: "00000007" });
const MORE = call("calendar_delete_event", { event_id: "00000002" });

test("m2rl verify --domain agent replays calls on the tables of the workplace assistant", async () => {
  vi.stubEnv("M2RL_WORKPLACE", TABLES);
  const task = workplaceTask();
  const repaired =
    "<tool_call>{'name': 'calendar_delete_event', 'arguments': {'event_id': '00000007'}}</tool_call>";
  const nope = call("calendar_delete_event", { id: "00000007" });
  const { code, verdicts } = await verify([
    { id: "right", task, turns: [text(nope), text(DELETE), "Done."] },
    { id: "repaired", task, completion: repaired },
    { id: "more", task, completion: text(DELETE, nope, call("nope", {})) },
    { id: "wrong", task, completion: text(DELETE, MORE) },
    { id: "none", task, completion: "Done." },
    { id: "cut", task, completion: text(DELETE), finish: "length" },
  ]);
  expect(code).toBe(0);
  expect(verdicts.map(({ id, outcome }) => [id, outcome])).toEqual([
    ["right", "right"],
    ["repaired", "right"],
    ["more", "right"],
    ["wrong", "wrong"],
    ["none", "noAnswer"],
    ["cut", "truncated"],
  ]);
  expect(verdicts[0]!.calls).toEqual([
    {
      turn: 1,
      name: "calendar_delete_event",
      error: "unexpected argument 'id'",
      repaired: false,
    },
    { turn: 2, name: "calendar_delete_event", error: null, repaired: false },
  ]);
  expect(verdicts[1]!.calls).toMatchObject([{ error: null, repaired: true }]);
});

test("m2rl verify --domain agent says which tables it lacks", async () => {
  vi.stubEnv("M2RL_WORKPLACE", "");
  const { code, err } = await verify([
    { task: workplaceTask(), completion: text(DELETE) },
  ]);
  expect([code, err]).toEqual([
    1,
    expect.stringContaining(
      "needs the tables of the workplace assistant; M2RL_WORKPLACE names their folder; the verdicts so far",
    ),
  ]);
});

test("m2rl verify --domain agent grades one turn and several turns of BFCL", async () => {
  const said = [{ role: "user", content: "Tidy up." }];
  const question = [said];
  const single = readBfclTask(
    "simple",
    {
      id: "a",
      question,
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
    { id: "a", ground_truth: [{ "boat.find": { name: ["Fox"] } }] },
  );
  const multi = readBfclTask(
    "multi_turn_base",
    {
      id: "b",
      question: [said, said],
      involved_classes: ["TicketAPI"],
      initial_config: { TicketAPI: { current_user: "mia" } },
    },
    {
      id: "b",
      ground_truth: [["create_ticket('Fog')"], ["close_ticket(ticket_id=1)"]],
    },
  );
  const create = text(call("create_ticket", { title: "Fog" }));
  const close = text(call("close_ticket", { ticket_id: 1 }));
  const early = text(call("close_ticket", { ticket_id: 9 }));
  const { verdicts } = await verify([
    { task: single, completion: text(call("boat_find", { name: "fox" })) },
    { task: single, completion: text(call("boat_find", { name: "wolf" })) },
    { task: multi, turns: [[create, "Done."], [close]] },
    { task: multi, turns: [[early, create], close] },
    { task: multi, turns: [[create]] },
    { task: multi, turns: [["Done."], ["Done."]] },
    { task: multi, turns: [create, "Done.", close] },
    { task: multi, turns: [create, close] },
  ]);
  expect(verdicts.map(({ outcome, detail }) => [outcome, detail])).toEqual([
    ["right", undefined],
    ["wrong", "name has another value"],
    ["right", undefined],
    ["right", undefined],
    ["wrong", "must have 2 turns, got 1"],
    ["noAnswer", "no tool call"],
    ["right", undefined],
    ["wrong", "must have 2 turns, got 1"],
  ]);
  expect(verdicts[3]!.calls).toMatchObject([
    { turn: 1, name: "close_ticket", error: null },
    { turn: 1, name: "create_ticket", error: null },
    { turn: 2, name: "close_ticket", error: null },
  ]);
});
