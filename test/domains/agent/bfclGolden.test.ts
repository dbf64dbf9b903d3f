/** BFCL's checks and classes beside the published ones, on calls drawn by scripts/golden/bfcl.py. */
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

const { bfclParity } = (await import(
  /* @vite-ignore */ pathToFileURL(join(ROOT, "scripts/parity/bfcl.mjs")).href
)) as { bfclParity(library: typeof domains): Row[] };

describe("the golden sets of BFCL", () => {
  test.each(bfclParity(domains))(
    "$name: $total agree",
    ({ total, differing }) => {
      expect(total).toBeGreaterThan(300);
      expect(differing.filter(({ why }) => why === undefined)).toEqual([]);
      expect(differing.length / total).toBeLessThan(0.01);
    },
  );
});
