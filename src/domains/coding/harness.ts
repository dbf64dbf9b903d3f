/** The trusted code around a program inside QuickJS, and the encoding of what `f` returned. */

/**
 * Source of a function that runs before the program: it takes the inputs, keeps what it needs of the realm in its
 * closure, and returns the function that later calls `f`, with `isLimit` as a property. Expected values never enter the realm, results leave it as text built
 * by operators on primitive values only; a program that changes prototypes or globals changes nothing here.
 */
export const HARNESS = `(function (inputs) {
  "use strict";
  const { isArray } = Array;
  const Limit = InternalError;
  const cases = JSON.parse(inputs);
  let printed = 0;
  const print = function () {
    for (let i = 0; i < arguments.length; i++) {
      printed += typeof arguments[i] === "string" ? arguments[i].length + 1 : 2;
    }
    if (++printed > 20000) throw new Limit("output limit");
  };
  globalThis.console = { log: print, info: print, warn: print, error: print, debug: print };
  delete Math.random;
  const describe = (value) => {
    if (typeof value === "number") return "" + value;
    if (!isArray(value) || value.length > 1000) return typeof value;
    let text = "[";
    for (let i = 0; i < value.length; i++) {
      const item = value[i];
      text += (i > 0 ? "," : "") + (typeof item === "number" ? item : typeof item);
    }
    return text + "]";
  };
  const isLimit = (error) => error === null || error instanceof Limit;
  const test = (f) => {
    let text = "";
    for (let i = 0; i < cases.length; i++) {
      let result;
      try {
        result = describe(f(cases[i]));
      } catch (error) {
        result = isLimit(error) ? "limit" : "threw";
      }
      if (printed > 20000) result = "output";
      text += (i > 0 ? ";" : "") + result;
      // The other inputs would each cost as much again.
      if (result === "output" || result === "limit") return text;
    }
    return text;
  };
  test.isLimit = isLimit;
  return test;
})`;

/** The description that the harness gives of a correct result. */
export function describe(value: number | number[]): string {
  return typeof value === "number" ? `${value}` : `[${value.join(",")}]`;
}
