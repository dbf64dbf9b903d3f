/** A real browser for tests: Debian's Chromium, or the one that M2RL_CHROMIUM names. */
import { accessSync, constants } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const PLACES = [
  process.env["M2RL_CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** Path of a browser, or undefined where none is installed. */
export function browserPath(): string | undefined {
  return PLACES.find((path) => {
    if (path === undefined) return false;
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A headless browser that asks nothing of the network by itself. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = browserPath();
  if (executablePath === undefined)
    throw new Error(
      "openBrowser: no Chromium found; `apt-get install chromium`, or name one in M2RL_CHROMIUM",
    );
  return chromium.launch({
    executablePath,
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update"],
      "--disable-sync",
    ],
  });
}
