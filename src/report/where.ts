/** Choose rows by the values of their fields: what a table or figure is about, said without a loop. */

type KeysOf<Row> = Row extends unknown ? keyof Row : never;

type ValueOf<Row, Key> = Row extends unknown
  ? Key extends keyof Row
    ? Row[Key]
    : never
  : never;

/** Values that rows must have in some of their fields; a name may be any text. */
export type Where<Row> = {
  [Key in KeysOf<Row>]?: Extract<ValueOf<Row, Key>, string> extends never
    ? ValueOf<Row, Key>
    : ValueOf<Row, Key> | string;
};

type Overlap<A, B> = Extract<A, B> | Extract<B, A>;

/** Those kinds of rows, of a union of kinds, that may have the given values. */
export type Matching<Row, Fields> = Row extends unknown
  ? {
      [Key in keyof Fields]: Key extends keyof Row
        ? [Overlap<Row[Key], Fields[Key]>] extends [never]
          ? false
          : true
        : false;
    }[keyof Fields] extends true
    ? Row
    : never
  : never;

/**
 * Rows that have the given values in the given fields, in their order.
 *
 * @throws RangeError no row has one of the fields
 * @example
 * where([{ model: "sft", score: 1 }, { model: "ties", score: 2 }], { model: "ties" }) // [{ model: "ties", score: 2 }]
 */
export function where<Row extends object, const Fields extends Where<Row>>(
  rows: readonly Row[],
  fields: Fields,
): Matching<Row, Fields>[] {
  const wanted = Object.entries(fields);
  for (const [field] of wanted)
    if (rows.length > 0 && !rows.some((row) => Object.hasOwn(row, field)))
      throw new RangeError(
        `where: rows must have the field ${JSON.stringify(field)}, got ${Object.keys(rows[0]!).join(", ")}`,
      );
  return rows.filter((row) =>
    wanted.every(
      ([field, value]) => (row as Record<string, unknown>)[field] === value,
    ),
  ) as Matching<Row, Fields>[];
}

/**
 * The one row that has the given values in the given fields.
 *
 * @throws RangeError there is none, or there are several
 * @example
 * only([{ model: "sft", score: 1 }, { model: "ties", score: 2 }], { model: "sft" }).score // 1
 */
export function only<Row extends object, const Fields extends Where<Row>>(
  rows: readonly Row[],
  fields: Fields,
): Matching<Row, Fields> {
  const found = where<Row, Fields>(rows, fields);
  if (found.length === 1) return found[0]!;
  throw new RangeError(
    `only: one row must have ${JSON.stringify(fields)}, got ${found.length}`,
  );
}
