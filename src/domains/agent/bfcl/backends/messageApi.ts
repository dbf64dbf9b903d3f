/** MessageAPI: messages between the users of a workspace. */
import {
  failure,
  field,
  mapOf,
  method,
  text,
  truthy,
  type Backend,
} from "./backend.js";
import { PythonRandom } from "./pythonRandom.js";

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

/** Start the messages from a configuration. */
export function messageApi(config: Readonly<Record<string, unknown>>): Backend {
  const random = new PythonRandom(field(config, "random_seed", 200191));
  const users = mapOf<string>(field<unknown>(config, "user_map", USERS));
  const inbox = structuredClone(field(config, "inbox", INBOX));
  const drawn = new Set<number>();
  let userCount = field(config, "user_count", 4);
  let messageCount = field(config, "message_count", 3);
  let user = field<unknown>(config, "current_user", null);

  const sent = (): [string, string][] =>
    inbox.map((message) => Object.entries(message)[0]!);
  const known = (id: string): boolean => [...users.values()].includes(id);
  const loggedIn = (run: () => unknown): unknown =>
    truthy(user) ? run() : failure("nobody is logged in");
  const newId = (): number => {
    let id = random.integer(10000, 99999);
    while (drawn.has(id)) id = random.integer(10000, 99999);
    drawn.add(id);
    return id;
  };

  return {
    state: () => ({
      drawn: [...drawn].sort((a, b) => a - b),
      userCount,
      users,
      inbox,
      messageCount,
      user,
    }),
    methods: {
      list_users: method([], () => ({ user_list: [...users.keys()] })),
      get_user_id: method<{ user: string }>(["user"], ({ user: name }) =>
        users.has(name)
          ? { user_id: users.get(name) }
          : failure(`no user ${name}`),
      ),
      message_login: method<{ user_id: string }>(["user_id"], ({ user_id }) => {
        if (!known(user_id))
          return { login_status: false, message: `no user id ${user_id}` };
        user = user_id;
        return { login_status: true, message: `${user_id} is logged in` };
      }),
      message_get_login_status: method([], () => ({
        login_status: truthy(user),
      })),
      send_message: method<{ receiver_id: string; message: string }>(
        ["receiver_id", "message"],
        ({ receiver_id, message }) =>
          loggedIn(() => {
            if (!known(receiver_id))
              return failure(`no receiver id ${receiver_id}`);
            const id = newId();
            inbox.push({ [receiver_id]: message });
            messageCount++;
            return {
              sent_status: true,
              message_id: { new_id: id },
              message: `sent to ${receiver_id}`,
            };
          }),
      ),
      delete_message: method<{ receiver_id: string }>(
        ["receiver_id"],
        ({ receiver_id }) =>
          loggedIn(() => {
            const all = sent();
            const last = all.map(([id]) => id).lastIndexOf(receiver_id);
            if (last < 0) return failure(`no receiver id ${receiver_id}`);
            // The first message that says the same is taken out.
            const first = all.findIndex(
              ([id, said]) => id === receiver_id && said === all[last]![1],
            );
            inbox.splice(first, 1);
            return {
              deleted_status: true,
              receiver_id,
              message: `deleted the latest message to ${receiver_id}`,
            };
          }),
      ),
      view_messages_sent: method([], () =>
        loggedIn(() => {
          const messages = new Map<string, string[]>();
          for (const [id, said] of sent())
            messages.set(id, [...(messages.get(id) ?? []), said]);
          return { messages: Object.fromEntries(messages) };
        }),
      ),
      add_contact: method<{ user_name: string }>(
        ["user_name"],
        ({ user_name }) => {
          if (users.has(user_name))
            return failure(`user ${user_name} exists already`);
          userCount++;
          const id = `USR${String(userCount).padStart(3, "0")}`;
          if (known(id)) return failure(`user id ${id} exists already`);
          users.set(user_name, id);
          return {
            added_status: true,
            user_id: id,
            message: `added ${user_name}`,
          };
        },
      ),
      search_messages: method<{ keyword: string }>(["keyword"], ({ keyword }) =>
        loggedIn(() => {
          const wanted = text(keyword).toLowerCase();
          return {
            results: sent()
              .filter(([, said]) => said.toLowerCase().includes(wanted))
              .map(([receiver_id, message]) => ({ receiver_id, message })),
          };
        }),
      ),
      get_message_stats: method([], () =>
        loggedIn(() => ({
          stats: {
            received_count: inbox.length,
            total_contacts: new Set(sent().map(([id]) => id)).size,
          },
        })),
      ),
    },
  };
}
