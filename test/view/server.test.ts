/** The server of the page: who may ask, and what it never does. */
import { readdirSync, statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startView, type View } from "../../src/view/index.js";
import type { StudyInfo } from "../../src/view/data/types.js";
import { ROOT } from "../structure/sources.js";

const HARD = join(ROOT, "data", "hard");

let view: View;
let origin: string;
let cookie: string;

beforeAll(async () => {
  view = await startView(HARD, { profile: "full" });
  origin = new URL(view.url).origin;
  const first = await fetch(view.url);
  cookie = first.headers.get("set-cookie")!.split(";")[0]!;
});
afterAll(() => view.close());

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${origin}${path}`, { headers: { cookie }, ...init });
}

/** Every file of the study with its size and time. */
function files(): string[] {
  return readdirSync(HARD, { recursive: true, encoding: "utf8" }).map(
    (name) => {
      const { size, mtimeMs } = statSync(join(HARD, name));
      return `${name} ${size} ${mtimeMs}`;
    },
  );
}

describe("startView(study)", () => {
  test("listens on loopback at an address with a token, and gives a strict page", async () => {
    expect(view.url).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{32}$/,
    );
    const page = await fetch(view.url);
    expect(page.status).toBe(200);
    const policy = page.headers.get("content-security-policy")!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect(page.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Strict/);
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    const html = await page.text();
    expect(html).toContain("<title>hard · m2rl</title>");
    expect(html).not.toMatch(/<script>|onload|style="/);
  });

  test("refuses whoever has no token or another one, for pages, assets, data and events", async () => {
    for (const path of [
      "/",
      "/?token=",
      "/?token=00",
      "/app.js",
      "/data/study",
      "/events",
    ]) {
      const answer = await fetch(`${origin}${path}`, {
        headers: { cookie: `${cookie}0` },
      });
      expect([path, answer.status]).toEqual([path, 403]);
      await answer.body?.cancel();
    }
  });

  test("answers GET and HEAD alone", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"])
      expect((await ask("/data/study", { method })).status).toBe(405);
    expect((await ask("/data/study", { method: "HEAD" })).status).toBe(200);
  });

  test("answers the pages' questions and nothing by any other name", async () => {
    const study = (await (await ask("/data/study")).json()) as StudyInfo;
    expect(study).toMatchObject({
      name: "hard",
      profile: "full",
      isLive: true,
    });
    expect(
      await (await ask("/data/curve?model=math&seed=1")).json(),
    ).toMatchObject({ model: "math", seed: 1 });
    expect(await (await ask("/data/rows?name=../claims")).json()).toBeNull();
    expect(
      await (await ask("/data/curve?model=../../../base&seed=1")).json(),
    ).toBeNull();
    const away = "measure=scores&seed=1&benchmark=aime24&model=../../models";
    expect(await (await ask(`/data/tasks?${away}`)).json()).toBeNull();
    expect(await (await ask(`/data/sample?${away}&task=a`)).json()).toBeNull();
    for (const path of [
      "/data/",
      "/data/__proto__",
      "/data/constructor",
      "/study.yml",
      "/..%2f..%2fpackage.json",
      "/data/..%2fstudy",
    ])
      expect([path, (await ask(path)).status]).toEqual([path, 404]);
  });

  test("changes no file", async () => {
    const before = files();
    for (const path of [
      "/data/study",
      "/data/runs",
      "/data/places",
      "/data/scores?measure=scores&against=sft",
      "/data/claims",
    ])
      expect((await ask(path)).status).toBe(200);
    expect(files()).toEqual(before);
  });

  test("ends although a page still listens for events", async () => {
    const own = await startView(HARD, {
      profile: "full",
      token: "t",
      every: 20,
    });
    const address = new URL(own.url);
    await fetch(own.url);
    const heard = new Promise<string>((resolve) => {
      request(
        {
          host: address.hostname,
          port: address.port,
          path: "/events",
          headers: { cookie: `m2rl-view-${address.port}=t` },
        },
        (response) => {
          let text = "";
          response.on("data", (chunk: Buffer) => (text += chunk.toString()));
          response.once("data", () => void own.close());
          response.on("end", () => resolve(text));
        },
      ).end();
    });
    expect(await heard).toContain(": open");
  });

  test("refuses a study that is broken", async () => {
    await expect(startView(join(ROOT, "docs"))).rejects.toThrow(
      /must hold a study\.yml, or records/,
    );
  });
});
