"""What linters do not see: each rule returns what is wrong, in words.

`test_rules.py` seeds a mistake for each of them, so none can pass by looking away.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from handlers.metrics import NAMESPACE
from tests.infra import access_rules
from tests.infra.template import (
    FUNCTION,
    MAPPING,
    QUEUE,
    RULE,
    SUBSCRIPTION,
    TABLE,
    Rule,
    Template,
    of_type,
    rules_in,
    target,
)

DAY_S = 24 * 60 * 60
MOST_RETRIES = 100
READERS = 2
# Lambda developer guide, "Using Lambda with Amazon SQS": at least six times the timeout.
VISIBILITY_TIMES = 6
# Which resource a dimension of an AWS metric has to name.
DIMENSIONS = {
    ("AWS/Lambda", "FunctionName"): FUNCTION,
    ("AWS/SQS", "QueueName"): QUEUE,
    ("AWS/ApiGateway", "ApiId"): "AWS::ApiGatewayV2::Api",
}
RATE_S = {"minute": 60, "minutes": 60, "hour": 3600, "hours": 3600}


def filters_are_json_with_lists(template: Template) -> Iterator[str]:
    """A value that is no list matches nothing, and no linter says so."""
    for name, mapping in of_type(template, MAPPING).items():
        for one in mapping.get("FilterCriteria", {}).get("Filters", []):
            try:
                pattern = json.loads(one["Pattern"])
            except ValueError as error:
                yield f"{name}: {error}"
            else:
                yield from _leaves_without_list(name, pattern)


def patterns_have_lists(template: Template) -> Iterator[str]:
    """The same of event patterns and of subscription filters."""
    for kind, field in (
        (RULE, "EventPattern"),
        ("AWS::Events::Archive", "EventPattern"),
        (SUBSCRIPTION, "FilterPolicy"),
    ):
        for name, properties in of_type(template, kind).items():
            if field in properties:
                yield from _leaves_without_list(name, properties[field])


def stream_readers_give_up_in_time_and_lose_nothing(template: Template) -> Iterator[str]:
    """Retries and age are bounded, and what is given up goes to S3, which keeps the record."""
    for name, mapping in _stream_mappings(template).items():
        wanted = {
            "StartingPosition": "TRIM_HORIZON",
            "BisectBatchOnFunctionError": True,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "ParallelizationFactor": 1,
        }
        for field, value in wanted.items():
            if mapping.get(field) != value:
                yield f"{name}.{field} is {mapping.get(field)}, not {value}"
        if not 0 <= mapping.get("MaximumRetryAttempts", -1) <= MOST_RETRIES:
            yield f"{name} retries without bound"
        if not 0 < mapping.get("MaximumRecordAgeInSeconds", -1) < DAY_S:
            yield f"{name} waits longer than the stream remembers"
        given_up = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if target(given_up) not in of_type(template, "AWS::S3::Bucket"):
            yield f"{name} drops what it gives up"


def streams_have_two_readers(template: Template) -> Iterator[str]:
    """More readers a shard are throttled (DynamoDB developer guide, Streams); fewer are a loss."""
    readers = Counter(target(m["EventSourceArn"]) for m in _stream_mappings(template).values())
    for name, table in of_type(template, TABLE).items():
        wanted = READERS if "StreamSpecification" in table else 0
        if readers[name] != wanted:
            yield f"{name} has {readers[name]} readers, not {wanted}"


def queue_readers_hand_back_single_messages(template: Template) -> Iterator[str]:
    """Else one bad message brings back its whole batch."""
    for name, mapping in _queue_mappings(template).items():
        if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{name} hands back whole batches"


def queues_hide_messages_long_enough(template: Template) -> Iterator[str]:
    """A throttled batch must not come back while it is in work."""
    functions, queues = of_type(template, FUNCTION), of_type(template, QUEUE)
    for name, mapping in _queue_mappings(template).items():
        queue = target(mapping["EventSourceArn"])
        hidden_s = queues[queue].get("VisibilityTimeout", 30)
        timeout_s = functions[target(mapping["FunctionName"])]["Timeout"]
        needed_s = VISIBILITY_TIMES * timeout_s + mapping.get("MaximumBatchingWindowInSeconds", 0)
        if hidden_s < needed_s:
            yield f"{queue} hides for {hidden_s} s, {name} needs {needed_s} s"


def everything_delivered_has_dead_letters(template: Template) -> Iterator[str]:
    """Queues that are read, subscriptions, and targets of rules."""
    read = {target(m["EventSourceArn"]) for m in _queue_mappings(template).values()}
    places = [
        (name, queue.get("RedrivePolicy", {}).get("deadLetterTargetArn"))
        for name, queue in of_type(template, QUEUE).items()
        if name in read
    ]
    places += [
        (name, subscription.get("RedrivePolicy", {}).get("deadLetterTargetArn"))
        for name, subscription in of_type(template, SUBSCRIPTION).items()
    ]
    places += [
        (f"{name}.{one['Id']}", one.get("DeadLetterConfig", {}).get("Arn"))
        for name, rule in of_type(template, RULE).items()
        for one in rule["Targets"]
    ]
    for name, where in places:
        if target(where) not in of_type(template, QUEUE):
            yield f"{name} has no dead letters"


def dead_letters_are_alarmed(template: Template) -> Iterator[str]:
    """Nobody looks into a queue of dead letters by himself."""
    alarmed = {
        target(dimension["Value"])
        for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
        for dimension in alarm.get("Dimensions", [])
    }
    read = {target(m["EventSourceArn"]) for m in _queue_mappings(template).values()}
    for name in of_type(template, QUEUE).keys() - read - alarmed:
        yield f"{name} has no alarm"


def alarms_watch_what_exists(template: Template) -> Iterator[str]:
    """An alarm on a dimension that nobody writes stays green for ever."""
    for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items():
        if alarm["Namespace"] == NAMESPACE and "Dimensions" in alarm:
            yield f"{name}: the sum of our metric is written without dimensions"
        if alarm["Namespace"] != NAMESPACE and not alarm.get("Dimensions"):
            yield f"{name} watches the whole account"
        for one in alarm.get("Dimensions", []):
            kind = DIMENSIONS.get((alarm["Namespace"], one["Name"]), "")
            if target(one["Value"]) not in of_type(template, kind):
                yield f"{name}: {one['Name']} names nothing of ours"


def functions_and_readers_are_alarmed(template: Template) -> Iterator[str]:
    """Errors of every function; lateness of every reader of a stream."""
    alarms = of_type(template, "AWS::CloudWatch::Alarm").values()
    watched = {
        (a["MetricName"], target(one["Value"])) for a in alarms for one in a.get("Dimensions", [])
    }
    wanted = {("Errors", name) for name in of_type(template, FUNCTION)}
    wanted |= {
        ("IteratorAge", target(m["FunctionName"])) for m in _stream_mappings(template).values()
    }
    yield from (f"{metric} of {name} has no alarm" for metric, name in wanted - watched)


def tables_can_be_restored(template: Template) -> Iterator[str]:
    """The events are the truth: they survive a mistaken deletion and a mistaken stack update."""
    for name, table in of_type(template, TABLE).items():
        recovery = table.get("PointInTimeRecoverySpecification", {})
        if recovery.get("PointInTimeRecoveryEnabled") is not True:
            yield f"{name} cannot be restored to a point in time"
        if table.get("DeletionProtectionEnabled") is not True:
            yield f"{name} can be deleted"
        for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
            if template["Resources"][name].get(policy) != "Retain":
                yield f"{name}.{policy} is not Retain"


def buckets_are_private_and_forget(template: Template) -> Iterator[str]:
    """Encrypted, closed to the public, and emptied by time."""
    for name, bucket in of_type(template, "AWS::S3::Bucket").items():
        if "BucketEncryption" not in bucket:
            yield f"{name} is not encrypted"
        closed = bucket.get("PublicAccessBlockConfiguration", {})
        if len(closed) < len("AABB") or not all(closed.values()):
            yield f"{name} is open"
        if not bucket.get("LifecycleConfiguration", {}).get("Rules"):
            yield f"{name} never forgets"


def logs_are_kept_for_a_time(template: Template) -> Iterator[str]:
    """Each function has a log group of its own, and each log group forgets."""
    groups = of_type(template, "AWS::Logs::LogGroup")
    yield from (f"{n} never forgets" for n, g in groups.items() if "RetentionInDays" not in g)
    for name, function in of_type(template, FUNCTION).items():
        if target(function.get("LoggingConfig", {}).get("LogGroup")) != f"{name}Logs":
            yield f"{name} logs somewhere else"


def sweepers_do_not_overlap(template: Template) -> Iterator[str]:
    """One at a time, done before the next is due, and never again for one that failed."""
    functions = of_type(template, FUNCTION)
    for name, rule in of_type(template, RULE).items():
        if "ScheduleExpression" not in rule:
            continue
        rate = re.fullmatch(r"rate\((\d+) (\w+)\)", rule["ScheduleExpression"])
        period_s = int(rate[1]) * RATE_S[rate[2]] if rate else 0
        for function in (functions[target(one["Arn"])] for one in rule["Targets"]):
            if function["Timeout"] >= period_s:
                yield f"{name} is due again before its function is done"
            if function.get("ReservedConcurrentExecutions") != 1:
                yield f"{name} may wake its function twice at once"
            if function.get("EventInvokeConfig", {}).get("MaximumRetryAttempts") != 0:
                yield f"{name} wakes its function again for one that failed"


def queues_are_encrypted(template: Template) -> Iterator[str]:
    """With the queue service's own keys, which topics and rules can write under."""
    for name, queue in of_type(template, QUEUE).items():
        if queue.get("SqsManagedSseEnabled") is not True:
            yield f"{name} is not encrypted"


def rules_stand_where_their_events_are(template: Template) -> Iterator[str]:
    """AWS speaks on the default bus only, and we on ours: by name, which a `!Ref` is not always."""
    for name, rule in of_type(template, RULE).items():
        sources = rule.get("EventPattern", {}).get("source", [])
        of_aws = [str(source).startswith("aws.") for source in sources]
        wanted = None if all(of_aws) else {"Fn::GetAtt": ["EventBus", "Name"]}
        if rule.get("EventBusName") != wanted or (any(of_aws) and not all(of_aws)):
            yield f"{name} stands on {rule.get('EventBusName')}"


def _stream_mappings(template: Template) -> dict[str, Template]:
    return _mappings_of(template, of_type(template, TABLE))


def _queue_mappings(template: Template) -> dict[str, Template]:
    return _mappings_of(template, of_type(template, QUEUE))


def _mappings_of(template: Template, sources: dict[str, Template]) -> dict[str, Template]:
    mappings = of_type(template, MAPPING).items()
    return {name: m for name, m in mappings if target(m["EventSourceArn"]) in sources}


def _leaves_without_list(where: str, node: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON.
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from _leaves_without_list(f"{where}.{key}", value)
    elif not isinstance(node, list) or not node:
        yield f"{where}: {node!r} is not a list of what matches"


RULES: tuple[Rule, ...] = (*rules_in(globals()), *rules_in(vars(access_rules)))
