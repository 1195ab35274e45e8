# Chains of five services on one CPU: ours, and those of others. An entry takes what a client of its wire sends.

import os
import shutil
import subprocess

from servers import NGINX, await_port, free_port, nginx_words, own_port, own_service

DEPTH = 5
HAPROXY = shutil.which("haproxy", path="/usr/sbin")
CPU = max(os.sched_getaffinity(0))


class Chain:
    """Processes on one CPU, the entry first."""

    def __init__(self, name, wire):
        self.name = name
        self.wire = wire
        self.started = []
        self.port = None

    def start(self, words, **more):
        process = subprocess.Popen(
            ["taskset", "-c", str(CPU), *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **more)
        self.started.append(process)
        return process

    def start_own(self, words):
        """Its port."""
        return own_port(self.start(words))

    def services(self):
        """Every process that was started, and those under it: what `up` itself does meanwhile is nothing."""
        found, queue = [], [process.pid for process in self.started]
        while queue:
            pid = queue.pop()
            with open(f"/proc/{pid}/task/{pid}/children") as children:
                below = [int(child) for child in children.read().split()]
            queue += below
            found.append(pid)
        return found

    def nanoseconds(self):
        total = 0
        for pid in self.services():
            for task in os.listdir(f"/proc/{pid}/task"):
                try:
                    with open(f"/proc/{pid}/task/{task}/schedstat") as line:
                        total += int(line.read().split()[0])
                except FileNotFoundError:
                    pass
        return total

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        """Half a chain is stopped."""
        if kind:
            self.stop()

    def stop(self):
        for process in self.started:
            process.terminate()
        for process in self.started:
            process.wait()


def ours(program, folder, name, transport, client=None, pipeline=1):
    client = client or transport
    path = os.path.join(folder, f"{transport}-{client}-{pipeline}.yaml")
    calls = "".join(f"  - {{name: s{i}, script: [call: s{i + 1}]}}\n" for i in range(1, DEPTH))
    with open(path, "w") as file:
        file.write(
            f"version: 1\nentry: s1\ndefaults: {{strategy: value-chain, transport: {transport}, pipeline: {pipeline}}}\n"
            f"client: {{transport: {client}}}\nservices:\n{calls}  - {{name: s{DEPTH}}}\n")
    with Chain(name, client) as chain:
        chain.port = chain.start_own([program, "up", path])
    return chain


def of_processes(name, wire, words, own_leaf=None):
    """From the last to the entry; words(port, next) are its command and its environment's changes. With `own_leaf`, a
    command, the last is of ours."""
    with Chain(name, wire) as chain:
        follower = chain.start_own(own_leaf) if own_leaf else None
        for _ in range(DEPTH - (1 if own_leaf else 0)):
            port = free_port()
            command, changes = words(port, follower)
            chain.start(command, env={**os.environ, **changes})
            await_port(port)
            follower = port
        chain.port = follower
    return chain


def nginx(name, folder):
    return of_processes(name, "http1", lambda port, follower: (nginx_words(folder, port, follower), {}))


def nginx_grpc(name, program, folder):
    return of_processes(
        name, "grpc", lambda port, follower: (nginx_words(folder, port, follower, is_grpc=True), {}),
        own_leaf=own_service(program, folder))


def haproxy(name, folder):
    def words(port, follower):
        path = os.path.join(folder, f"haproxy-{port}")
        act = f"server next 127.0.0.1:{follower} maxconn 256" if follower else (
            f'http-request return status 200 content-type text/plain string "{"ctxchain" * 16}"')
        with open(path, "w") as file:
            file.write(
                "global\n nbthread 1\ndefaults\n mode http\n timeout client 60s\n timeout server 60s\n timeout connect 5s\n"
                f" http-reuse always\nlisten hop\n bind 127.0.0.1:{port}\n {act}\n")
        return [HAPROXY, "-db", "-q", "-f", path], {}
    return of_processes(name, "http1", words)


def go(name, folder):
    return of_processes(name, "http1", lambda port, follower: (
        [f"{folder}/hop-go", "--listen", str(port), *(["--next", f"127.0.0.1:{follower}"] if follower else [])],
        {"GOMAXPROCS": "1"}))


def swift(name, wire, folder, program):
    return of_processes(name, wire, lambda port, follower: (
        [f"{folder}/{program}", str(port), *([f"127.0.0.1:{follower}"] if follower else [])], {"LOG_LEVEL": "error"}))


def others(wire, program, folder):
    """Name, whether it can be had, and what starts it."""
    def is_built(name):
        return os.path.exists(os.path.join(folder, name))
    if wire == "grpc":
        return [
            ("nginx grpc_pass", NGINX, lambda name: nginx_grpc(name, program, folder)),
            ("grpc-swift 2", is_built("hop-grpc"), lambda name: swift(name, wire, folder, "hop-grpc")),
        ]
    return [
        ("nginx", NGINX, lambda name: nginx(name, folder)),
        ("haproxy", HAPROXY, lambda name: haproxy(name, folder)),
        ("Go net/http", is_built("hop-go"), lambda name: go(name, folder)),
        ("Hummingbird", is_built("hop-hummingbird"), lambda name: swift(name, wire, folder, "hop-hummingbird")),
    ]
