/** Models of a study behind a server: which one answers for which model. */
import { join } from "node:path";
import {
  connectChat,
  connectServer,
  localSampler,
  type Sampler,
} from "../../../rollout/index.js";
import { loadPolicy } from "../../../model/index.js";
import type { Job } from "../../run/job.js";
import { Tokenizer } from "../../../tokenizer/index.js";
import {
  flag,
  object,
  optional,
  text,
  withDefault,
  type Field,
} from "../../spec/field.js";
import { positive } from "../../spec/values.js";

/** Where models are asked; what it says never changes what is asked. */
export interface ServerPlace {
  /** Base URL; `{model}` and `{seed}` stand for those of the stage. */
  url: string;
  /** Name of the model there, with the same variables. */
  model: string;
  /** Most requests at a time; default 16. */
  concurrency?: number;
  /** Accept a server that ignores seeds; default false. */
  unseeded?: boolean;
  /** Ask by chats, whose prompts the server renders; default false. */
  chat?: boolean;
}

/** Fields of `ServerPlace`. */
export const serverPlace: Field<ServerPlace> = object<ServerPlace>({
  url: text(/^https?:\/\/\S+$/, "a URL of http or https"),
  model: withDefault(text(/./, "the name of a model"), "{model}"),
  concurrency: optional(positive),
  unseeded: optional(flag),
  chat: optional(flag),
});

/** The server of the measure that a stage belongs to, as the study names it now; undefined where our decoder answers. */
export function serverOf({ stage, study }: Job): ServerPlace | undefined {
  const owner = study.measures.find(
    ({ name, by }) =>
      by === stage.kind && stage.id.startsWith(`seed${stage.seed}/${name}/`),
  );
  return (owner?.options as { server?: ServerPlace } | undefined)?.server;
}

/** A sampler, what is told of it in a note, and how it is let go. */
export interface Opened {
  sampler: Sampler;
  facts(): object;
  close(): void;
}

/**
 * Open a model: here, or behind the server that a study names for it. A server's token is that of the environment variable M2RL_TOKEN.
 *
 * @param folder  of the model; behind a server only its tokenizer is read
 * @throws InfrastructureError the server does not answer, or ignores seeds · RangeError it does not have the model
 */
export async function openModel(
  folder: string,
  hash: string,
  place: ServerPlace | undefined,
  values: { model: string; seed: number },
): Promise<Opened> {
  if (place === undefined) {
    const { policy, tokenizer } = loadPolicy(folder);
    return {
      sampler: localSampler(policy, tokenizer, hash),
      facts: () => ({}),
      close: () => policy.dispose(),
    };
  }
  const filled = (pattern: string): string =>
    pattern
      .replaceAll("{model}", values.model)
      .replaceAll("{seed}", String(values.seed));
  const { url, model, chat = false, ...own } = place;
  const options = {
    ...own,
    model: filled(model),
    token: process.env["M2RL_TOKEN"],
  };
  const server = chat
    ? await connectChat(filled(url), options)
    : await connectServer(
        filled(url),
        Tokenizer.fromFile(join(folder, "tokenizer.json")),
        options,
      );
  return {
    sampler: server,
    facts: () => ({
      server: {
        identity: server.identity,
        ...server.abilities,
        ...server.use,
      },
    }),
    close: () => server.close(),
  };
}
