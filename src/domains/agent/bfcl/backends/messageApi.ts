/** MessageAPI: messages between the users of a workspace. */
import {
  bfclClass,
  failure,
  field,
  mapOf,
  methodsOf,
  text,
  truthy,
  type BfclClass,
} from "./bfclClass.js";
import { PythonRandom } from "./pythonRandom.js";

interface Messages {
  random: PythonRandom;
  generated_ids: Set<number>;
  user_count: number;
  user_map: Map<string, string>;
  /** One entry each: who receives it, and what it says. */
  inbox: Record<string, string>[];
  message_count: number;
  current_user: unknown;
}

const USERS = {
  Alice: "USR001",
  Bob: "USR002",
  Catherine: "USR003",
  Daniel: "USR004",
};
const INBOX: Record<string, string>[] = [
  { USR002: "My name is Alice. I want to connect." },
  { USR003: "Could you upload the file?" },
  { USR004: "Could you upload the file?" },
];

const method = methodsOf<Messages>();

const sent = ({ inbox }: Messages): [string, string][] =>
  inbox.map((message) => Object.entries(message)[0]!);
const known = ({ user_map }: Messages, id: string): boolean =>
  [...user_map.values()].includes(id);
const loggedIn = ({ current_user }: Messages, run: () => unknown): unknown =>
  truthy(current_user) ? run() : failure("nobody is logged in");

function newId({ random, generated_ids }: Messages): number {
  let id = random.integer(10000, 99999);
  while (generated_ids.has(id)) id = random.integer(10000, 99999);
  generated_ids.add(id);
  return id;
}

const USING = {
  list_users: method([], ({ user_map }) => ({
    user_list: [...user_map.keys()],
  })),
  get_user_id: method<{ user: string }>(["user"], ({ user_map }, { user }) =>
    user_map.has(user)
      ? { user_id: user_map.get(user) }
      : failure(`no user ${user}`),
  ),
  message_login: method<{ user_id: string }>(
    ["user_id"],
    (state, { user_id }) => {
      if (!known(state, user_id))
        return { login_status: false, message: `no user id ${user_id}` };
      state.current_user = user_id;
      return { login_status: true, message: `${user_id} is logged in` };
    },
  ),
  message_get_login_status: method([], ({ current_user }) => ({
    login_status: truthy(current_user),
  })),
  add_contact: method<{ user_name: string }>(
    ["user_name"],
    (state, { user_name }) => {
      if (state.user_map.has(user_name))
        return failure(`user ${user_name} exists already`);
      state.user_count++;
      const id = `USR${String(state.user_count).padStart(3, "0")}`;
      if (known(state, id)) return failure(`user id ${id} exists already`);
      state.user_map.set(user_name, id);
      return { added_status: true, user_id: id, message: `added ${user_name}` };
    },
  ),
};

const WRITING = {
  send_message: method<{ receiver_id: string; message: string }>(
    ["receiver_id", "message"],
    (state, { receiver_id, message }) =>
      loggedIn(state, () => {
        if (!known(state, receiver_id))
          return failure(`no receiver id ${receiver_id}`);
        const id = newId(state);
        state.inbox.push({ [receiver_id]: message });
        state.message_count++;
        return {
          sent_status: true,
          message_id: { new_id: id },
          message: `sent to ${receiver_id}`,
        };
      }),
  ),
  delete_message: method<{ receiver_id: string }>(
    ["receiver_id"],
    (state, { receiver_id }) =>
      loggedIn(state, () => {
        const all = sent(state);
        const last = all.map(([id]) => id).lastIndexOf(receiver_id);
        if (last < 0) return failure(`no receiver id ${receiver_id}`);
        // The first message that says the same is taken out.
        const first = all.findIndex(
          ([id, said]) => id === receiver_id && said === all[last]![1],
        );
        state.inbox.splice(first, 1);
        return {
          deleted_status: true,
          receiver_id,
          message: `deleted the latest message to ${receiver_id}`,
        };
      }),
  ),
};

const READING = {
  view_messages_sent: method([], (state) =>
    loggedIn(state, () => {
      const messages = new Map<string, string[]>();
      for (const [id, said] of sent(state))
        messages.set(id, [...(messages.get(id) ?? []), said]);
      return { messages: Object.fromEntries(messages) };
    }),
  ),
  search_messages: method<{ keyword: string }>(
    ["keyword"],
    (state, { keyword }) =>
      loggedIn(state, () => {
        const wanted = text(keyword).toLowerCase();
        return {
          results: sent(state)
            .filter(([, said]) => said.toLowerCase().includes(wanted))
            .map(([receiver_id, message]) => ({ receiver_id, message })),
        };
      }),
  ),
  get_message_stats: method([], (state) =>
    loggedIn(state, () => ({
      stats: {
        received_count: state.inbox.length,
        total_contacts: new Set(sent(state).map(([id]) => id)).size,
      },
    })),
  ),
};

/** The class MessageAPI. */
export const messageApi: BfclClass<Messages> = bfclClass<Messages>({
  name: "MessageAPI",
  start: (config) => ({
    random: new PythonRandom(field(config, "random_seed", 200191)),
    generated_ids: new Set(),
    user_count: field(config, "user_count", 4),
    user_map: mapOf(field<unknown>(config, "user_map", USERS)),
    inbox: structuredClone(field(config, "inbox", INBOX)),
    message_count: field(config, "message_count", 3),
    current_user: field<unknown>(config, "current_user", null),
  }),
  tools: { ...USING, ...WRITING, ...READING },
  compared: ({ random: _, generated_ids, ...rest }) => ({
    ...rest,
    generated_ids: [...generated_ids].sort((a, b) => a - b),
  }),
});
