"""Whether a service conforms to OGC API - Processes 1.0 and OGC API - Features 1.0: `conformance.py`.

The first line that it writes is the address at which it wants to be called; then it reads that of the service, which must allow the
fixtures as inputs and the other address as webhook.
"""

import sys

import callbacks
import collections_of_events
import declarations
import descriptions
import execution
import feature_encodings
import features
import job_list
import jobs
import processes
from harness import Api, finish, judge
from receiver import Receiver
from world import World


PROCESSES = [processes, execution, jobs, descriptions, job_list, callbacks]
FEATURES = [collections_of_events, features, feature_encodings]


def main() -> None:
    receiver = Receiver()
    print(receiver.address, flush=True)
    address = sys.stdin.readline().strip()
    if not address:
        sys.exit("the service does not start")
    world = World(Api(address), receiver)
    modules = [declarations, *PROCESSES, *FEATURES]
    finish([judge(requirement, world) for module in modules for requirement in module.CATALOGUE.requirements])


main()
