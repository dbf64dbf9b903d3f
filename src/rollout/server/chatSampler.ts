/** A model that only answers chats, as a sampler: the server renders the prompt, and gives text without token ids. */
import {
  spec,
  turnLimit,
  taskMessages,
  type FinishReason,
  type Task,
} from "../../domains/index.js";
import { InfrastructureError } from "../../error.js";
import {
  IM_END,
  renderToolResults,
  type Message,
} from "../../tokenizer/index.js";
import { Episode } from "../episode.js";
import type { Rollout, RolloutOptions } from "../rollout.js";
import type { Sampler } from "../sampler.js";
import {
  readChatAnswer,
  type ChatAnswer,
  type ChatCall,
} from "./chatAnswer.js";
import { Client } from "./client.js";
import { findModel, NEUTRAL, type Abilities } from "./probe.js";
import { rowStream } from "./rowStream.js";
import { seedOf } from "./seedOf.js";
import type { ServerOptions, ServerUse } from "./serverSampler.js";

type ChatMessage = Record<string, unknown>;

/** What a chat can be asked for beyond its text. */
export type ChatAbilities = Pick<Abilities, "seed" | "neutral">;

/** What the environment says, as the server takes it: results carry the ids of their calls, where the server took those out of the text. */
function toSend(
  results: readonly Message[],
  calls: readonly ChatCall[],
): ChatMessage[] {
  return results.map(({ role, content }, i) =>
    role === "tool"
      ? {
          role,
          tool_call_id: (calls[i] ?? calls.at(-1))?.id ?? `call_${i}`,
          content,
        }
      : { role, content },
  );
}

/**
 * A server's model that is asked by chats. It has no token ids, so `decode` and `score` refuse.
 *
 * @example
 * const sampler = await connectChat("http://127.0.0.1:8392");
 * await evaluate.evaluateWith(sampler, "aime24", { items: 2, samples: 1 });
 * sampler.close();
 */
export class ChatSampler implements Sampler {
  readonly batch = 1;
  readonly ahead: number;
  private readonly used = { requests: 0, promptTokens: 0, sampledTokens: 0 };

  constructor(
    private readonly client: Client,
    private readonly model: string,
    readonly identity: string,
    /** What the server can do, as a probe found it. */
    readonly abilities: ChatAbilities,
    concurrency: number,
  ) {
    this.ahead = 2 * concurrency;
  }

  /** What the server was asked so far. */
  get use(): ServerUse {
    return { ...this.used, retried: this.client.retried };
  }

  /** @throws RangeError always */
  decode(): string {
    throw new RangeError(
      "server: a chat gives no token ids that could be kept",
    );
  }

  /** @throws RangeError always */
  score(): Promise<Float32Array[]> {
    return Promise.reject(
      new RangeError(
        "server: a chat gives no log-probabilities of given tokens; ask a server that takes completions",
      ),
    );
  }

  /** Let go of the connections. */
  close(): void {
    this.client.close();
  }

  async rollouts(
    tasks: readonly Task[],
    options: RolloutOptions,
  ): Promise<Rollout[]> {
    const name = rowStream(options);
    let graded = 0;
    const settled = await Promise.allSettled(
      tasks.map(async (task, row) => {
        const episode = new Episode(task);
        const rollout = await this.follow(episode, name(row), options);
        graded += episode.seconds;
        return rollout;
      }),
    );
    const results = settled.map((result) => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    });
    options.onGraded?.(graded);
    return results;
  }

  /** From a task to its rollout, turn by turn. */
  private async follow(
    episode: Episode,
    stream: string,
    options: RolloutOptions,
  ): Promise<Rollout> {
    const { task } = episode;
    const messages: ChatMessage[] = taskMessages(task).map((own) => ({
      ...own,
    }));
    let counted = 0;
    let transcript = "";
    let finish: FinishReason;
    for (;;) {
      const name =
        episode.turns === 0 ? stream : `${stream}/turn ${episode.turns}`;
      const answer = await this.ask(task, messages, name, options);
      ({ finish } = answer);
      counted += answer.usage.completion;
      transcript += finish === "stop" ? answer.text + IM_END : answer.text;
      const results = episode.answer(answer.text, finish);
      if (results === null) break;
      transcript += renderToolResults(results);
      messages.push(answer.message, ...toSend(results, answer.calls));
    }
    const { text, turns } = episode;
    const none = { promptTokens: [], tokens: [], sampled: [], logprobs: [] };
    const verdict = episode.verdict(finish);
    return { task, ...none, counted, text, transcript, verdict, finish, turns };
  }

  private async ask(
    task: Task,
    messages: readonly ChatMessage[],
    stream: string,
    { seed, temperature = 1, topP = 1 }: RolloutOptions,
  ): Promise<ChatAnswer> {
    const { tools } = spec(task.domain);
    const listed = tools?.(task) ?? [];
    const { status, body, text } = await this.client.ask(
      "POST",
      "/v1/chat/completions",
      {
        ...{ model: this.model, messages, temperature, top_p: topP },
        ...(this.abilities.neutral && NEUTRAL),
        max_tokens: turnLimit(task),
        seed: seedOf(seed, stream),
        ...(listed.length > 0 && {
          tools: listed.map((own) => ({ type: "function", function: own })),
        }),
      },
    );
    if (status !== 200) throw refused(this.client.url, status, text);
    const answer = this.client.read(body, readChatAnswer);
    this.used.requests++;
    this.used.promptTokens += answer.usage.prompt;
    this.used.sampledTokens += answer.usage.completion;
    return answer;
  }
}

function refused(
  url: string,
  status: number,
  text: string,
): InfrastructureError {
  return new InfrastructureError(
    `server: ${url} must take a request for a chat, got status ${status}: ${text.slice(0, 300)}`,
  );
}

/** Ask twice with one seed, very hot, so that equal texts cannot be chance. */
async function probeChat(
  client: Client,
  model: string,
): Promise<ChatAbilities> {
  const post = (fields: object) =>
    client.ask("POST", "/v1/chat/completions", {
      ...{ model, temperature: 2, top_p: 1, max_tokens: 24, seed: 7 },
      messages: [{ role: "user", content: "Say some words." }],
      ...fields,
    });
  const textOf = ({ status, body, text }: Awaited<ReturnType<typeof post>>) => {
    if (status !== 200) throw refused(client.url, status, text);
    return client.read(body, readChatAnswer).text;
  };
  let first = await post(NEUTRAL);
  const neutral = first.status === 200;
  if (!neutral) first = await post({});
  const own = textOf(first);
  const again = await post(neutral ? NEUTRAL : {});
  return { neutral, seed: own === textOf(again) };
}

/**
 * Connect to a server that is asked by `/v1/chat/completions`: for models whose template only the server knows, and for servers that
 * have nothing else. One request a sample, since the tokens of several choices are counted together.
 *
 * @param url  base URL, with or without `/v1`
 * @throws InfrastructureError the server does not answer, or ignores seeds · RangeError it does not have the model
 * @example
 * const server = await connectChat("http://127.0.0.1:8392", { concurrency: 8 });
 * server.close();
 */
export async function connectChat(
  url: string,
  { model, unseeded = false, ...options }: ServerOptions = {},
): Promise<ChatSampler> {
  const client = new Client(url, options);
  const found = await findModel(client, model);
  const abilities = await probeChat(client, found.name);
  const { seed } = abilities;
  if (!seed && !unseeded)
    throw new InfrastructureError(
      `server: ${client.url} must honour seeds, got two answers to one seed; --unseeded accepts it`,
    );
  const identity = `${found.identity}, by chat${seed ? "" : ", seeds ignored"}`;
  const { concurrency = 16 } = options;
  return new ChatSampler(client, found.name, identity, abilities, concurrency);
}
