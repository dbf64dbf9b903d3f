/** `m2rl view` as a command. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli.js";
import { picoStudy } from "../study/pico.js";

async function m2rl(
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const code = await main(args, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

describe("m2rl view", () => {
  test("says what it does and wants exactly one study", async () => {
    expect((await m2rl("view", "--help")).out).toContain("--export DIR");
    const { code, err } = await m2rl("view");
    expect(code).toBe(2);
    expect(err).toContain("view must be given one study");
    expect((await m2rl("view", "a", "--port", "99999")).code).toBe(2);
  });

  test("--export writes a page, refuses a folder with anything in it, and replaces its own by --force", async () => {
    const study = picoStudy();
    const out = join(mkdtempSync(join(tmpdir(), "m2rl-view-")), "page");
    const first = await m2rl("view", study, "--export", out);
    expect(first).toMatchObject({ code: 0, err: "" });
    expect(first.out).toMatch(/page\/index\.html: \d+ files, 0\.\d MB\n$/);
    const html = readFileSync(join(out, "index.html"), "utf8");
    expect(html).toContain('data-mode="files"');
    expect(html).toContain("Content-Security-Policy");
    expect(existsSync(join(out, "app.js"))).toBe(true);
    const again = await m2rl("view", study, "--export", out);
    expect(again.code).toBe(1);
    expect(again.err).toContain("--force replaces an export");
    expect((await m2rl("view", study, "--export", out, "--force")).code).toBe(
      0,
    );
    writeFileSync(join(out, "mine.txt"), "mine");
    const mine = await m2rl("view", study, "--export", out, "--force");
    expect(mine.code).toBe(1);
    expect(existsSync(join(out, "mine.txt"))).toBe(true);
  });

  test("names what is wrong with a study, or that there is none", async () => {
    const nothing = mkdtempSync(join(tmpdir(), "m2rl-none-"));
    const { code, err } = await m2rl("view", nothing);
    expect(code).toBe(1);
    expect(err).toMatch(/must hold a study\.yml, or records/);
  });
});
