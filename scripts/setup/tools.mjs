/** Finds Python and the C++ compiler, and says what to install where one is absent. */
import { existsSync } from "node:fs";
import { command } from "./command.mjs";

const OLDEST_PYTHON = 9;

const PROBE = [
  "import importlib.util as u, sys",
  "has = lambda name: u.find_spec(name) is not None",
  "print(sys.version_info[0], sys.version_info[1], has('venv'), has('ensurepip'), has('pip'), has('virtualenv'))",
].join("\n");

/**
 * The first usable Python 3: `M2RL_PYTHON` if set, else python3, else python.
 *
 * @returns { path, version, venv, ensurepip, pip, virtualenv }, or undefined where there is none
 */
export async function findPython() {
  const wanted = process.env.M2RL_PYTHON;
  for (const path of wanted ? [wanted] : ["python3", "python"]) {
    const { code, output } = await command(path, ["-c", PROBE]);
    const [major, minor, venv, ensurepip, pip, virtualenv] = output
      .trim()
      .split(" ");
    if (code !== 0 || Number(major) !== 3 || Number(minor) < OLDEST_PYTHON)
      continue;
    return {
      path,
      version: `${major}.${minor}`,
      venv: venv === "True",
      ensurepip: ensurepip === "True",
      pip: pip === "True",
      virtualenv: virtualenv === "True",
    };
  }
  return undefined;
}

/** The first C++ compiler that answers: `CXX` if set, else c++, g++, clang++; undefined where there is none. */
export async function findCompiler() {
  for (const path of process.env.CXX
    ? [process.env.CXX]
    : ["c++", "g++", "clang++"]) {
    const { code, output } = await command(path, ["--version"]);
    if (code === 0) return { path, version: output.split("\n")[0].trim() };
  }
  return undefined;
}

/** What a person types to install a tool, by system. */
const INSTALL = {
  python: {
    what: "Python 3.9 or newer (or M2RL_PYTHON=path of one)",
    debian: "apt install python3 python3-venv",
    fedora: "dnf install python3",
    macos: "brew install python   (or xcode-select --install)",
    other: "see your system's package manager",
  },
  venv: {
    what: "Python's venv module",
    debian: "apt install python3-venv",
    fedora: "dnf install python3",
    macos: "brew install python",
    other: "python3 -m pip install --user virtualenv",
  },
  compiler: {
    what: "a C++17 compiler: c++, g++ or clang++ (or CXX=path of one)",
    debian: "apt install g++",
    fedora: "dnf install gcc-c++",
    macos: "xcode-select --install",
    other: "see your system's package manager",
  },
};

/**
 * What to install for a missing tool, the line for this system first.
 *
 * @param tool  "python", "venv" or "compiler"
 */
export function howToInstall(tool) {
  const { what, debian, fedora, macos, other } = INSTALL[tool];
  const here =
    process.platform === "darwin"
      ? "macOS"
      : existsSync("/etc/debian_version")
        ? "Debian, Ubuntu"
        : existsSync("/etc/fedora-release") || existsSync("/etc/redhat-release")
          ? "Fedora"
          : "elsewhere";
  const lines = [
    ["Debian, Ubuntu", debian],
    ["Fedora", fedora],
    ["macOS", macos],
    ["elsewhere", other],
  ];
  lines.sort((a, b) => Number(b[0] === here) - Number(a[0] === here));
  return [
    `missing: ${what}`,
    ...lines.map(([system, line]) => `    ${system.padEnd(15)} ${line}`),
  ].join("\n");
}
