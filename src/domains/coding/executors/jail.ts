/** The jail around Python: bubblewrap's namespaces outside, a filter of system calls and limits inside. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { lstatSync, readlinkSync } from "node:fs";
import { InfrastructureError } from "../../../error.js";
import { FORK_SERVER } from "./forkServer.js";
import { callFilter } from "./seccomp.js";

/** Debian's nobody; root never runs the jail itself. */
const NOBODY = 65534;

/** What the Python inside says of itself. */
interface Interpreter {
  executable: string;
  /** Folder with its standard library. */
  prefix: string;
}

/** Pythons to try, best first; shims of version managers answer here and name the real one. */
function candidates(): string[] {
  const named = process.env.M2RL_PYTHON;
  return [...(named ? [named] : []), "python3", "/usr/bin/python3"];
}

function interpreter(command: string): Interpreter | null {
  const asked = spawnSync(
    command,
    [
      "-I",
      "-c",
      "import json, sys; print(json.dumps([sys.version_info >= (3, 9), sys.base_prefix, sys._base_executable]))",
    ],
    { encoding: "utf8", timeout: 30_000 },
  );
  if (asked.status !== 0) return null;
  const [recent, prefix, executable] = JSON.parse(asked.stdout) as [
    boolean,
    string,
    string,
  ];
  return recent ? { executable, prefix } : null;
}

/** `/lib` and its like as they are here: links into /usr, or folders. */
function libraries(): string[] {
  return ["/lib", "/lib64", "/lib32", "/bin"].flatMap((path) => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return [];
    return found.isSymbolicLink()
      ? ["--symlink", readlinkSync(path), path]
      : ["--ro-bind", path, path];
  });
}

function jailArguments({ executable, prefix }: Interpreter): string[] {
  const own = prefix.startsWith("/usr") ? [] : ["--ro-bind", prefix, prefix];
  return [
    ...["--unshare-all", "--die-with-parent", "--new-session", "--clearenv"],
    ...["--uid", String(NOBODY), "--gid", String(NOBODY), "--cap-drop", "ALL"],
    ...["--ro-bind", "/usr", "/usr", ...libraries(), ...own],
    ...["--dev-bind", "/dev/null", "/dev/null", "--remount-ro", "/"],
    ...["--chdir", "/", "--", executable, "-I", "-S", "-B", "-X", "utf8"],
  ];
}

function spawned(inside: Interpreter, source: string[]): ChildProcess {
  const asRoot = process.getuid?.() === 0;
  return spawn("bwrap", [...jailArguments(inside), ...source], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env.PATH },
    cwd: "/",
    ...(asRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  });
}

// Each line is something a jail must refuse; what is not refused is named.
const PROBE = `
import os, socket, sys
open_doors = []
def refused(name, act):
    try:
        act()
    except OSError:
        return
    open_doors.append(name)
refused("write", lambda: open("/probe", "w"))
refused("write below /usr", lambda: open("/usr/probe", "w"))
refused("read /etc/passwd", lambda: open("/etc/passwd"))
refused("see the machine's processes", lambda: os.listdir("/proc/1"))
refused("connect", lambda: socket.create_connection(("127.0.0.1", 9), 1))
refused("become root", lambda: os.setuid(0))
if os.getppid() > 2:
    open_doors.append("share process numbers")
if [name for _, name in socket.if_nameindex() if name != "lo"]:
    open_doors.append("see a network")
print("open: " + ", ".join(open_doors) if open_doors else "shut")
`;

function outcome(jail: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let said = "";
    const add = (part: Buffer): void => void (said += part.toString());
    jail.stdout!.on("data", add);
    jail.stderr!.on("data", add);
    jail.once("error", ({ message }) => resolve(message));
    jail.once("close", () => resolve(said.trim()));
  });
}

async function findInterpreter(): Promise<Interpreter> {
  const tried: string[] = [];
  for (const command of candidates()) {
    const found = interpreter(command);
    const said = found
      ? await outcome(spawned(found, ["-c", PROBE]))
      : "no Python of at least 3.9";
    if (found && said === "shut") return found;
    tried.push(`${command}: ${said.split("\n").at(-1)}`);
  }
  throw new InfrastructureError(
    `python: programs of models run only inside a jail, and none could be made (${tried.join("; ")}); ` +
      "install bubblewrap (Debian: apt-get install bubblewrap) where user namespaces are allowed, " +
      "or name a SandboxFusion server in M2RL_SANDBOX_URL",
  );
}

let checked: Promise<Interpreter> | undefined;

/**
 * Start a fork server in a jail of its own: its own user, process, network, mount, IPC and host-name namespaces; nothing of
 * the file system but /usr and Python's standard library, read-only; no capability; ends with the thread that started it.
 *
 * The first call tries the doors of the jail, and nothing untrusted runs where one is open.
 *
 * @throws InfrastructureError no jail can be made here; the message says what is missing
 */
export async function startJail(): Promise<ChildProcess> {
  checked ??= findInterpreter();
  let inside: Interpreter;
  try {
    inside = await checked;
  } catch (error) {
    checked = undefined; // what is missing may be installed meanwhile
    throw error;
  }
  return spawned(inside, ["-c", FORK_SERVER, callFilter().toString("hex")]);
}
