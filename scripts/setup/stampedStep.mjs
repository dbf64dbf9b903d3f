/** The frame of a step whose result one stamp describes. */
import { existsSync } from "node:fs";
import { readStamp, stampFits, writeStamp } from "./place.mjs";

/**
 * A step that is done where its stamp has every wanted value and what it makes is there.
 *
 * @param step  name, after, needs, folder: as every step · stamp: its path · made: path of what must be there · wanted(): values that the stamp must
 *   have, undefined while they cannot be known · produce({ python, compiler, log }): makes it; returns what is in place, in words
 */
export function stampedStep({ stamp, made, wanted, produce, ...step }) {
  return {
    ...step,

    done() {
      const values = wanted();
      const found = readStamp(stamp);
      return values && existsSync(made) && stampFits(found, values)
        ? found.detail
        : undefined;
    },

    async make(tools) {
      const detail = await produce(tools);
      writeStamp(stamp, { ...wanted(), detail });
      return detail;
    },
  };
}
