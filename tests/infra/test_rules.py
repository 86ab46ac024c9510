"""Each rule notices its mistake: seeded into the real template, one at a time."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.infra import access_rules as access
from tests.infra import rules
from tests.infra.rules import RULES
from tests.infra.template import Rule, Template, findings, load, statements, translated

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


def no_reader(template: Template) -> None:
    del template["Resources"]["CiBroadcastMapping"]


def sweep_that_cannot_notify(template: Template) -> None:
    for statement in statements(template["Resources"]["CiSweepFunction"]["Properties"]):
        if statement["Sid"] == "NotifyOurselves":
            statement["Resource"] = {"Ref": "NoticesTopic"}


def sweep_that_mails(template: Template) -> None:
    functions = template["Resources"]
    mailing = functions["MailFunction"]["Properties"]["Policies"][0]["Statement"]
    functions["CiSweepFunction"]["Properties"]["Policies"][0]["Statement"] += mailing


def secret_everywhere(template: Template) -> None:
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    variables["GITHUB_TOKEN"] = {"Ref": "GitHubToken"}


def secret_told_by_the_stack(template: Template) -> None:
    template["Outputs"]["Key"] = {"Value": {"Fn::Sub": "key ${GitHubPrivateKey}"}}


def secret_that_echoes(template: Template) -> None:
    del template["Parameters"]["GitHubWebhookSecrets"]["NoEcho"]


def secret_with_a_default(template: Template) -> None:
    template["Parameters"]["GitHubToken"]["Default"] = "ghp_1"


def secret_written_out(template: Template) -> None:
    put(f"WebhookFunction.{P}.Environment.Variables.GITHUB_WEBHOOK_SECRETS", "s")(template)


def secret_where_nobody_needs_it(template: Template) -> None:
    put(f"MailFunction.{P}.Environment", {"Variables": {"GITHUB_TOKEN": {"Ref": "GitHubToken"}}})(
        template
    )


def statement(function: str, sid: str, field: str, value: Any) -> Callable[[Template], None]:  # noqa: ANN401 - any node.
    """Set a field of what a function is allowed under a name."""

    def change(template: Template) -> None:
        allowed = statements(template["Resources"][function][P])
        next(one for one in allowed if one["Sid"] == sid)[field] = value

    return change


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
    (rules.streams_have_two_readers, third_reader),
    (rules.streams_have_two_readers, no_reader),
    (
        rules.streams_have_two_readers,
        put(f"BoardsTable.{P}.StreamSpecification", {"StreamViewType": "NEW_IMAGE"}),
    ),
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
        access.policies_name_what_they_allow,
        put(f"ApiFunction.{P}.Policies.0.Statement.0.Resource", "*"),
    ),
    (
        access.policies_name_what_they_allow,
        put(f"ApiFunction.{P}.Policies.0.Statement.0.Action", ["dynamodb:*"]),
    ),
    (
        access.policies_name_what_they_allow,
        statement("StartFunction", "StartExecutions", "Resource", "arn:aws:states:*"),
    ),
    (
        access.policies_name_what_they_allow,
        statement("MailFunction", "SendMailAsOneSender", "Action", "ses:*"),
    ),
    (
        access.services_are_let_in_for_one_source,
        drop(f"NoticesQueuePolicy.{P}.PolicyDocument.Statement.0.Condition"),
    ),
    (access.services_are_let_in_for_one_source, drop(f"ApiPermission.{P}.SourceArn")),
    (
        access.whoever_delivers_is_let_in,
        put(f"WebhookPermission.{P}.FunctionName", {"Ref": "Api"}),
    ),
    *(
        (
            access.whoever_delivers_is_let_in,
            put(f"{policy}.{P}.PolicyDocument.Statement.0.{path}", value),
        )
        for policy, path, value in (
            ("CiNoticesQueuePolicy", "Condition.ArnEquals.aws:SourceArn", {"Ref": "NoticesTopic"}),
            ("CiNoticesQueuePolicy", "Resource.5", {"Fn::GetAtt": ["StartQueue", "Arn"]}),
            ("ResultsQueuePolicy", "Resource", {"Fn::GetAtt": ["StartQueue", "Arn"]}),
            ("RuleDeadLettersPolicy", "Condition.ArnEquals.aws:SourceArn.3", {"Ref": "X"}),
        )
    ),
    (
        access.whoever_delivers_is_let_in,
        put(f"CiSweepSchedulePermission.{P}.SourceArn", {"Fn::GetAtt": ["SweepSchedule", "Arn"]}),
    ),
    (
        access.only_open_routes_need_no_caller,
        put(f"DefaultRoute.{P}.AuthorizationType", "NONE"),
    ),
    (access.only_open_routes_need_no_caller, drop(f"DefaultRoute.{P}.AuthorizationType")),
    (
        access.only_open_routes_need_no_caller,
        put(f"WebhookRoute.{P}.AuthorizationType", "AWS_IAM"),
    ),
    (access.only_open_routes_need_no_caller, put(f"HealthRoute.{P}.RouteKey", "GET /jobs")),
    (
        access.only_open_routes_need_no_caller,
        put(f"JobLogLinkRoute.{P}.AuthorizationType", "AWS_IAM"),
    ),
    (
        access.only_open_routes_need_no_caller,
        put(f"JobPageLinkRoute.{P}.RouteKey", "GET /ci/jobs/{job_id}/page"),
    ),
    (
        access.open_routes_change_nothing_but_by_a_webhook,
        put(f"JobPageLinkRoute.{P}.RouteKey", "ANY /ci/jobs/{job_id}/page/{key}"),
    ),
    (
        access.open_routes_change_nothing_but_by_a_webhook,
        put(f"QueuePageLinkRoute.{P}.RouteKey", "POST /ci/jobs/{job_id}/cancel"),
    ),
    *(
        (access.secrets_stand_where_they_are_needed, seed)
        for seed in (
            secret_everywhere,
            secret_told_by_the_stack,
            secret_written_out,
            secret_where_nobody_needs_it,
        )
    ),
    (access.a_sweep_of_ci_leaves_to_the_queues_what_is_theirs, sweep_that_cannot_notify),
    (access.a_sweep_of_ci_leaves_to_the_queues_what_is_theirs, sweep_that_mails),
    (access.secrets_cannot_be_read_off_the_stack, secret_that_echoes),
    (access.secrets_cannot_be_read_off_the_stack, secret_with_a_default),
    (rules.sweepers_do_not_overlap, put(f"CiSweepFunction.{P}.Timeout", 60)),
    (rules.sweepers_do_not_overlap, drop(f"SweepFunction.{P}.ReservedConcurrentExecutions")),
    (rules.sweepers_do_not_overlap, drop(f"CiSweepFunction.{P}.EventInvokeConfig")),
    (rules.queues_are_encrypted, drop(f"ReactDeadLetters.{P}.SqsManagedSseEnabled")),
    (
        rules.rules_stand_where_their_events_are,
        put(f"PublishedEventsRule.{P}.EventBusName", {"Ref": "EventBus"}),
    ),
    (
        rules.rules_stand_where_their_events_are,
        put(f"ResultsRule.{P}.EventBusName", {"Fn::GetAtt": ["EventBus", "Name"]}),
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
