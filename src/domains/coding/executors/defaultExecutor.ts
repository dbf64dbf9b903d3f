/** Which executor runs programs where nothing else is said. */
import { embedded } from "./embedded.js";
import type { PythonExecutor } from "./executor.js";
import { sandboxFusion } from "./sandboxFusion.js";

/**
 * The executor of this process: the SandboxFusion server that the environment names, else jails on this machine.
 *
 * @param url  address of a server; default: the environment variable M2RL_SANDBOX_URL
 */
export function defaultExecutor(
  url: string | null | undefined = process.env.M2RL_SANDBOX_URL,
): PythonExecutor {
  return url ? sandboxFusion(url) : embedded();
}
