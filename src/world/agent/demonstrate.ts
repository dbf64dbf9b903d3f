/** The noisy demonstrator of agent tasks: looks things up and plans when careful, guesses when terse. */
import { agentData, type WorkRequest } from "../../domains/agent/data.js";
import { environment } from "../../domains/agent/environment.js";
import type { Environment, Task } from "../../domains/index.js";
import type { Random } from "../../random.js";
import { renderAssistant } from "../../tokenizer/index.js";
import type { Message, ToolCall } from "../../tokenizer/message.js";
import { step } from "../slip.js";
import type { DemonstrationOptions } from "../spec.js";
import { BODIES, TITLES } from "./generate.js";

/** A terse demonstrator skips a look-up, or does the sum of a new hour wrongly, this often. */
const GUESS = 0.5;

/** One episode being written. */
class Episode {
  readonly messages: Message[] = [];
  private readonly environment: Environment;

  constructor(
    task: Task,
    readonly random: Random,
    readonly options: DemonstrationOptions,
  ) {
    this.environment = environment(task);
  }

  /** Call a tool and return its result; the reasoning is left out when terse. */
  call(
    reasoning: string,
    name: string,
    args: ToolCall["arguments"],
  ): Record<string, unknown> {
    const turn: Message = {
      role: "assistant",
      content: "",
      reasoning: this.options.careful ? reasoning : "",
      toolCalls: [{ name, arguments: args }],
    };
    const results = this.environment.step(renderAssistant(turn)) ?? [];
    this.messages.push(turn, ...results);
    return JSON.parse(results[0]?.content ?? "{}") as Record<string, unknown>;
  }

  /** Whether this is a moment where a terse demonstrator guesses. */
  guesses(): boolean {
    return !this.options.careful && this.random.chance(GUESS);
  }

  /** Whether something goes wrong here. */
  slips(factor = 1): boolean {
    return (
      this.options.slip > 0 && this.random.chance(factor * this.options.slip)
    );
  }

  /** How often an hour comes out wrong. */
  slipRate(): number {
    return this.options.careful ? this.options.slip : GUESS;
  }

  email(person: string): string {
    if (this.guesses()) return `${person}${this.random.int(10, 99)}`;
    return String(this.call(`find ${person}`, "find", { name: person }).email);
  }

  event(name: string): { id: number; hour: number } {
    if (this.guesses())
      return { id: this.random.int(10, 99), hour: this.random.int(8, 14) };
    const { id, hour } = this.call(`event ${name}`, "event", { name });
    return { id: Number(id), hour: Number(hour) };
  }

  fulfil(request: WorkRequest): void {
    switch (request.kind) {
      case "mail": {
        const to = this.email(request.person);
        const body = this.slips() ? this.random.pick(BODIES) : request.body;
        this.call(`send ${to}`, "send", { to, body });
        break;
      }
      case "task": {
        const to = this.email(request.person);
        const title = this.slips() ? this.random.pick(TITLES) : request.title;
        this.call(`task ${to}`, "task", { to, title });
        break;
      }
      case "move": {
        const { id, hour } = this.event(request.event);
        const later = step(hour + request.hours, this.random, this.slipRate());
        const sign = request.hours > 0 ? "+" : "-";
        this.call(`${hour}${sign}${Math.abs(request.hours)}=${later}`, "move", {
          id,
          hour: later,
        });
        break;
      }
      case "cancel": {
        const { id } = this.event(request.event);
        this.call(`cancel ${id}`, "cancel", { id });
        break;
      }
      case "invite": {
        const { id } = this.event(request.event);
        const to = this.email(request.person);
        this.call(`invite ${id} ${to}`, "invite", { id, to });
        break;
      }
      case "follow": {
        const { hour } = this.event(request.other);
        const { id } = this.event(request.event);
        const later = step(hour + request.hours, this.random, this.slipRate());
        this.call(`${hour}+${request.hours}=${later}`, "move", {
          id,
          hour: later,
        });
        break;
      }
      case "report": {
        const { hour } = this.event(request.event);
        const to = this.email(request.person);
        const said = step(hour, this.random, this.slipRate());
        this.call(`send ${to}`, "send", { to, body: String(said) });
        break;
      }
      case "decide": {
        const { id, hour } = this.event(request.event);
        const before = hour < request.before !== this.slips();
        const seen = `${hour}${before ? "<" : ">="}${request.before}`;
        if (before) this.call(`${seen} cancel ${id}`, "cancel", { id });
        else {
          const later = hour + 1;
          this.call(`${seen} ${hour}+1=${later}`, "move", { id, hour: later });
        }
        break;
      }
    }
  }
}

/**
 * Write an episode: the turns of the assistant with the results that the tools really give.
 *
 * Careful: a line of reasoning and a look-up before each change. Terse: no reasoning, and half of the look-ups guessed. Slips
 * change a text or an hour, or forget the second request.
 */
export function demonstrate(
  task: Task,
  random: Random,
  options: DemonstrationOptions,
): Message[] {
  const episode = new Episode(task, random, options);
  const { requests } = agentData(task);
  const forgets = requests.length > 1 && episode.slips(1.5);
  for (const request of forgets ? requests.slice(0, 1) : requests)
    episode.fulfil(request);
  return [
    ...episode.messages,
    { role: "assistant", content: "Done.", reasoning: "" },
  ];
}
