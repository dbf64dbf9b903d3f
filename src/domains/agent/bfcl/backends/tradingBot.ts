/** TradingBot: an account that buys and sells stocks, with orders and a list of stocks that are watched. */
import {
  bfclClass,
  failure,
  field,
  float,
  mapOf,
  methodsOf,
  number,
  text,
  truthy,
  type BfclClass,
  type LongContext,
} from "./bfclClass.js";
import { dateTime, day, stamp } from "./pythonDates.js";
import { PythonRandom } from "./pythonRandom.js";
import { STOCKS } from "./stocks.js";

type Order = Record<string, unknown>;
type Stock = Record<string, unknown>;

interface Account {
  random: PythonRandom;
  long: LongContext | null;
  orders: Map<number | string, Order>;
  account_info: { balance: number };
  authenticated: unknown;
  market_status: unknown;
  order_counter: number;
  stocks: Map<unknown, Stock>;
  watch_list: unknown[];
  transaction_history: { timestamp: string }[];
}

/** The clock stands at 2024-09-01 10:30; what is booked gets a time within the day that follows. */
const NOW: number = Date.UTC(2024, 8, 1, 10, 30);
const DAY = 86_400;

const SYMBOLS: ReadonlyMap<unknown, string> = new Map([
  ["Apple", "AAPL"],
  ["Google", "GOOG"],
  ["Tesla", "TSLA"],
  ["Microsoft", "MSFT"],
  ["Nvidia", "NVDA"],
  ["Zeta Corp", "ZETA"],
  ["Alpha Tech", "ALPH"],
  ["Omega Industries", "OMEG"],
  ["Quasar Ltd.", "QUAS"],
  ["Neptune Systems", "NEPT"],
  ["Synex Solutions", "SYNX"],
  ["Amazon", "AMZN"],
  ["Gorilla", "GORI"],
]);

const SECTORS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  Technology: ["TECHNOLOGY", "AAPL", "GOOG", "MSFT", "NVDA"],
  Automobile: ["AUTOMOBILE", "TSLA", "F", "GM"],
};

const ORDERS = {
  12345: {
    id: 12345,
    order_type: "Buy",
    symbol: "AAPL",
    price: 210.65,
    amount: 10,
    status: "Completed",
  },
  12446: {
    id: 12446,
    order_type: "Sell",
    symbol: "GOOG",
    price: 2840.56,
    amount: 5,
    status: "Pending",
  },
};
const ACCOUNT = {
  account_id: 12345,
  balance: 10000,
  binding_card: 1974202140965533,
};

const method = methodsOf<Account>();

const NO_LOGIN = "nobody is logged in";
const loggedIn = (
  account: Account,
  call: string,
  run: () => unknown,
): unknown =>
  truthy(account.authenticated) ? run() : failure(`${call}: ${NO_LOGIN}`);

function found(
  { orders }: Account,
  id: unknown,
  call: string,
  run: (order: Order) => unknown,
): unknown {
  const order = orders.get(id as number);
  return order === undefined
    ? failure(`${call}: no order ${String(id)}`)
    : run(order);
}

/** Book an amount at a time that is drawn. */
function book(account: Account, type: string, amount: number): unknown {
  account.account_info.balance += type === "deposit" ? amount : -amount;
  const first = NOW / 1000;
  const timestamp = stamp(account.random.integer(first, first + DAY) * 1000);
  const entry = { type, amount, timestamp };
  account.transaction_history.push(entry);
  return { status: `${type} done`, new_balance: account.account_info.balance };
}

const LOGIN = {
  trading_login: method(["username", "password"], (account) => {
    if (truthy(account.authenticated))
      return { status: "was logged in before" };
    account.authenticated = true;
    return { status: "logged in" };
  }),
  trading_get_login_status: method([], ({ authenticated }) => ({
    status: truthy(authenticated),
  })),
  trading_logout: method([], (account) => {
    if (!truthy(account.authenticated)) return { status: NO_LOGIN };
    account.authenticated = false;
    return { status: "logged out" };
  }),
};

const MONEY = {
  get_account_info: method([], (account) =>
    loggedIn(account, "account", () => account.account_info),
  ),
  fund_account: method<{ amount: number }>(["amount"], (account, { amount }) =>
    loggedIn(account, "fund", () =>
      number(amount) <= 0
        ? failure("only a positive amount is funded")
        : book(account, "deposit", amount),
    ),
  ),
  withdraw_funds: method<{ amount: number }>(
    ["amount"],
    (account, { amount }) =>
      loggedIn(account, "withdraw", () => {
        if (account.market_status !== "Open")
          return failure("the market is closed");
        if (number(amount) <= 0) return failure("the amount must be positive");
        if (amount > account.account_info.balance)
          return failure("there is not so much money");
        return book(account, "withdrawal", amount);
      }),
  ),
  get_transaction_history: method<{
    start_date?: string | null;
    end_date?: string | null;
  }>(
    ["start_date?", "end_date?"],
    (account, { start_date = null, end_date = null }) => {
      if (!truthy(account.authenticated))
        return [failure(`transactions: ${NO_LOGIN}`)];
      const start = truthy(start_date) ? day(start_date) : -Infinity;
      const end = truthy(end_date) ? day(end_date) : Infinity;
      const history = account.transaction_history.filter(({ timestamp }) => {
        const at = dateTime(timestamp);
        return start <= at && at <= end;
      });
      const more = (account.long?.TRANSACTION_HISTORY ?? []) as typeof history;
      return { transaction_history: [...history, ...more] };
    },
  ),
};

interface NewOrder {
  order_type: string;
  symbol: string;
  price: number;
  amount: number;
}

function placeOrder(account: Account, order: NewOrder): unknown {
  const { order_type, symbol, price, amount } = order;
  if (!truthy(account.authenticated)) return failure(`order: ${NO_LOGIN}`);
  if (!account.stocks.has(symbol)) return failure(`no stock ${symbol}`);
  if (number(price) <= 0 || number(amount) <= 0)
    return failure("price and amount must be positive");
  if (text(order_type).toLowerCase() === "buy") {
    const cost = float(price) * Math.trunc(number(amount));
    if (cost > (account.account_info.balance ?? 0))
      return failure(`there is not so much money: ${cost.toFixed(2)}`);
  }
  const id = account.order_counter++;
  const placed = { order_type, price: float(price), amount };
  account.orders.set(id, { id, ...placed, symbol, status: "Open" });
  // It is told as pending, and found open afterwards.
  return { order_id: id, ...placed, status: "Pending" };
}

/** What the long-context category tells of an order, with its symbol filled in. */
function orderDetails({ long }: Account, order: Order): Order {
  if (long === null) return order;
  const details = Object.entries(long.ORDER_DETAIL as Record<string, string>);
  const metadata = Object.fromEntries(
    details.map(([name, value]) => [
      name,
      value.replaceAll("{symbol}", String(order.symbol)),
    ]),
  );
  return { ...order, metadata };
}

const ORDERING = {
  place_order: method<NewOrder>(
    ["order_type", "symbol", "price", "amount"],
    placeOrder,
  ),
  get_order_details: method<{ order_id: unknown }>(
    ["order_id"],
    (account, { order_id }) =>
      found(account, order_id, "details", (order) =>
        orderDetails(account, order),
      ),
  ),
  cancel_order: method<{ order_id: unknown }>(
    ["order_id"],
    (account, { order_id }) =>
      found(account, order_id, "cancel", (order) => {
        if (order.status === "Completed")
          return failure("a completed order cannot be cancelled");
        order.status = "Cancelled";
        return { order_id, status: order.status };
      }),
  ),
  get_order_history: method([], ({ authenticated, orders }) =>
    truthy(authenticated)
      ? { history: [...orders.keys()] }
      : [failure(`orders: ${NO_LOGIN}`)],
  ),
};

const price = ({ stocks }: Account, symbol: unknown): number =>
  number(stocks.get(symbol)?.price ?? 0);

const MARKET = {
  get_current_time: method([], () => ({ current_time: "10:30 AM" })),
  get_symbol_by_name: method<{ name: unknown }>(["name"], (_, { name }) => ({
    symbol: SYMBOLS.get(name) ?? "unknown",
  })),
  get_stock_info: method<{ symbol: unknown }>(
    ["symbol"],
    ({ stocks, long }, { symbol }) => {
      const stock = stocks.get(symbol);
      if (stock === undefined) return failure(`no stock ${String(symbol)}`);
      return long === null
        ? stock
        : { ...stock, "MA(5)": long.MA_5, "MA(20)": long.MA_20 };
    },
  ),
  get_available_stocks: method<{ sector: string }>(
    ["sector"],
    ({ long }, { sector }) => {
      if (!Object.hasOwn(SECTORS, sector)) return { stock_list: [] };
      const [extension, ...symbols] = SECTORS[sector]!;
      const more = (long?.[extension] ?? []) as string[];
      return { stock_list: [...symbols, ...more] };
    },
  ),
  filter_stocks_by_price: method<{
    stocks: unknown[];
    min_price: number;
    max_price: number;
  }>(
    ["stocks", "min_price", "max_price"],
    (account, { stocks, min_price, max_price }) => ({
      filtered_stocks: stocks.filter(
        (symbol) =>
          price(account, symbol) >= number(min_price) &&
          price(account, symbol) <= number(max_price),
      ),
    }),
  ),
  notify_price_change: method<{ stocks: unknown[]; threshold: number }>(
    ["stocks", "threshold"],
    ({ stocks }, { stocks: symbols, threshold }) => {
      const changed = symbols.filter(
        (symbol) =>
          stocks.has(symbol) &&
          Math.abs(number(stocks.get(symbol)!.percent_change)) >=
            number(threshold),
      );
      return { notification: `changed: ${changed.join(", ") || "none"}` };
    },
  ),
};

const WATCHING = {
  get_watchlist: method([], ({ authenticated, watch_list, long }) => {
    if (!truthy(authenticated)) return [NO_LOGIN];
    return long === null
      ? { watchlist: watch_list }
      : [...watch_list, ...(long.WATCH_LIST as string[])];
  }),
  add_to_watchlist: method<{ stock: unknown }>(
    ["stock"],
    ({ watch_list, stocks }, { stock }) => {
      if (!watch_list.includes(stock) && stocks.has(stock))
        watch_list.push(stock);
      return { watchlist: watch_list };
    },
  ),
  remove_stock_from_watchlist: method<{ symbol: unknown }>(
    ["symbol"],
    (account, { symbol }) =>
      loggedIn(account, "unwatch", () => {
        const at = account.watch_list.indexOf(symbol);
        if (at < 0) return failure(`${String(symbol)} is not watched`);
        account.watch_list.splice(at, 1);
        return { status: `${String(symbol)} is not watched any more` };
      }),
  ),
};

/** The class TradingBot. */
export const tradingBot: BfclClass<Account> = bfclClass<Account>({
  name: "TradingBot",
  start: (config, long) => ({
    random: new PythonRandom(field(config, "random_seed", 1053520)),
    long,
    orders: new Map(
      Object.entries(
        structuredClone(field<Record<string, Order>>(config, "orders", ORDERS)),
      ).map(([id, order]) => [/^\d+$/.test(id) ? Number(id) : id, order]),
    ),
    account_info: { ...field(config, "account_info", ACCOUNT) },
    authenticated: field<unknown>(config, "authenticated", false),
    market_status: field<unknown>(config, "market_status", "Closed"),
    order_counter: field(config, "order_counter", 12446),
    stocks: mapOf<Stock>(field<unknown>(config, "stocks", STOCKS)),
    watch_list: [...field<unknown[]>(config, "watch_list", ["NVDA"])],
    transaction_history: field<{ timestamp: string }[]>(
      config,
      "transaction_history",
      [],
    ).slice(),
  }),
  tools: { ...LOGIN, ...MONEY, ...ORDERING, ...MARKET, ...WATCHING },
  compared: ({ random: _, long: __, ...rest }) => rest,
});
