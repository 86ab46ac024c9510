"""Each rule notices its mistake: seeded into the real template, one at a time."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.infra import rules
from tests.infra.rules import RULES, Rule
from tests.infra.template import Template, findings, load, translated

TEMPLATE = load()


def put(path: str, value: Any) -> Callable[[Template], None]:  # noqa: ANN401 - any node.
    """Set a property of a resource: `Resource.Property.0.Inner`."""

    def change(template: Template) -> None:
        resource, *inner, last = path.split(".")
        node = template["Resources"][resource]
        for step in inner:
            node = node[int(step) if step.isdigit() else step]
        node[int(last) if last.isdigit() else last] = value

    return change


def drop(path: str) -> Callable[[Template], None]:
    """Take a property of a resource away."""

    def change(template: Template) -> None:
        resource, *inner, last = path.split(".")
        node = template["Resources"][resource]
        for step in inner:
            node = node[int(step) if step.isdigit() else step]
        del node[last]

    return change


def third_reader(template: Template) -> None:
    template["Resources"]["ThirdMapping"] = template["Resources"]["ProjectMapping"]


P = "Properties"
SEEDS: list[tuple[Rule, Callable[[Template], None]]] = [
    (
        rules.filters_are_json_with_lists,
        put(f"ProjectMapping.{P}.FilterCriteria.Filters.0.Pattern", '{"eventName":["INSERT"]'),
    ),
    (
        rules.filters_are_json_with_lists,
        put(f"ProjectMapping.{P}.FilterCriteria.Filters.0.Pattern", '{"eventName":"INSERT"}'),
    ),
    (rules.patterns_have_lists, put(f"PublishedEventsRule.{P}.EventPattern.source", "waybill")),
    (rules.patterns_have_lists, put(f"ReactSubscription.{P}.FilterPolicy.imported", "false")),
    *(
        (
            rules.stream_readers_give_up_in_time_and_lose_nothing,
            put(f"BroadcastMapping.{P}.{field}", value),
        )
        for field, value in (
            ("StartingPosition", "LATEST"),
            ("BisectBatchOnFunctionError", False),
            ("FunctionResponseTypes", []),
            ("ParallelizationFactor", 10),
            ("MaximumRetryAttempts", -1),
            ("MaximumRecordAgeInSeconds", 86400),
            ("DestinationConfig", {"OnFailure": {"Destination": {"Ref": "ReactQueue"}}}),
        )
    ),
    (rules.streams_have_two_readers_at_most, third_reader),
    (
        rules.queue_readers_hand_back_single_messages,
        drop(f"SettleMapping.{P}.FunctionResponseTypes"),
    ),
    (rules.queues_hide_messages_long_enough, put(f"SettleQueue.{P}.VisibilityTimeout", 60)),
    (rules.everything_delivered_has_dead_letters, drop(f"ReactQueue.{P}.RedrivePolicy")),
    (rules.everything_delivered_has_dead_letters, drop(f"SettleSubscription.{P}.RedrivePolicy")),
    (
        rules.everything_delivered_has_dead_letters,
        drop(f"SweepSchedule.{P}.Targets.0.DeadLetterConfig"),
    ),
    (rules.dead_letters_are_alarmed, put(f"RuleDeadLettersAlarm.{P}.MetricName", "Sent")),
    (
        rules.alarms_watch_what_exists,
        put(f"ApiErrorsAlarm.{P}.Dimensions.0.Value", {"Ref": "ReactQueue"}),
    ),
    (rules.alarms_watch_what_exists, put(f"ApiFaultsAlarm.{P}.Dimensions.0.Name", "ApiName")),
    (
        rules.alarms_watch_what_exists,
        put(f"ParkedAlarm.{P}.Dimensions", [{"Name": "service", "Value": "waybill"}]),
    ),
    (rules.alarms_watch_what_exists, drop(f"ApiFaultsAlarm.{P}.Dimensions")),
    (rules.functions_and_readers_are_alarmed, put(f"ProjectLateAlarm.{P}.MetricName", "Errors")),
    (rules.functions_and_readers_are_alarmed, put(f"SweepErrorsAlarm.{P}.MetricName", "Throttles")),
    (rules.tables_can_be_restored, drop(f"EventsTable.{P}.PointInTimeRecoverySpecification")),
    (rules.tables_can_be_restored, put(f"ViewsTable.{P}.DeletionProtectionEnabled", "false")),
    (rules.tables_can_be_restored, drop("ClaimsTable.UpdateReplacePolicy")),
    (rules.buckets_are_private_and_forget, drop(f"OversizeBucket.{P}.BucketEncryption")),
    (
        rules.buckets_are_private_and_forget,
        put(f"OversizeBucket.{P}.PublicAccessBlockConfiguration.BlockPublicAcls", value=False),
    ),
    (rules.buckets_are_private_and_forget, drop(f"FailedRecordsBucket.{P}.LifecycleConfiguration")),
    (rules.logs_are_kept_for_a_time, drop(f"AccessLogs.{P}.RetentionInDays")),
    (rules.logs_are_kept_for_a_time, drop(f"ApiFunction.{P}.LoggingConfig")),
    (
        rules.policies_name_what_they_allow,
        put(f"ApiFunction.{P}.Policies.0.Statement.0.Resource", "*"),
    ),
    (
        rules.policies_name_what_they_allow,
        put(f"ApiFunction.{P}.Policies.0.Statement.0.Action", ["dynamodb:*"]),
    ),
    (
        rules.services_are_let_in_for_one_source,
        drop(f"NoticesQueuePolicy.{P}.PolicyDocument.Statement.0.Condition"),
    ),
    (rules.services_are_let_in_for_one_source, drop(f"ApiPermission.{P}.SourceArn")),
    (rules.queues_are_encrypted, drop(f"ReactDeadLetters.{P}.SqsManagedSseEnabled")),
    (
        rules.rules_stand_on_our_bus_by_name,
        put(f"PublishedEventsRule.{P}.EventBusName", {"Ref": "EventBus"}),
    ),
]


@pytest.mark.parametrize(("rule", "seed"), SEEDS, ids=[rule.__name__ for rule, _ in SEEDS])
def test_a_rule_notices_its_mistake(rule: Rule, seed: Callable[[Template], None]) -> None:
    template = copy.deepcopy(TEMPLATE)
    seed(template)
    assert list(rule(template)) != []


def test_no_rule_is_without_a_seeded_mistake() -> None:
    assert {rule for rule, _ in SEEDS} == set(RULES)


def test_cfn_lint_sees_a_mistake_in_the_source() -> None:
    template = copy.deepcopy(TEMPLATE)
    put(f"ReactQueue.{P}.VisibilityTimeout", 50000)(template)
    assert findings(template) != []


def test_cfn_lint_sees_a_mistake_in_what_cloudformation_gets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    template = copy.deepcopy(TEMPLATE)
    put(f"ApiFunction.{P}.Timeout", 2000)(template)
    assert findings(translated(template)) != []
