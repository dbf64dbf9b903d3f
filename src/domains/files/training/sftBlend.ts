/** Rows of the SFT training blend → chats. */
import { M2rlError, TaskError } from "../../../error.js";
import { readMessage } from "../../../tokenizer/index.js";
import type {
  ForeignMessage,
  Message,
  Tool,
} from "../../../tokenizer/message.js";
import type { PlacedRow } from "../streamRows.js";
import type { FixName, SkipReason } from "./fixes.js";
import type { Questions } from "./rlBlend.js";

/** A chat whose assistant turns are trained. */
export interface Demonstration {
  id: string;
  messages: Message[];
  /** Tools that the model is offered; absent where there are none. */
  tools?: Tool[];
}

/** What became of a row: a chat and the fixes that were made, or why there is none. */
export type SftRow =
  { demonstration: Demonstration; fixes: FixName[] } | { skipped: SkipReason };

/** Options of `readSftRow`. */
export interface SftRowOptions {
  /** Statements of programming problems; the name is `dataset/split`. Without it a row without its statement is an error. */
  questions?: Questions;
}

type Refuse = (why: string) => never;

/** A value, or what a text of JSON says. */
function parsed(value: unknown, what: string, refuse: Refuse): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return refuse(`${what} must be JSON`);
  }
}

function toolsOf(value: unknown, refuse: Refuse): Tool[] {
  const list = parsed(value ?? [], "tools", refuse);
  if (!Array.isArray(list)) return refuse("tools must be a list");
  return list.map((item: Record<string, unknown>) => {
    const tool = (item["function"] ?? item) as Partial<Tool>;
    if (typeof tool.name !== "string")
      return refuse("tools must have a name each");
    const { name, description = "", parameters = {} } = tool;
    return { name, description, parameters };
  });
}

function isEmpty({ role, content, reasoning, toolCalls }: Message): boolean {
  return (
    (role === "user" || role === "assistant") &&
    content.trim() === "" &&
    !reasoning &&
    (toolCalls?.length ?? 0) === 0
  );
}

class Reader {
  readonly fixes = new Set<FixName>();

  constructor(
    private readonly row: PlacedRow["row"],
    private readonly refuse: Refuse,
    private readonly questions: Questions | undefined,
  ) {}

  messages(): Message[] | null {
    const list = this.row["messages"];
    if (list === undefined || list === null) return null;
    if (!Array.isArray(list)) return this.refuse("messages must be a list");
    return list.length === 0
      ? null
      : list.map((message, i) => this.message(message as ForeignMessage, i));
  }

  private message(given: ForeignMessage, index: number): Message {
    const { role, tool_calls: calls } = given;
    let { content } = given;
    if (role === "tool" && typeof content !== "string") {
      content = JSON.stringify(content);
      this.fixes.add("toolText");
    }
    if (role === "user" && content === "-") content = this.statement();
    const whole = {
      ...given,
      content,
      tool_calls: parsed(calls, "tool_calls", this.refuse),
    } as ForeignMessage;
    const message = readMessage(whole, "readSftRow", index);
    if (message.reasoning && !given.reasoning && !given.reasoning_content)
      this.fixes.add("noReasoningTag");
    return message;
  }

  /** The statement of the problem that the row names. */
  private statement(): string {
    const { dataset, split, index } = this.row;
    const name = `${String(dataset)}/${String(split)}`;
    const found = this.questions?.(name, Number(index));
    if (found === undefined)
      return this.refuse(
        `only points to row ${JSON.stringify(index ?? null)} of ${name}; name the file that holds it (--fill)`,
      );
    this.fixes.add("codePlaceholder");
    return found;
  }
}

/**
 * Read one row of an SFT source (`nvidia/Nemotron-…-v1`, v2) in its published columns: `messages`, `tools` as a list or JSON text, and,
 * of programming problems, `dataset`, `split` and `index`, which say where the statement stands when the user message is only "-".
 *
 * Source: M2RL `data/process_sft_data.py` (`process_row`): which rows are left out, how statements are filled in.
 * Deviates: a statement that cannot be found is an error; there the dash stays.
 *
 * @throws TaskError a column is not of its form; names file and line
 * @example
 * readSftRow({ row: { messages: [] }, where: "part.jsonl:1" }) // { skipped: "noMessages" }
 */
export function readSftRow(
  { row, where }: PlacedRow,
  { questions }: SftRowOptions = {},
): SftRow {
  const refuse: Refuse = (why) => {
    throw new TaskError(`readSftRow: ${where}: ${why}`);
  };
  const reader = new Reader(row, refuse, questions);
  try {
    const messages = reader.messages();
    if (messages === null) return { skipped: "noMessages" };
    if (messages.some(isEmpty)) return { skipped: "emptyTurn" };
    const tools = toolsOf(row["tools"], refuse);
    const own = row["uuid"] ?? row["id"];
    const id = typeof own === "string" ? own : where;
    return {
      demonstration: { id, messages, ...(tools.length > 0 ? { tools } : {}) },
      fixes: [...reader.fixes],
    };
  } catch (error) {
    if (!(error instanceof M2rlError) || error.message.includes(where))
      throw error;
    return refuse(error.message);
  }
}
