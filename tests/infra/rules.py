"""What linters do not see: each rule returns what is wrong, in words.

`test_rules.py` seeds a mistake for each of them, so none can pass by looking away.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from handlers.metrics import NAMESPACE
from tests.infra.template import Template, of_type, target

FUNCTION = "AWS::Serverless::Function"
MAPPING = "AWS::Lambda::EventSourceMapping"
QUEUE = "AWS::SQS::Queue"
DAY_S = 24 * 60 * 60
MOST_RETRIES = 100
MOST_READERS = 2
# Lambda developer guide, "Using Lambda with Amazon SQS": at least six times the timeout.
VISIBILITY_TIMES = 6
# Which resource a dimension of an AWS metric has to name.
DIMENSIONS = {
    ("AWS/Lambda", "FunctionName"): FUNCTION,
    ("AWS/SQS", "QueueName"): QUEUE,
    ("AWS/ApiGateway", "ApiId"): "AWS::ApiGatewayV2::Api",
}

Rule = Callable[[Template], Iterator[str]]


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
        ("AWS::Events::Rule", "EventPattern"),
        ("AWS::Events::Archive", "EventPattern"),
        ("AWS::SNS::Subscription", "FilterPolicy"),
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


def streams_have_two_readers_at_most(template: Template) -> Iterator[str]:
    """More readers a shard are throttled (DynamoDB developer guide, Streams)."""
    readers = Counter(target(m["EventSourceArn"]) for m in _stream_mappings(template).values())
    yield from (f"{table} has {n} readers" for table, n in readers.items() if n > MOST_READERS)


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
        for name, subscription in of_type(template, "AWS::SNS::Subscription").items()
    ]
    places += [
        (f"{name}.{one['Id']}", one.get("DeadLetterConfig", {}).get("Arn"))
        for name, rule in of_type(template, "AWS::Events::Rule").items()
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
    for name, table in of_type(template, "AWS::DynamoDB::Table").items():
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


def policies_name_what_they_allow(template: Template) -> Iterator[str]:
    """No star but at the end of a bucket of ours."""
    for name, function in of_type(template, FUNCTION).items():
        for policy in function["Policies"]:
            for statement in policy["Statement"]:
                for word in (*_listed(statement["Action"]), *_listed(statement["Resource"])):
                    if "*" in str(word) and not str(word).endswith("Bucket.Arn}/*'}"):
                        yield f"{name}.{statement['Sid']} allows {word}"


def services_are_let_in_for_one_source(template: Template) -> Iterator[str]:
    """Else anybody's topic or rule could write into our queues (the confused deputy)."""
    for name, policy in of_type(template, "AWS::SQS::QueuePolicy").items():
        for statement in policy["PolicyDocument"]["Statement"]:
            if "aws:SourceArn" not in statement.get("Condition", {}).get("ArnEquals", {}):
                yield f"{name}.{statement['Sid']} lets everybody in"
    for name, permission in of_type(template, "AWS::Lambda::Permission").items():
        if "SourceArn" not in permission:
            yield f"{name} lets everybody in"


def queues_are_encrypted(template: Template) -> Iterator[str]:
    """With the queue service's own keys, which topics and rules can write under."""
    for name, queue in of_type(template, QUEUE).items():
        if queue.get("SqsManagedSseEnabled") is not True:
            yield f"{name} is not encrypted"


def rules_stand_on_our_bus_by_name(template: Template) -> Iterator[str]:
    """`!Ref` of a bus is read differently by different engines."""
    for name, rule in of_type(template, "AWS::Events::Rule").items():
        bus = rule.get("EventBusName")
        if "EventPattern" in rule and bus != {"Fn::GetAtt": ["EventBus", "Name"]}:
            yield f"{name} stands on {bus}"


def _stream_mappings(template: Template) -> dict[str, Template]:
    tables = of_type(template, "AWS::DynamoDB::Table")
    return _mappings_of(template, tables)


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


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - any node of a template.
    return value if isinstance(value, list) else [value]


RULES: tuple[Rule, ...] = tuple(
    rule
    for name, rule in list(globals().items())
    if callable(rule) and getattr(rule, "__module__", "") == __name__ and not name.startswith("_")
)
