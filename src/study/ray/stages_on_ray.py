"""The stages of a study as Ray tasks: `python stages_on_ray.py GRAPH.json`, as one job of a Ray cluster; `m2rl run --on ray=…` starts it.

Beside the graph it appends to events.jsonl what happens, and each stage writes logs/STAGE.log. Whoever follows reads these files, which
all nodes share, and never the logs of Ray.
"""

import json
import os
import socket
import subprocess
import sys

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

TRIES = 4


class Failed(Exception):
    """The stage itself failed, and would fail again."""


class Interrupted(Exception):
    """The process ended without an answer of its own: worth another try, on whichever node is free."""


def say(folder, **event):
    """Append one event; only the job's driver writes them."""
    with open(os.path.join(folder, "events.jsonl"), "a", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\n")


def follow(process, log):
    """Copy what a process says into its log; the last line that it said. A disk that takes no more keeps no answer back."""
    last = ""
    for line in process.stdout:
        last = line.decode(errors="replace").strip() or last
        try:
            log.write(line)
        except OSError:
            pass
    return last


@ray.remote(max_retries=0)
def work(graph, stage):
    """Do one stage. It ends when this process ends, since it then reads the end of its standard input."""
    path = os.path.join(graph["folder"], "logs", stage + ".log")
    host = {"host": socket.gethostname(), "node": ray.get_runtime_context().get_node_id()}
    command = [*graph["command"], "stage", graph["study"], stage, "--profile", graph["profile"]]
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "ab", buffering=0) as log:
            log.write(json.dumps(host).encode() + b"\n")
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            last = follow(process, log)
    except OSError as error:
        raise Interrupted(f"{error} on {host['host']}", host["node"]) from error
    code = process.wait()
    why = last if code in (1, 2) else f"ended with {code}"
    # A disk may be full on this node alone.
    if code in (1, 2) and "ENOSPC" not in why:
        raise Failed(why or f"ended with {code}")
    if code != 0:
        raise Interrupted(f"{why} on {host['host']}", host["node"])
    return host


@ray.remote(num_cpus=0, max_retries=0)
def check(graph):
    """What keeps a node from doing stages; None where nothing does."""
    if not os.path.exists(os.path.join(graph["folder"], "graph.json")):
        return f"does not see {graph['folder']}: the study must lie on storage that all nodes share"
    command = [*graph["command"], "doctor", "--json"]
    try:
        answer = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
        found = json.loads(answer.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return f"cannot run {' '.join(command)}: {error}"
    if found["version"] != graph["version"]:
        return f"has m2rl {found['version']} where {graph['version']} is asked for"
    engine = next(each for each in found["findings"] if each["what"] == "engine")
    return f"has no sound engine: {engine['found']}" if "remedy" in engine else None


def check_nodes(graph):
    """Every node is asked on that node; what is wrong, with its name."""
    nodes = [node for node in ray.nodes() if node["Alive"]]
    say(graph["folder"], type="nodes", cpus=sum(node["Resources"].get("CPU", 0) for node in nodes), nodes=len(nodes))
    asked = [
        check.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)).remote(graph)
        for node in nodes
    ]
    answers = zip(nodes, ray.get(asked))
    return [f"node {node['NodeName']} ({node['NodeManagerHostname']}) {why}" for node, why in answers if why]


def needs(graph, stage):
    """What a stage asks for: Ray's options, and the same by the names of cluster_resources()."""
    options = {"num_cpus": 1, **graph["needs"].get(stage["kind"], {})}
    names = {"num_cpus": "CPU", "num_gpus": "GPU", "memory": "memory"}
    flat = {names[key]: value for key, value in options.items() if key in names}
    return options, {**flat, **options.get("resources", {})}


class Driver:
    """Starts the stage that most other work waits for as soon as the cluster has room for it."""

    def __init__(self, graph):
        self.graph = graph
        self.open = sorted(graph["stages"], key=lambda stage: -stage["urgency"])
        self.running = {}
        self.tries = {}
        self.last_node = {}
        self.failed = False

    def room(self):
        """What the cluster offers beyond what runs."""
        free = dict(ray.cluster_resources())
        for stage in self.running.values():
            for name, count in needs(self.graph, stage)[1].items():
                free[name] = free.get(name, 0) - count
        return free

    def place(self, stage):
        """After a failure another node is tried first."""
        last = self.last_node.get(stage["id"])
        others = [node["NodeID"] for node in ray.nodes() if node["Alive"] and node["NodeID"] != last]
        if last is None or not others:
            return "DEFAULT"
        return NodeAffinitySchedulingStrategy(others[0], soft=True)

    def start(self):
        waiting = {stage["id"] for stage in [*self.open, *self.running.values()]}
        for stage in [stage for stage in self.open if not waiting & set(stage["after"])]:
            options, asked = needs(self.graph, stage)
            free = self.room()
            if all(free.get(name, 0) >= count for name, count in asked.items()):
                self.open.remove(stage)
                task = work.options(name=stage["id"], scheduling_strategy=self.place(stage), **options)
                self.running[task.remote(self.graph, stage["id"])] = stage

    def end(self, ref):
        stage = self.running.pop(ref)
        name = stage["id"]
        try:
            say(self.graph["folder"], type="done", stage=name, **ray.get(ref))
        except Failed as error:
            self.failed = True
            say(self.graph["folder"], type="failed", stage=name, why=str(error).strip().splitlines()[-1])
        except (Interrupted, ray.exceptions.RayError) as error:
            self.tries[name] = self.tries.get(name, 0) + 1
            cause = getattr(error, "cause", None)
            why = str(error).strip().splitlines()[-1]
            if isinstance(cause, Interrupted):
                why, self.last_node[name] = cause.args
            if self.tries[name] < TRIES:
                say(self.graph["folder"], type="again", stage=name, why=why)
                self.open.insert(0, stage)
            else:
                self.failed = True
                say(self.graph["folder"], type="failed", stage=name, why=f"{why}, {TRIES} times")

    def run(self):
        while self.running or (self.open and not self.failed):
            if not self.failed:
                self.start()
            if not self.running:
                first = self.open[0]
                asked = needs(self.graph, first)[1]
                self.failed = True
                say(self.graph["folder"], type="failed", stage=first["id"], why=f"the cluster must offer {asked}, got {self.room()}")
                continue
            ended, _ = ray.wait(list(self.running), num_returns=1, timeout=1)
            for ref in ended:
                self.end(ref)
        return 1 if self.failed else 0


def main(path):
    with open(path, encoding="utf-8") as file:
        graph = json.load(file)
    ray.init(address="auto", log_to_driver=False)
    problems = check_nodes(graph)
    if problems:
        say(graph["folder"], type="refused", problems=problems)
        return 1
    return Driver(graph).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
