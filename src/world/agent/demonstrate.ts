/** The noisy demonstrator of agent tasks: looks things up and plans when careful, guesses when terse. */
import { agentData, type WorkRequest } from "../../domains/agent/data.js";
import { agentEpisode } from "../../domains/agent/environment.js";
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
    this.environment = agentEpisode(task);
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

  /** Whether this is a look-up that the demonstrator guesses instead: each one by a shortcut, some when terse. */
  guesses(): boolean {
    const { careful, shortcut = false } = this.options;
    return shortcut || (!careful && this.random.chance(GUESS));
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

  /** An hour worked out in the reasoning, and the event moved there. */
  move(id: number, seen: string, hour: number, by: number): void {
    const later = step(hour + by, this.random, this.slipRate());
    const sum = `${hour}${by > 0 ? "+" : "-"}${Math.abs(by)}=${later}`;
    this.call(`${seen}${sum}`, "move", { id, hour: later });
  }
}

type Request<Kind> = Extract<WorkRequest, { kind: Kind }>;

/** How each kind of request is done. */
const FULFIL: {
  readonly [Kind in WorkRequest["kind"]]: (
    episode: Episode,
    request: Request<Kind>,
  ) => void;
} = {
  mail(episode, { person, body }) {
    const to = episode.email(person);
    const text = episode.slips() ? episode.random.pick(BODIES) : body;
    episode.call(`send ${to}`, "send", { to, body: text });
  },
  task(episode, { person, title }) {
    const to = episode.email(person);
    const text = episode.slips() ? episode.random.pick(TITLES) : title;
    episode.call(`task ${to}`, "task", { to, title: text });
  },
  move(episode, { event, hours }) {
    const { id, hour } = episode.event(event);
    episode.move(id, "", hour, hours);
  },
  cancel(episode, { event }) {
    const { id } = episode.event(event);
    episode.call(`cancel ${id}`, "cancel", { id });
  },
  invite(episode, { event, person }) {
    const { id } = episode.event(event);
    const to = episode.email(person);
    episode.call(`invite ${id} ${to}`, "invite", { id, to });
  },
  follow(episode, { event, other, hours }) {
    const { hour } = episode.event(other);
    const { id } = episode.event(event);
    episode.move(id, "", hour, hours);
  },
  report(episode, { event, person }) {
    const { hour } = episode.event(event);
    const to = episode.email(person);
    const said = step(hour, episode.random, episode.slipRate());
    episode.call(`send ${to}`, "send", { to, body: String(said) });
  },
  decide(episode, { event, before }) {
    const { id, hour } = episode.event(event);
    const early = hour < before !== episode.slips();
    const seen = `${hour}${early ? "<" : ">="}${before} `;
    if (early) episode.call(`${seen}cancel ${id}`, "cancel", { id });
    else episode.move(id, seen, hour, 1);
  },
};

function fulfil<Kind extends WorkRequest["kind"]>(
  episode: Episode,
  request: Request<Kind> & { kind: Kind },
): void {
  FULFIL[request.kind](episode, request);
}

/**
 * Write an episode: the turns of the assistant with the results that the tools really give.
 *
 * Careful: a line of reasoning and a look-up before each change. Shortcut: reasoning, but nothing looked up. Terse: guesses
 * without reasoning. Slips
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
    fulfil(episode, request);
  return [
    ...episode.messages,
    { role: "assistant", content: "Done.", reasoning: "" },
  ];
}
