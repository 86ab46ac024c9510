import base64

from hypothesis import given
from hypothesis import strategies as st

from handlers.local.gateway import Request, as_event, as_response


def request(**changes: object) -> Request:
    plain = {"method": "GET", "path": "/orders/o-1", "query": "", "headers": (), "body": b""}
    return Request(**(plain | changes))  # type: ignore[arg-type]  # Built from known fields.


def test_a_repeated_query_parameter_is_joined_with_commas() -> None:
    event = as_event(request(query="a=1&a=2&b="))
    assert event["queryStringParameters"] == {"a": "1,2", "b": ""}


def test_a_request_without_a_query_has_no_parameters() -> None:
    assert "queryStringParameters" not in as_event(request())


def test_text_is_handed_on_as_it_is() -> None:
    event = as_event(request(body="{'grüße': 1}".encode()))
    assert (event["body"], event["isBase64Encoded"]) == ("{'grüße': 1}", False)


def test_what_is_no_text_is_handed_on_in_base64() -> None:
    event = as_event(request(body=b"\xff\x00"))
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\xff\x00"


@given(st.binary() | st.text().map(str.encode))
def test_a_body_arrives_byte_for_byte_because_it_may_be_signed(body: bytes) -> None:
    event = as_event(request(method="POST", path="/webhooks/github", body=body))
    text = event.get("body", "")
    assert (base64.b64decode(text) if event["isBase64Encoded"] else text.encode()) == body


def test_webhooks_have_a_route_of_their_own_and_no_caller() -> None:
    event = as_event(request(method="POST", path="/webhooks/github"))
    assert event["routeKey"] == "POST /webhooks/github"
    assert "authorizer" not in event["requestContext"]


def test_any_other_way_to_webhooks_is_a_callers() -> None:
    for other in (
        request(path="/webhooks/github"),
        request(method="POST", path="/webhooks/github/"),
        request(method="POST", path="/webhooks/gitlab"),
    ):
        event = as_event(other)
        assert event["routeKey"] == "$default"
        assert "authorizer" in event["requestContext"]


def test_the_caller_stands_where_iam_puts_it() -> None:
    iam = as_event(request(headers=(("x-waybill-caller", "shop"),)))["requestContext"]["authorizer"]
    assert iam["iam"]["userArn"] == "arn:aws:iam::000000000000:user/shop"


def test_a_caller_who_says_nothing_is_local() -> None:
    iam = as_event(request())["requestContext"]["authorizer"]["iam"]
    assert iam["userArn"].endswith(":user/local")


def test_cookies_leave_the_headers() -> None:
    event = as_event(request(headers=(("cookie", "a=1; b=2"), ("accept", "*/*"))))
    assert (event["cookies"], event["headers"]) == (["a=1", "b=2"], {"accept": "*/*"})


def test_health_has_a_route_of_its_own() -> None:
    assert as_event(request(path="/health"))["routeKey"] == "GET /health"
    assert as_event(request())["routeKey"] == "$default"


def test_a_link_has_a_route_of_its_own_and_no_caller() -> None:
    for path, route in (
        ("/ci/jobs/j1/page/k", "GET /ci/jobs/{job_id}/page/{key}"),
        ("/ci/jobs/j1/log/k", "GET /ci/jobs/{job_id}/log/{key}"),
        ("/ci/customers/acme/page/k", "GET /ci/customers/{customer_id}/page/{key}"),
    ):
        event = as_event(request(path=path, headers=(("x-waybill-caller", "shop"),)))
        assert event["routeKey"] == route
        assert "authorizer" not in event["requestContext"]
    for other in (
        request(path="/ci/jobs/j1/page"),
        request(path="/ci/jobs/j1/page/"),
        request(path="/ci/jobs//page/k"),
        request(path="/ci/jobs/j1/page/k/k"),
        request(path="/ci/jobs/j1/cancel/k"),
        request(method="HEAD", path="/ci/jobs/j1/page/k"),
        request(method="POST", path="/ci/jobs/j1/page/k"),
    ):
        event = as_event(other)
        assert event["routeKey"] == "$default"
        assert "authorizer" in event["requestContext"]


def test_an_answer_keeps_status_headers_cookies_and_bytes() -> None:
    response = as_response(
        {
            "statusCode": 201,
            "headers": {"Location": "/orders/o-1"},
            "cookies": ["a=1", "b=2"],
            "body": base64.b64encode(b"\xff").decode(),
            "isBase64Encoded": True,
        }
    )
    assert (response.status, response.body) == (201, b"\xff")
    assert response.headers == (
        ("location", "/orders/o-1"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    )


def test_an_answer_without_a_status_is_the_body() -> None:
    assert as_response({"a": 1}).body == b'{"a": 1}'
