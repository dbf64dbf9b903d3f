/** Multiple choice, short answers and the workplace beside their references, on inputs of scripts/golden. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import * as domains from "../../../src/domains/index.js";
import { ROOT } from "../../structure/sources.js";

interface Row {
  name: string;
  total: number;
  differing: { what: string; why?: string }[];
}

const load = (name: string): Promise<unknown> =>
  import(
    /* @vite-ignore */ pathToFileURL(join(ROOT, `scripts/parity/${name}.mjs`))
      .href
  );
const { scienceParity } = (await load("science")) as {
  scienceParity(library: typeof domains): Row[];
};
const { workplaceParity } = (await load("workplace")) as {
  workplaceParity(library: typeof domains): Row[];
};

describe("the golden sets of science and of the workplace", () => {
  test.each([...scienceParity(domains), ...workplaceParity(domains)])(
    "$name: $total agree, or it is said why not",
    ({ total, differing }) => {
      expect(total).toBeGreaterThanOrEqual(200);
      expect(differing.filter(({ why }) => why === undefined)).toEqual([]);
      expect(differing.length / total).toBeLessThan(0.05);
    },
  );
});
