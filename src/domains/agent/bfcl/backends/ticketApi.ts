/** TicketAPI: the support tickets of a company. */
import {
  failure,
  field,
  method,
  number,
  text,
  truthy,
  type Backend,
} from "./backend.js";

type Ticket = Record<string, unknown>;

const EDITABLE: ReadonlySet<string> = new Set([
  "title",
  "description",
  "status",
  "priority",
]);

/** Start the tickets from a configuration. */
export function ticketApi(config: Readonly<Record<string, unknown>>): Backend {
  const queue = structuredClone(field<Ticket[]>(config, "ticket_queue", []));
  let counter = field(config, "ticket_counter", 1);
  let user = field<unknown>(config, "current_user", null);

  const found = (id: number, run: (ticket: Ticket) => unknown): unknown => {
    const ticket = queue.find((one) => one.id === id);
    return ticket === undefined ? failure(`no ticket ${id}`) : run(ticket);
  };
  const end = (
    ticket: Ticket,
    status: string,
    more: Ticket = {},
  ): { status: string } | { error: string } => {
    const id = String(ticket.id);
    if (ticket.status === status)
      return failure(`ticket ${id} is ${status} already`);
    Object.assign(ticket, { status }, more);
    return { status: `ticket ${id} is ${status} now` };
  };

  return {
    state: () => ({ queue, counter, user }),
    methods: {
      create_ticket: method<{
        title: string;
        description?: string;
        priority?: number;
      }>(
        ["title", "description?", "priority?"],
        ({ title, description = "", priority = 1 }) => {
          if (!truthy(user)) return failure("nobody is logged in");
          if (number(priority) < 1 || number(priority) > 5)
            return failure("the priority must be 1 to 5");
          const ticket = {
            id: counter++,
            title,
            description,
            status: "Open",
            priority,
            created_by: user,
          };
          queue.push(ticket);
          return ticket;
        },
      ),
      get_ticket: method<{ ticket_id: number }>(["ticket_id"], (given) =>
        found(given.ticket_id, (ticket) => ticket),
      ),
      close_ticket: method<{ ticket_id: number }>(["ticket_id"], (given) =>
        found(given.ticket_id, (ticket) => end(ticket, "Closed")),
      ),
      resolve_ticket: method<{ ticket_id: number; resolution: string }>(
        ["ticket_id", "resolution"],
        ({ ticket_id, resolution }) =>
          found(ticket_id, (ticket) => end(ticket, "Resolved", { resolution })),
      ),
      edit_ticket: method<{ ticket_id: number; updates: Ticket }>(
        ["ticket_id", "updates"],
        ({ ticket_id, updates }) =>
          found(ticket_id, (ticket) => {
            const wrong = Object.keys(updates).filter(
              (name) => !EDITABLE.has(name),
            );
            if (wrong.length > 0)
              return failure(`cannot edit ${wrong.join(", ")}`);
            for (const [name, value] of Object.entries(updates))
              if (value !== null) ticket[name] = value;
            return { status: `ticket ${ticket_id} is edited` };
          }),
      ),
      ticket_login: method<{ username: string; password: string }>(
        ["username", "password"],
        ({ username, password }) => {
          const success = truthy(username) && truthy(password);
          if (success) user = username;
          return { success };
        },
      ),
      ticket_get_login_status: method([], () => ({
        login_status: truthy(user),
      })),
      logout: method([], () => {
        const success = truthy(user);
        if (success) user = null;
        return { success };
      }),
      get_user_tickets: method<{ status?: string | null }>(
        ["status?"],
        ({ status = null }) =>
          truthy(user)
            ? queue.filter(
                (one) =>
                  one.created_by === user &&
                  (!truthy(status) ||
                    text(one.status).toLowerCase() ===
                      text(status).toLowerCase()),
              )
            : [failure("nobody is logged in")],
      ),
    },
  };
}
