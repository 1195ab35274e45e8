# What the benchmarks in this folder start, and where it listens.

import os
import shutil
import socket
import sys
import time

NGINX = shutil.which("nginx", path="/usr/sbin")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_port(port):
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    sys.exit(f"nothing listens at {port}")


def nginx_words(folder, port, follower=None, is_grpc=False):
    """The command of an nginx with one worker that sends requests on to the port `follower`, over connections that it keeps, or
    without one, over HTTP/1.1, answers 128 bytes. (Over HTTP/2 its `return` answers before it has read a request, and resets
    the stream; an nginx before it takes the late RST_STREAM for an error of the next call.)"""
    place = os.path.join(folder, f"nginx-{port}")
    os.makedirs(os.path.join(place, "logs"))
    temporary = " ".join(f"{kind}_temp_path {place}/{kind};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
    upstream = f"upstream next {{ server 127.0.0.1:{follower}; keepalive 256; keepalive_requests 100000000; }}" if follower else ""
    if is_grpc:
        act = "grpc_pass grpc://next;"
    else:
        act = (
            'proxy_pass http://next; proxy_http_version 1.1; proxy_set_header Connection "";'
            if follower else f'return 200 "{"ctxchain" * 16}";')
    with open(f"{place}/conf", "w") as file:
        file.write(
            f"worker_processes 1; daemon off; pid {place}/pid; error_log /dev/null;\n"
            "events { worker_connections 4096; }\n"
            f"http {{ access_log off; {temporary} {upstream} keepalive_requests 100000000;\n"
            f"server {{ listen 127.0.0.1:{port}{' http2' if is_grpc else ''}; location / {{ {act} }} }} }}\n")
    return [NGINX, "-p", place, "-c", f"{place}/conf"]


def own_port(process):
    """Of `ctxchain up`, whose first line is `entry HOST:PORT`."""
    return int(process.stdout.readline().rsplit(":", 1)[1])


def own_service(program, folder):
    """The command of a service of ours without calls; see `own_port`."""
    path = os.path.join(folder, "own.yaml")
    with open(path, "w") as file:
        file.write("version: 1\nentry: s1\ndefaults: {strategy: value-chain, transport: grpc}\nservices: [{name: s1}]\n")
    return [program, "up", path]
