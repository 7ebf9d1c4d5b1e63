"""Loads the gateway and the hand-written endpoint in turns, and prints what each request cost. Started by `run`."""

import argparse
import json
import os
import statistics
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

PAGE = """query Page($space: String!, $first: Int, $last: Int, $after: String) {
  projectSpace(name: $space) {
    mobileWorkers(filter: { statuses: [ACTIVE] }, first: $first, last: $last, after: $after) {
      nodes {
        id username firstName lastName status
        role { name permissions { permission } }
        locations { name }
        groups { name }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}"""
START = """query($space: String!, $last: Int) {
  projectSpace(name: $space) {
    mobileWorkers(filter: { statuses: [ACTIVE] }, last: $last) {
      nodes { id username }
      pageInfo { startCursor }
    }
  }
}"""
WORKER = """query Worker($space: String!, $id: ID!) {
  projectSpace(name: $space) {
    mobileWorker(id: $id) {
      id username loginName firstName lastName email phoneNumbers language status userData createdAt updatedAt version
      role { name permissions { permission } }
      locations { name }
      primaryLocation { name }
      groups { name }
    }
  }
}"""
LOGIN = "mutation($input: LoginInput!) { login(input: $input) { accessToken userErrors { code } } }"

SPACE = "load"
# How many different pages, or workers, a load goes round.
ROUND = 20
TICKS = os.sysconf("SC_CLK_TCK")
# PostgreSQL's processes hand in their statistics at the latest this long after their last statement.
STATISTICS_LAG = 11
STATEMENTS_OF = 500

WRK = """
local requests, index = {}, 0
function init(args)
  for _, each in ipairs({ %s }) do
    requests[#requests + 1] = wrk.format(each.method, each.path, each.headers, each.body)
  end
end
function request()
  index = index %% #requests + 1
  return requests[index]
end
function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '\\nRESULT {"requests":%%d,"micros":%%d,"bytes":%%d,"failed":%%d,"p50":%%d,"p99":%%d}\\n',
    summary.requests, summary.duration, summary.bytes,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


def send(request):
    """The answer to one request, which must be a success."""
    method, url, headers, body = request
    data = None if body is None else body.encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=30) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{url} answered {error.code}: {error.read().decode()[:500]}") from error


class Gateway:
    def __init__(self, url, password):
        self.url, self.password, self.headers = url, password, {}

    def request(self, query, token=None, **variables):
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        return "POST", self.url, headers, json.dumps({"query": query, "variables": variables})

    def run(self, query, token=None, **variables):
        answer = send(self.request(query, token, **variables))
        if "errors" in answer:
            raise SystemExit(f"the gateway answered with errors: {json.dumps(answer['errors'])[:500]}")
        return answer["data"]

    def sign_in(self, user):
        answer = self.run(LOGIN, input={"username": f"{user}@load.example", "password": self.password})
        if not answer["login"]["accessToken"]:
            raise SystemExit(f"`{user}` could not sign in: {answer}")
        return answer["login"]["accessToken"]


def processor_time(pid):
    """Seconds of processor that a process has had, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(pid, field="VmRSS"):
    """Memory of a process, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"process {pid} is gone")


class Database:
    def __init__(self, server, name):
        self.server, self.name = server, name

    def ask(self, sql):
        """From another database, so that asking is not counted in this one."""
        done = subprocess.run(["psql", self.server, "-AtX", "-c", sql], capture_output=True, text=True, check=True)
        return done.stdout.split()

    def statements(self):
        """Statements since the database was made: each read is a transaction of its own."""
        return int(self.ask(f"SELECT xact_commit FROM pg_stat_database WHERE datname = '{self.name}'")[0])

    def processor_time(self):
        """Of the processes that serve it; nothing where they are not ours to look at."""
        pids = self.ask(f"SELECT pid FROM pg_stat_activity WHERE datname = '{self.name}'")
        try:
            return {pid: processor_time(pid) for pid in pids}
        except OSError:
            return {}


class Load:
    """One thing to measure: who serves it, and the requests to go round."""

    def __init__(self, name, pid, requests):
        self.name, self.pid, self.requests, self.figures, self.peak = name, pid, requests, [], 0.0

    def median(self, figure):
        return statistics.median(each[figure] for each in self.figures)

    def spread(self, figure):
        values = [each[figure] for each in self.figures]
        return (max(values) - min(values)) / statistics.median(values)


def lua(text):
    return json.dumps(text, ensure_ascii=True)


def run_wrk(load, work, database, seconds, connections):
    parts = []
    for method, url, headers, body in load.requests:
        path = "/" + url.split("/", 3)[3]
        listed = ", ".join(f"[{lua(name)}] = {lua(value)}" for name, value in headers.items())
        given = f", body = {lua(body)}" if body is not None else ""
        parts.append(f"{{ method = {lua(method)}, path = {lua(path)}, headers = {{ {listed} }}{given} }}")
    script = work / "load.lua"
    script.write_text(WRK % ", ".join(parts))
    origin = "/".join(load.requests[0][1].split("/", 3)[:3])
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", str(script), origin]

    over = threading.Event()

    def watch():
        while not over.wait(0.2):
            load.peak = max(load.peak, resident(load.pid))

    watcher = threading.Thread(target=watch)
    database_before, before = database.processor_time(), processor_time(load.pid)
    watcher.start()
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60)
    finally:
        over.set()
        watcher.join()
    used = processor_time(load.pid) - before
    database_used = sum(
        after - database_before.get(pid, 0) for pid, after in database.processor_time().items() if database_before
    )
    found = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))[7:])
    if found["failed"] or not found["requests"]:
        raise SystemExit(f"{load.name}: {found['failed']} of {found['requests']} requests failed")
    requests = found["requests"]
    return {
        "rate": requests / found["micros"] * 1e6,
        "server": used / requests * 1e6,
        "database": database_used / requests * 1e6,
        "bytes": found["bytes"] / requests,
        "p50": found["p50"] / 1000,
        "p99": found["p99"] / 1000,
    }


def count_statements(database, counted):
    """Statements of each of these requests, over a few hundred of them. A statement that has to be prepared first counts
    twice; the gateway's own looks at the policies, one in two seconds, are among them."""
    for requests in counted.values():
        for number in range(STATEMENTS_OF // 5):
            send(requests[number % len(requests)])
    numbers = {}
    time.sleep(STATISTICS_LAG)
    before = database.statements()
    for name, requests in counted.items():
        for number in range(STATEMENTS_OF):
            send(requests[number % len(requests)])
        time.sleep(STATISTICS_LAG)
        after = database.statements()
        numbers[name] = (after - before) / STATEMENTS_OF
        before = after
    return numbers


def without_cursor(data):
    data["projectSpace"]["mobileWorkers"]["pageInfo"]["endCursor"] = None
    return data


def plan(gateway, gateway_pid, handwritten_url, handwritten_pid):
    """What is measured. First it is made sure that both answer the same."""
    manager, supervisor, admin = (gateway.sign_in(user) for user in ("manager", "supervisor", "admin"))

    def handwritten(after=None):
        username, _, id = (after or ",").partition(",")
        return "GET", f"{handwritten_url}?username={username}&id={id}" if after else handwritten_url, {}, None

    def pages(token, check):
        requests, theirs, after, their_after = [], [], None, None
        for _ in range(ROUND):
            requests.append(gateway.request(PAGE, token, space=SPACE, first=50, after=after))
            data = gateway.run(PAGE, token, space=SPACE, first=50, after=after)
            workers = data["projectSpace"]["mobileWorkers"]
            assert len(workers["nodes"]) == 50, "the page is not full"
            assert all(node["role"] and node["locations"] for node in workers["nodes"]), "a page lacks something"
            after = workers["pageInfo"]["endCursor"]
            theirs.append(handwritten(their_after))
            if check:
                other = send(theirs[-1])["data"]
                their_after = other["projectSpace"]["mobileWorkers"]["pageInfo"]["endCursor"]
                assert without_cursor(data) == without_cursor(other), "the two do not answer the same"
            nodes = workers["nodes"]
        return requests, theirs, nodes

    mine, theirs, nodes = pages(manager, True)
    near, _, _ = pages(supervisor, False)
    # The page that ends the list: it follows the first of the last 51.
    end = gateway.run(START, manager, space=SPACE, last=51)["projectSpace"]["mobileWorkers"]
    last = gateway.request(PAGE, manager, space=SPACE, first=50, after=end["pageInfo"]["startCursor"])
    first_of_end = end["nodes"][0]
    hexadecimal = first_of_end["id"].removeprefix("mw_")
    dashed = "-".join(hexadecimal[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))
    their_last = handwritten(f"{first_of_end['username']},{dashed}")
    answers = send(last)["data"], send(their_last)["data"]
    assert not answers[0]["projectSpace"]["mobileWorkers"]["pageInfo"]["hasNextPage"], "not the last page"
    assert without_cursor(answers[0]) == without_cursor(answers[1]), "the two do not answer the same"

    def one(token):
        return [gateway.request(WORKER, token, space=SPACE, id=node["id"]) for node in nodes[:ROUND]]

    for request in one(manager)[:1] + one(admin)[:1]:
        worker = send(request)["data"]["projectSpace"]["mobileWorker"]
        assert worker["role"] and worker["locations"] and worker["groups"], "the worker lacks something"

    def few(first):
        return [gateway.request(PAGE, manager, space=SPACE, first=first)]

    loads = {
        "handwritten": Load("page, hand-written", handwritten_pid, theirs),
        "page": Load("page", gateway_pid, mine),
        "handwritten first": Load("first page, hand-written", handwritten_pid, theirs[:1]),
        "first": Load("first page", gateway_pid, mine[:1]),
        "handwritten last": Load("last page, hand-written", handwritten_pid, [their_last]),
        "last": Load("last page", gateway_pid, [last]),
        "near": Load("page, supervisor of 1 district of 35", gateway_pid, near),
        "one": Load("one worker by id", gateway_pid, one(manager)),
        "one, admin": Load("one worker by id, admin", gateway_pid, one(admin)),
        "typename, signed in": Load("{__typename}, signed in", gateway_pid, [gateway.request("{__typename}", manager)]),
        "typename": Load("{__typename}, stranger", gateway_pid, [gateway.request("{__typename}")]),
    }
    counted = {
        "page of 5": few(5),
        "page of 50": few(50),
        "page of 100": few(100),
        f"page of 50, {ROUND} different ones": mine,
        "page of 50, supervisor": near[:1],
        "one worker by id": one(manager),
        "{__typename}, signed in": [gateway.request("{__typename}", manager)],
    }
    return loads, counted


def refresh(loads, gateway):
    """New tokens: they are valid for ten minutes."""
    names = {"near": "supervisor", "one, admin": "admin"}
    tokens = {user: gateway.sign_in(user) for user in ("manager", "supervisor", "admin")}
    for key, load in loads.items():
        for _, _, headers, _ in load.requests:
            if "authorization" in headers:
                headers["authorization"] = f"Bearer {tokens[names.get(key, 'manager')]}"


def report(loads, counted, rest, after, peak):
    base = loads["handwritten"]
    print(f"\n{'':<38}{'req/s':>8}{'server µs':>11}{'±':>6}{'db µs':>8}{'p50 ms':>8}{'p99 ms':>8}{'bytes':>8}")
    for load in loads.values():
        print(
            f"{load.name:<38}{load.median('rate'):>8.0f}{load.median('server'):>11.0f}"
            f"{load.spread('server') * 50:>5.0f}%{load.median('database'):>8.0f}"
            f"{load.median('p50'):>8.1f}{load.median('p99'):>8.1f}{load.median('bytes'):>8.0f}"
        )

    def ratio(name, over, under, goal=""):
        cpu, rate = (loads[over].median(figure) / loads[under].median(figure) for figure in ("server", "rate"))
        print(f"{name:<38}{rate:>8.2f}{cpu:>11.2f}   {goal}")

    print(f"\n{'ratio':<38}{'req/s':>8}{'server µs':>11}   goal (server µs)")
    ratio("page / hand-written", "page", "handwritten", "≤ 2 now, ≤ 1.5 later")
    ratio("last page / first page", "last", "first", "≤ 1.2")
    ratio("last / first, hand-written", "handwritten last", "handwritten first")
    ratio("page, supervisor / hand-written", "near", "handwritten")
    ratio("one worker by id / hand-written page", "one", "handwritten")
    ratio("{__typename} / page", "typename", "page")

    print(f"\n{'statements':<38}{'each':>8}   goal")
    goals = {"page of 50": "≤ 2, whatever the page size", "one worker by id": "≤ 2"}
    for name, number in counted.items():
        print(f"{name:<38}{number:>8.1f}   {goals.get(name, '')}")

    load = max(load.peak for load in loads.values() if load.pid == loads["page"].pid)
    print(f"\n{'memory of the gateway, MB':<38}{'VmRSS':>8}   goal")
    print(f"{'at rest, after the start':<38}{rest:>8.0f}   ≤ 60")
    print(f"{'under load':<38}{load:>8.0f}   ≤ 120")
    print(f"{'at rest, after the load':<38}{after:>8.0f}")
    print(f"{'highest ever, sign-ins included':<38}{peak:>8.0f}")
    print(f"{'hand-written, under load':<38}{base.peak:>8.0f}")


def main():
    parser = argparse.ArgumentParser()
    for name in ("gateway", "handwritten", "server", "database", "work"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("gateway-pid", "handwritten-pid", "rounds", "seconds", "connections"):
        parser.add_argument(f"--{name}", required=True, type=int)
    given = parser.parse_args()
    if not (1 <= given.rounds <= 20 and 1 <= given.seconds <= 60 and 1 <= given.connections <= 256):
        raise SystemExit("ROUNDS is 1 to 20, DURATION 1 to 60 seconds, CONNECTIONS 1 to 256")
    gateway = Gateway(given.gateway, os.environ["PASSWORD"])
    database = Database(given.server, given.database)
    work = Path(given.work)

    rest = resident(given.gateway_pid)
    loads, counted = plan(gateway, given.gateway_pid, given.handwritten, given.handwritten_pid)
    print("both answer the same on every page that is compared", flush=True)
    for load in loads.values():
        run_wrk(load, work, database, 2, given.connections)
        load.peak = 0.0
    statements = count_statements(database, counted)
    # In turns, so that whatever else the machine does falls on all alike.
    for number in range(given.rounds):
        refresh(loads, gateway)
        for load in loads.values():
            load.figures.append(run_wrk(load, work, database, given.seconds, given.connections))
        print(f"round {number + 1} of {given.rounds} done", flush=True)
    after = resident(given.gateway_pid)
    report(loads, statements, rest, after, resident(given.gateway_pid, "VmHWM"))


if __name__ == "__main__":
    main()
