/** Which release this is. */
import { readFileSync } from "node:fs";

/** Name and version of this library. */
export function toolName(): string {
  const path = new URL("../package.json", import.meta.url);
  const { name, version } = JSON.parse(readFileSync(path, "utf8")) as {
    name: string;
    version: string;
  };
  return `${name} ${version}`;
}
