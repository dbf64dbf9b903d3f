/** Tools for project tasks and for customers. */
import {
  bounded,
  containing,
  given,
  nextId,
  page,
  text,
  type Arguments,
} from "./arguments.js";
import {
  append,
  find,
  remove,
  update,
  type Row,
  type WorkplaceTables,
} from "./tables.js";
import { parameters, reading, writing, type WorkplaceTool } from "./tool.js";

type Change = string | [string, Partial<WorkplaceTables>];

const LISTS = ["Backlog", "In Progress", "In Review", "Completed"];
const BOARDS = ["Back end", "Front end", "Design"];
const STATUSES = ["Qualified", "Won", "Lost", "Lead", "Proposal"];
const PRODUCTS = ["Software", "Hardware", "Services", "Consulting", "Training"];
const CUSTOMER_FIELDS = [
  "customer_name",
  "assigned_to_email",
  "customer_email",
  "customer_phone",
  "last_contact_date",
  "product_interest",
  "status",
  "notes",
  "follow_up_by",
];

const quoted = (names: readonly string[]): string =>
  names.map((name) => `'${name}'`).join(", ");
const NO_LIST = `List not valid. Please choose from: ${quoted(LISTS)}.`;
const NO_BOARD = `Board not valid. Please choose from: ${quoted(BOARDS)}.`;
const NO_ASSIGNEE =
  "Assignee email not valid. Please choose from the list of team members.";

const isAssignee = ({ tasks }: WorkplaceTables, email: string): boolean =>
  tasks.rows.some(
    ({ cells }) =>
      typeof cells.assigned_to_email === "string" &&
      cells.assigned_to_email.toLowerCase() === email,
  );

function searchTasks({ tasks }: WorkplaceTables, args: Arguments): unknown {
  const email = args.assigned_to_email;
  const fields = ["task_name", "list_name", "due_date", "board"];
  if (!given(email) && !fields.some((field) => given(args[field])))
    return "No search parameters provided.";
  if (
    given(email) &&
    !/^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}\n?$/.test(text(email))
  )
    return "Invalid email format for assigned_to_email.";
  let rows: readonly Row[] = tasks.rows;
  if (given(email))
    rows = rows.filter(
      ({ cells }) =>
        String(cells.assigned_to_email).toLowerCase() ===
        text(email).toLowerCase(),
    );
  for (const field of fields)
    if (given(args[field])) rows = containing(rows, field, args[field], true);
  return rows.map(({ cells }) => cells);
}

function createTask(tables: WorkplaceTables, args: Arguments): Change {
  const fields = [
    "task_name",
    "assigned_to_email",
    "list_name",
    "due_date",
    "board",
  ];
  if (!fields.every((field) => given(args[field])))
    return "Missing task details.";
  const email = text(args.assigned_to_email).toLowerCase();
  if (!isAssignee(tables, email)) return NO_ASSIGNEE;
  if (!LISTS.includes(args.list_name as string)) return NO_LIST;
  if (!BOARDS.includes(args.board as string)) return NO_BOARD;
  const id = nextId(tables.tasks.rows, "task_id");
  const { task_name, list_name, due_date, board } = args;
  const cells = {
    task_id: id,
    task_name,
    assigned_to_email: email,
    list_name,
    due_date,
    board,
  };
  return [id, { tasks: append(tables.tasks, cells, true) }];
}

function updateTask(
  tables: WorkplaceTables,
  { task_id: id, field, new_value: value }: Arguments,
): Change {
  if (!given(id) || !given(field) || !given(value))
    return "Task ID, field, or new value not provided.";
  const cell =
    field === "assigned_to_email" ? text(value).toLowerCase() : value;
  if (field === "board" && !BOARDS.includes(cell as string)) return NO_BOARD;
  if (field === "list_name" && !LISTS.includes(cell as string)) return NO_LIST;
  if (field === "assigned_to_email" && !isAssignee(tables, cell as string))
    return NO_ASSIGNEE;
  const { tasks } = tables;
  if (find(tasks, "task_id", id) === undefined) return "Task not found.";
  if (!tasks.columns.includes(field as string)) return "Field not valid.";
  return [
    "Task updated successfully.",
    { tasks: update(tasks, "task_id", id, field as string, cell) },
  ];
}

function searchCustomers(
  { customers }: WorkplaceTables,
  args: Arguments,
): unknown {
  const matched = [
    "customer_name",
    "customer_email",
    "product_interest",
    "status",
    "assigned_to_email",
  ];
  const bounds = [
    ["last_contact_date_min", "last_contact_date", "from"],
    ["last_contact_date_max", "last_contact_date", "to"],
    ["follow_up_by_min", "follow_up_by", "from"],
    ["follow_up_by_max", "follow_up_by", "to"],
  ] as const;
  if (
    ![...matched, ...bounds.map(([name]) => name)].some((name) =>
      given(args[name]),
    )
  )
    return "No search parameters provided. Please provide at least one parameter.";
  let rows: readonly Row[] = customers.rows;
  for (const field of matched)
    if (given(args[field])) rows = containing(rows, field, args[field], true);
  for (const [name, column, side] of bounds)
    if (given(args[name])) rows = bounded(rows, column, args[name], side);
  return page(rows, "customers", args);
}

function updateCustomer(
  { customers }: WorkplaceTables,
  { customer_id: id, field, new_value: value }: Arguments,
): Change {
  if (!given(id) || !given(field) || !given(value))
    return "Customer ID, field, or new value not provided.";
  if (field === "status" && !STATUSES.includes(value as string))
    return `Status not valid. Please choose from: ${quoted(STATUSES)}`;
  if (field === "product_interest" && !PRODUCTS.includes(value as string))
    return `Product interest not valid. Please choose from: ${quoted(PRODUCTS)}`;
  const cell =
    field === "customer_email" || field === "assigned_to_email"
      ? text(value).toLowerCase()
      : value;
  if (find(customers, "customer_id", id) === undefined)
    return "Customer not found.";
  if (!customers.columns.includes(field as string))
    return `Field not valid. Please choose from: ${quoted(CUSTOMER_FIELDS)}`;
  return [
    "Customer updated successfully.",
    { customers: update(customers, "customer_id", id, field as string, cell) },
  ];
}

function addCustomer({ customers }: WorkplaceTables, args: Arguments): Change {
  if (
    !["customer_name", "assigned_to_email", "status"].every((field) =>
      given(args[field]),
    )
  )
    return "Please provide all required fields: customer_name, assigned_to_email, status.";
  const email = args.customer_email;
  const id = nextId(customers.rows, "customer_id");
  const cells = {
    ...Object.fromEntries(
      CUSTOMER_FIELDS.map((field) => [field, args[field] ?? null]),
    ),
    customer_id: id,
    assigned_to_email: text(args.assigned_to_email).toLowerCase(),
    customer_email: given(email) ? text(email).toLowerCase() : (email ?? null),
    // A note that is not given is an empty text; one that is given as null is missing.
    notes: args.notes === undefined ? "" : args.notes,
  };
  return [id, { customers: append(customers, cells, true) }];
}

/** Tools for project tasks and customers, by name. */
export const OFFICE_TOOLS: Readonly<Record<string, WorkplaceTool>> = {
  project_management_get_task_information_by_id: reading(
    "Read one field of a task.",
    parameters("task_id field"),
    ({ tasks }, { task_id: id, field }) => {
      if (!given(id)) return "Task ID not provided.";
      if (!given(field)) return "Field not provided.";
      const row = find(tasks, "task_id", id);
      if (row === undefined) return "Task not found.";
      return tasks.columns.includes(field as string)
        ? { [field as string]: row.cells[field as string] }
        : "Field not found.";
    },
  ),
  project_management_search_tasks: reading(
    "Find tasks.",
    parameters("", "task_name assigned_to_email list_name due_date board"),
    searchTasks,
  ),
  project_management_create_task: writing(
    "Create a task.",
    parameters("task_name assigned_to_email list_name due_date board"),
    createTask,
  ),
  project_management_delete_task: writing(
    "Delete a task.",
    parameters("task_id"),
    ({ tasks }, { task_id: id }) => {
      if (!given(id)) return "Task ID not provided.";
      if (find(tasks, "task_id", id) === undefined) return "Task not found.";
      return [
        "Task deleted successfully.",
        { tasks: remove(tasks, "task_id", id) },
      ];
    },
  ),
  project_management_update_task: writing(
    "Change one field of a task.",
    parameters("task_id field new_value"),
    updateTask,
  ),
  customer_relationship_manager_search_customers: reading(
    "Find customers.",
    parameters(
      "",
      "customer_name customer_email product_interest status assigned_to_email last_contact_date_min last_contact_date_max follow_up_by_min follow_up_by_max page page_size",
    ),
    searchCustomers,
  ),
  customer_relationship_manager_update_customer: writing(
    "Change one field of a customer.",
    parameters("customer_id field new_value"),
    updateCustomer,
  ),
  customer_relationship_manager_add_customer: writing(
    "Add a customer.",
    parameters(
      "customer_name assigned_to_email status",
      "customer_email customer_phone last_contact_date product_interest notes follow_up_by",
    ),
    addCustomer,
  ),
  customer_relationship_manager_delete_customer: writing(
    "Delete a customer.",
    parameters("customer_id"),
    ({ customers }, { customer_id: id }) => {
      if (!given(id)) return "Customer ID not provided.";
      if (find(customers, "customer_id", id) === undefined)
        return "Customer not found.";
      return [
        "Customer deleted successfully.",
        { customers: remove(customers, "customer_id", id) },
      ];
    },
  ),
};
