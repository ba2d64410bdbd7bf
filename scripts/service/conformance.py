"""Whether a service conforms to OGC API - Processes 1.0 and OGC API - Features 1.0: `conformance.py ADDRESS RECEIVER_PORT`.

The service must allow the fixtures as inputs and http://127.0.0.1:RECEIVER_PORT/ as webhook.
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
    address, port = sys.argv[1], int(sys.argv[2])
    world = World(Api(address), Receiver(port))
    modules = [declarations, *PROCESSES, *FEATURES]
    finish([judge(requirement, world) for module in modules for requirement in module.CATALOGUE.requirements])


main()
