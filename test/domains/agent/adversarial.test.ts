/** An agent's verifiers answer 100 kB of anything within 1 s of CPU, and what holds no right call earns nothing. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  BFCL_CLASSES,
  gradeAgent,
  loadWorkplace,
  readBfclTask,
  WORKPLACE,
  type Task,
} from "../../../src/domains/index.js";
import { Random } from "../../../src/random.js";
import { ROOT } from "../../structure/sources.js";

const SIZE = 100_000;
const fill = (unit: string): string =>
  unit.repeat(Math.ceil(SIZE / unit.length)).slice(0, SIZE);
const wrap = (open: string, inside: string, close: string): string => {
  const times = Math.floor(SIZE / (open.length + close.length));
  return open.repeat(times) + inside + close.repeat(times);
};
const call = (name: string, args: unknown): string =>
  `<tool_call>\n${JSON.stringify({ name, arguments: args })}\n</tool_call>\n`;

const question = [[{ role: "user", content: "Do it." }]];
const folder = { root: { boat: { type: "directory", contents: {} } } };
const TABLES = loadWorkplace(join(ROOT, "test/golden/workplace/tables"));

const TASKS: Readonly<Record<string, Task>> = {
  "the small workplace": {
    id: "nano",
    domain: "agent",
    kind: "workplace",
    prompt: "",
    data: {
      workplace: {
        directory: [{ name: "ana", email: "ana42" }],
        calendar: [],
        sent: [],
        tasks: [],
      },
      requests: [],
      calls: [{ name: "send", arguments: { to: "ana42", body: "harbour" } }],
    },
  },
  "the workplace assistant": {
    id: "work",
    domain: "agent",
    kind: "workplace",
    prompt: "",
    data: {
      calls: [
        {
          name: "email_send_email",
          arguments: {
            recipient: "mia.lund@tide.com",
            subject: "harbour",
            body: "fog",
          },
        },
      ],
    },
  },
  "BFCL, one turn": readBfclTask(
    "simple",
    {
      id: "single",
      question,
      function: [
        {
          name: "find",
          parameters: {
            properties: {
              name: { type: "string" },
              list: { type: "array", items: { type: "dict" } },
            },
            required: ["name"],
          },
        },
      ],
    },
    {
      id: "single",
      ground_truth: [{ find: { name: ["harbour"], list: [[{ a: [1] }], ""] } }],
    },
  ),
  "BFCL, several turns": readBfclTask(
    "multi_turn_base",
    {
      id: "multi",
      question,
      involved_classes: Object.keys(BFCL_CLASSES),
      initial_config: { GorillaFileSystem: folder },
    },
    { id: "multi", ground_truth: [["mkdir('harbour')"]] },
  ),
};

/** Texts of 100 kB, each of another kind. */
const FAMILIES: Readonly<Record<string, string>> = {
  "open tags": fill("<tool_call>"),
  "closed tags": fill("</tool_call>"),
  "empty calls": fill("<tool_call></tool_call>"),
  "open braces in a call": `<tool_call>${fill("{")}</tool_call>`,
  "nested lists in a call": `<tool_call>${wrap("[", "", "]")}</tool_call>`,
  "nested objects": `<tool_call>{"name": "find", "arguments": ${wrap('{"a":', "1", "}")}}</tool_call>`,
  "deep arguments": call("find", {
    name: "x",
    list: JSON.parse(wrap("[", "", "]").slice(49_000, 51_000)) as unknown,
  }),
  "quotes that never close": `<tool_call>{"name": "${fill("a")}`,
  backslashes: `<tool_call>{"name": "${fill("\\")}"}</tool_call>`,
  "a long name": call(fill("a"), {}),
  "a long text": call("find", { name: fill("ha ") }),
  "a long list": call("mean", { numbers: Array(30_000).fill(1.5) }),
  "Python's quotes": fill("<tool_call>{'name': 'ls', 'arguments': {}}"),
  "many calls": fill(call("ls", {})),
  "copies of a folder into itself": fill(
    call("mkdir", { dir_name: "a" }) +
      call("cp", { source: "a", destination: "a" }) +
      call("du", {}) +
      call("find", { path: "." }),
  ),
  "many digits": fill(
    call("square_root", { number: 2.0000000001, precision: 400 }) +
      call("logarithm", { value: 1e-300, base: 1e300, precision: 400 }) +
      call("round_number", { number: 1e-300, decimal_places: 400 }),
  ),
  "large powers": fill(call("power", { base: 1e200, exponent: 1e200 })),
  "a pattern that is slow": fill(
    call("calendar_search_events", { query: "(a+)+$" }) +
      call("project_management_search_tasks", { task_name: "(.*)*x" }),
  ),
  "names of prototypes": fill(
    '<tool_call>{"name": "__proto__", "arguments": {"constructor": 1}}</tool_call>',
  ),
  "think tags": fill("<think></think>"),
  "zero bytes": fill("\0"),
  "surrogate halves": fill("\ud800"),
  blanks: fill(" "),
  prose: fill("I call the tool now. "),
};

const isRight = (task: Task, text: string): boolean =>
  gradeAgent(task, [[text]], "stop", { tables: TABLES }).reward === 1;

/** Seconds of CPU that a call took; the clock alone would measure the machine's other work. */
function cpuSeconds(run: () => void): number {
  const { user, system } = process.cpuUsage();
  run();
  const spent = process.cpuUsage({ user, system });
  return (spent.user + spent.system) / 1e6;
}

describe.each(Object.entries(TASKS))("%s", (_, task) => {
  test.each(Object.entries(FAMILIES))(
    "answers 100 kB of %s within 1 s of CPU, and it is not right",
    (__, text) => {
      let right = true;
      // The first run compiles; the second shows what the text costs.
      isRight(task, text);
      const seconds = cpuSeconds(() => {
        right = isRight(task, text);
      });
      expect({ right, slow: seconds > 1 ? seconds : 0 }).toEqual({
        right: false,
        slow: 0,
      });
    },
  );

  test("gives nothing for calls none of which is right", () => {
    const random = new Random(3, `agent ${task.id}`);
    const tools = [WORKPLACE, ...Object.values(BFCL_CLASSES)].flatMap(
      ({ tools }) => Object.entries(tools),
    );
    const values = ["x", 1, 0.5, true, null, [], ["x"], {}, "00000001", "fog"];
    for (let i = 0; i < 400; i++) {
      const text = Array.from({ length: random.int(0, 4) }, () => {
        const [name, { parameters }] = random.pick(tools);
        const args = Object.keys(parameters).map((parameter) => [
          parameter,
          random.pick(values),
        ]);
        return call(name, Object.fromEntries(args));
      }).join("");
      expect({ text, right: isRight(task, text) }).toEqual({
        text,
        right: false,
      });
    }
  });
});
