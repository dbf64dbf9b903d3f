/** TravelAPI: flights, bookings, credit cards and a budget. */
import {
  bfclClass,
  failure,
  field,
  float,
  mapOf,
  methodsOf,
  number,
  text,
  type BfclClass,
  type LongContext,
} from "./bfclClass.js";
import { day } from "./pythonDates.js";
import { roundTo } from "./pythonNumbers.js";
import { PythonRandom } from "./pythonRandom.js";
import { AIRPORTS, ROUTES } from "./routes.js";

type Card = Record<string, unknown> & { balance: number };
type Booking = Record<string, unknown> & {
  card_id: string;
  travel_cost: number;
};

interface Travel {
  random: PythonRandom;
  long: LongContext | null;
  credit_card_list: Map<string, Card>;
  booking_record: Map<string, Booking>;
  access_token: unknown;
  token_type: unknown;
  token_expires_in: unknown;
  token_scope: unknown;
  user_first_name: unknown;
  user_last_name: unknown;
  budget_limit: number | null;
}

/** How often the base cost a class costs. */
const CLASSES: ReadonlyMap<unknown, number> = new Map([
  ["economy", 1],
  ["business", 2],
  ["first", 5],
]);

/** What a dollar is worth. */
const RATES: ReadonlyMap<unknown, number> = new Map([
  ["RMB", 7],
  ["EUR", 0.8],
  ["JPY", 110],
  ["GBP", 0.7],
  ["CAD", 1.3],
  ["AUD", 1.4],
  ["INR", 70],
  ["RUB", 60],
  ["BRL", 3.8],
  ["MXN", 20],
]);

/** Ages are counted on this day: a verdict must not depend on when it is given. */
const TODAY = { year: 2025, month: 7, day: 1 };
const ADULT = 18;

const method = methodsOf<Travel>();

/** Run with a token that is valid, or answer with what is wrong and `more`. */
function withToken(
  travel: Travel,
  token: unknown,
  run: () => unknown,
  more: object = {},
): unknown {
  if (travel.token_expires_in === 0)
    return { ...more, ...failure("the token has expired") };
  if (token !== travel.access_token)
    return { ...more, ...failure("the token is not valid") };
  return run();
}

const digits = (travel: Travel, count: number): string =>
  String(travel.random.integer(10 ** (count - 1), 10 ** count - 1));

interface Flight {
  travel_from: string;
  travel_to: string;
  travel_date: string;
  travel_class: string;
}

/** What a base cost becomes in a class on a date; twice as much where the digits of the date add up to an even number. */
function costOf(base: number, { travel_date, travel_class }: Flight): number {
  const factor = CLASSES.get(travel_class);
  if (factor === undefined) throw new RangeError("no such class");
  const sum = [...text(travel_date)].reduce(
    (total, mark) => total + (/\d/.test(mark) ? Number(mark) : 0),
    0,
  );
  return base * factor * (sum % 2 === 0 ? 2 : 1);
}

function flightCost(flight: Flight): number {
  const base = ROUTES.get(`${flight.travel_from} ${flight.travel_to}`);
  if (base === undefined) throw new RangeError("no such flight");
  return costOf(base, flight);
}

const FLIGHT = ["travel_from", "travel_to", "travel_date", "travel_class"];

const LOOKING = {
  get_flight_cost: method<Flight>(FLIGHT, ({ long }, flight) => {
    const cost = flightCost(flight);
    const all = [...ROUTES.values()].map((base) => costOf(base, flight));
    return { travel_cost_list: long === null ? [cost] : all };
  }),
  list_all_airports: method([], () => [...AIRPORTS.values()]),
  get_nearest_airport_by_city: method<{ location: unknown }>(
    ["location"],
    (_, { location }) => ({
      nearest_airport: AIRPORTS.get(location) ?? "Unknown",
    }),
  ),
  compute_exchange_rate: method<{
    base_currency: unknown;
    target_currency: unknown;
    value: number;
  }>(
    ["base_currency", "target_currency", "value"],
    (_, { base_currency: from, target_currency: to, value }) => {
      if (from === "USD" && RATES.has(to))
        return { exchanged_value: number(value) * RATES.get(to)! };
      if (to === "USD" && RATES.has(from))
        return {
          exchanged_value: roundTo(number(value) / RATES.get(from)!, 2),
        };
      throw new RangeError("no rate");
    },
  ),
  get_budget_fiscal_year: method(
    ["lastModifiedAfter?", "includeRemoved?"],
    () => ({
      budget_fiscal_year: "2018",
    }),
  ),
};

interface Person {
  first_name: unknown;
  last_name: unknown;
  date_of_birth: unknown;
  passport_number: string;
}

/** Why a traveller is refused, or null. */
function refusal(travel: Travel, person: Person): string | null {
  if (
    travel.user_first_name !== person.first_name ||
    travel.user_last_name !== person.last_name
  )
    return `not the user: ${String(person.first_name)} ${String(person.last_name)}`;
  let born: Date;
  try {
    born = new Date(day(person.date_of_birth));
  } catch (error) {
    if (error instanceof RangeError) return "the date of birth is not a date";
    throw error;
  }
  const before =
    TODAY.month < born.getUTCMonth() + 1 ||
    (TODAY.month === born.getUTCMonth() + 1 && TODAY.day < born.getUTCDate());
  if (TODAY.year - born.getUTCFullYear() - Number(before) < ADULT)
    return "too young";
  return text(person.passport_number).startsWith("US")
    ? null
    : "not a passport of the United States";
}

const PERSON = {
  authenticate_travel: method<{
    grant_type: unknown;
    user_first_name: unknown;
    user_last_name: unknown;
  }>(
    [
      "client_id",
      "client_secret",
      "refresh_token",
      "grant_type",
      "user_first_name",
      "user_last_name",
    ],
    (travel, { grant_type: scope, user_first_name, user_last_name }) => {
      const access_token = digits(travel, 6);
      Object.assign(travel, {
        token_expires_in: 2,
        access_token,
        token_type: "Bearer",
        token_scope: scope,
        user_first_name,
        user_last_name,
      });
      return { expires_in: 2, access_token, token_type: "Bearer", scope };
    },
  ),
  travel_get_login_status: method([], ({ token_expires_in }) => ({
    status: token_expires_in !== null && token_expires_in !== 0,
  })),
  verify_traveler_information: method<Person>(
    ["first_name", "last_name", "date_of_birth", "passport_number"],
    (travel, person) => {
      const verification_failure = refusal(travel, person);
      return verification_failure === null
        ? { verification_status: true }
        : { verification_status: false, verification_failure };
    },
  ),
  set_budget_limit: method<{ access_token: unknown; budget_limit: unknown }>(
    ["access_token", "budget_limit"],
    (travel, { access_token, budget_limit }) =>
      withToken(travel, access_token, () => {
        travel.budget_limit = float(budget_limit);
        return { budget_limit: travel.budget_limit };
      }),
  ),
};

const CARDS = {
  register_credit_card: method<{
    access_token: unknown;
    card_number: string;
    expiration_date: unknown;
    cardholder_name: unknown;
    card_verification_number: unknown;
  }>(
    [
      "access_token",
      "card_number",
      "expiration_date",
      "cardholder_name",
      "card_verification_number",
    ],
    (travel, { access_token, ...card }) => {
      if (travel.token_expires_in === null) return failure("there is no token");
      return withToken(travel, access_token, () => {
        // The number is looked for among the ids, as there.
        if (travel.credit_card_list.has(card.card_number))
          return failure("the card is registered already");
        const card_id = digits(travel, 12);
        const balance = travel.random.integer(10_000, 99_999);
        travel.credit_card_list.set(card_id, { ...card, balance });
        return { card_id };
      });
    },
  ),
  get_credit_card_balance: method<{ access_token: unknown; card_id: string }>(
    ["access_token", "card_id"],
    (travel, { access_token, card_id }) =>
      withToken(travel, access_token, () => {
        const card = travel.credit_card_list.get(card_id);
        return card === undefined
          ? failure(`no card ${card_id}`)
          : { card_balance: card.balance };
      }),
  ),
  get_all_credit_cards: method([], ({ credit_card_list }) => ({
    credit_card_list: Object.fromEntries(credit_card_list),
  })),
};

/** Why a flight cannot be booked, or null. */
function bookingFault(
  { credit_card_list, budget_limit }: Travel,
  card_id: string,
  flight: Flight,
): string | null {
  const card = credit_card_list.get(card_id);
  if (card === undefined) return "no such card";
  if (!Object.hasOwn(card, "balance")) return "the card has no balance";
  const airports = [...AIRPORTS.values()];
  if (!airports.includes(flight.travel_from))
    return `no airport ${flight.travel_from}`;
  if (!airports.includes(flight.travel_to))
    return `no airport ${flight.travel_to}`;
  let cost: number;
  try {
    day(flight.travel_date);
    cost = flightCost(flight);
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
  if (number(card.balance) < cost) return "there is not so much money";
  return budget_limit !== null && card.balance < budget_limit
    ? "the balance is below the budget"
    : null;
}

function book(
  travel: Travel,
  card_id: string,
  { travel_date, travel_from, travel_to, travel_class }: Flight,
): unknown {
  const flight = { travel_date, travel_from, travel_to, travel_class };
  const fault = bookingFault(travel, card_id, flight);
  if (fault !== null) return { booking_status: false, ...failure(fault) };
  const travel_cost = flightCost(flight);
  travel.credit_card_list.get(card_id)!.balance -= travel_cost;
  const booking_id = digits(travel, 7);
  const transaction_id = digits(travel, 8);
  const booking = { card_id, ...flight, travel_cost, transaction_id };
  travel.booking_record.set(booking_id, booking);
  return {
    booking_id,
    transaction_id,
    booking_status: true,
    booking_history:
      travel.long === null ? {} : Object.fromEntries(travel.booking_record),
  };
}

const INVOICE = [
  "travel_date",
  "travel_from",
  "travel_to",
  "travel_class",
  "travel_cost",
  "transaction_id",
];

const BOOKING = {
  book_flight: method<{ access_token: unknown; card_id: string } & Flight>(
    [
      "access_token",
      "card_id",
      "travel_date",
      "travel_from",
      "travel_to",
      "travel_class",
    ],
    (travel, { access_token, card_id, ...flight }) =>
      withToken(travel, access_token, () => book(travel, card_id, flight), {
        booking_status: false,
      }),
  ),
  cancel_booking: method<{ access_token: unknown; booking_id: string }>(
    ["access_token", "booking_id"],
    (travel, { access_token, booking_id }) => {
      const more = { cancel_status: false };
      return withToken(
        travel,
        access_token,
        () => {
          const booking = travel.booking_record.get(booking_id);
          if (booking === undefined)
            return { ...more, ...failure("no such booking") };
          const card = travel.credit_card_list.get(booking.card_id);
          if (card === undefined) throw new RangeError("no such card");
          card.balance = number(card.balance) + number(booking.travel_cost);
          travel.booking_record.delete(booking_id);
          return { cancel_status: true };
        },
        more,
      );
    },
  ),
  retrieve_invoice: method<{ access_token: unknown; booking_id?: string }>(
    ["access_token", "booking_id?", "insurance_id?"],
    (travel, { access_token, booking_id }) =>
      withToken(travel, access_token, () => {
        const booking = travel.booking_record.get(booking_id!);
        if (booking === undefined) return failure("no such booking");
        const missing = INVOICE.find((name) => !Object.hasOwn(booking, name));
        if (missing !== undefined) throw new RangeError(`no ${missing}`);
        const shown = INVOICE.map((name) => [name, booking[name]]);
        return { invoice: { booking_id, ...Object.fromEntries(shown) } };
      }),
  ),
  get_booking_history: method<{ access_token: unknown }>(
    ["access_token"],
    (travel, { access_token }) =>
      withToken(travel, access_token, () => ({
        booking_history: Object.fromEntries(travel.booking_record),
      })),
  ),
  contact_customer_support: method<{ booking_id: string; message: unknown }>(
    ["booking_id", "message"],
    ({ booking_record }, { booking_id }) =>
      booking_record.has(booking_id)
        ? { customer_support_message: "received" }
        : failure("no such booking"),
  ),
};

interface Insurance {
  access_token: unknown;
  insurance_type: unknown;
  booking_id: string;
  insurance_cost: number;
  card_id: string;
}

function insure(travel: Travel, insurance: Insurance): unknown {
  const { booking_id, insurance_cost, card_id } = insurance;
  const refused = (fault: string): unknown => ({
    insurance_status: false,
    ...failure(fault),
  });
  if (
    travel.budget_limit !== null &&
    travel.budget_limit < number(insurance_cost)
  )
    return refused("more than the budget");
  if (!travel.booking_record.has(booking_id)) return refused("no such booking");
  const card = travel.credit_card_list.get(card_id);
  if (card === undefined) return refused("no such card");
  card.balance = number(card.balance) - number(insurance_cost);
  return { insurance_id: digits(travel, 9), insurance_status: true };
}

const INSURING = {
  purchase_insurance: method<Insurance>(
    [
      "access_token",
      "insurance_type",
      "booking_id",
      "insurance_cost",
      "card_id",
    ],
    (travel, insurance) =>
      withToken(
        travel,
        insurance.access_token,
        () => insure(travel, insurance),
        { insurance_status: false },
      ),
  ),
};

/** A list of the task, then what the long-context category adds where the task has no such entry. */
const extended = <T>(
  own: unknown,
  long: LongContext | null,
  extension: string,
): Map<string, T> =>
  new Map([
    ...mapOf<T>(own),
    ...[...mapOf<T>(structuredClone(long?.[extension]))].filter(
      ([id]) => !Object.hasOwn(own as object, id),
    ),
  ]);

/**
 * The class TravelAPI.
 *
 * Deviates: ages are counted on 2025-07-01, not today; cards that the long-context category adds belong to one instance (there
 * all instances share them, so that one pays for another).
 */
export const travelApi: BfclClass<Travel> = bfclClass<Travel>({
  name: "TravelAPI",
  start: (config, long) => ({
    random: new PythonRandom(field(config, "random_seed", 141053)),
    long,
    credit_card_list: extended<Card>(
      field<unknown>(config, "credit_card_list", {}),
      long,
      "CREDIT_CARD",
    ),
    booking_record: extended<Booking>(
      field<unknown>(config, "booking_record", {}),
      long,
      "BOOKING_RECORD",
    ),
    access_token: field<unknown>(config, "access_token", null),
    token_type: field<unknown>(config, "token_type", null),
    token_expires_in: field<unknown>(config, "token_expires_in", null),
    token_scope: field<unknown>(config, "token_scope", null),
    user_first_name: field<unknown>(config, "user_first_name", null),
    user_last_name: field<unknown>(config, "user_last_name", null),
    budget_limit: field<number | null>(config, "budget_limit", null),
  }),
  tools: { ...LOOKING, ...PERSON, ...CARDS, ...BOOKING, ...INSURING },
  compared: ({ random: _, long: __, ...rest }) => rest,
});
