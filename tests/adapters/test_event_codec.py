import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.codec.event_codec import EventCodec, UnknownEventError
from adapters.codec.events import ORDERS, PAYMENTS, SHIPMENTS
from adapters.codec.values import UnknownKindError
from domain.kernel.times import UNKNOWN_TIME, Certainty, When
from domain.orders.events import OrderConfirmed, OrderEvent, OrderHeld
from domain.orders.state import NoOrder, Order
from domain.payments.events import PaymentEvent
from domain.payments.state import Payment
from domain.shipments.events import ShipmentEvent
from domain.shipments.state import Shipment

MOMENT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
MOMENTS = st.one_of(
    st.builds(
        When,
        st.datetimes(timezones=st.just(UTC)),
        st.sampled_from([Certainty.EXACT, Certainty.ZONE_ASSUMED]),
        st.text(max_size=30),
    ),
    st.just(UNKNOWN_TIME),
)
st.register_type_strategy(When, MOMENTS)

CONTEXTS: dict[str, tuple[EventCodec[Any, Any], tuple[type, ...], type]] = {
    "orders": (ORDERS, get_args(OrderEvent), Order),
    "payments": (PAYMENTS, get_args(PaymentEvent), Payment),
    "shipments": (SHIPMENTS, get_args(ShipmentEvent), Shipment),
}
KINDS = [
    pytest.param(codec, kind, id=kind.__name__)
    for codec, kinds, _ in CONTEXTS.values()
    for kind in kinds
]


@pytest.mark.parametrize(("codec", "kind"), KINDS)
@given(data=st.data())
def test_every_event_comes_back_as_it_was_and_in_the_same_bytes(
    codec: EventCodec[Any, Any], kind: type, data: st.DataObject
) -> None:
    events = data.draw(st.lists(st.from_type(kind), min_size=1, max_size=3))
    text = codec.encode_events(events)
    again = codec.decode_events(text, "stream", 1)
    assert again == tuple(events)
    assert codec.encode_events(again) == text


@pytest.mark.parametrize("context", CONTEXTS)
@given(data=st.data())
def test_every_state_comes_back_as_it_was_and_in_the_same_bytes(
    context: str, data: st.DataObject
) -> None:
    codec, _, kind = CONTEXTS[context]
    state = data.draw(st.from_type(kind))
    text = codec.encode_state(state)
    assert codec.decode_state(text) == state
    assert codec.encode_state(codec.decode_state(text)) == text


def test_the_stored_form_is_short_and_readable() -> None:
    at = When(MOMENT)
    assert ORDERS.encode_events([OrderConfirmed(at), OrderHeld("stock", UNKNOWN_TIME)]) == (
        '[{"t":"OrderConfirmed","d":{"at":{"utc":"2026-11-24T08:30:00Z"}}},'
        '{"t":"OrderHeld","d":{"reason":"stock","at":{"utc":null,"certainty":"unknown"}}}]'
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"reason": 5, "at": {"utc": None, "certainty": "unknown"}},
        {"reason": "stock", "at": {"utc": None}},
        {"reason": "stock", "at": {"utc": 1764000000}},
        {"reason": "stock", "at": {"utc": "2026-11-24T08:30:00"}},
        {"reason": "stock", "at": {"utc": "2026-11-24T08:30:00Z"}, "more": 1},
        {"reason": "stock", "at": {"utc": "2026-11-24T08:30:00Z", "more": 1}},
        {"reason": "stock", "at": {"utc": "2026-11-24T08:30:00Z", "certainty": "sure"}},
    ],
)
def test_rubbish_is_an_error_and_never_bent_into_shape(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ORDERS.decode_events(json.dumps([{"t": "OrderHeld", "d": fields}]), "order#1", 1)


def test_a_number_written_as_text_is_no_number() -> None:
    text = '[{"t":"VoidPlanned","d":{"part_id":"v","payment_id":"p","amount_minor":"5","at":'
    with pytest.raises(ValidationError):
        ORDERS.decode_events(text + '{"utc":null,"certainty":"unknown"}}}]', "order#1", 1)


def test_an_unknown_type_says_where_it_stands_and_what_to_do() -> None:
    known = {"t": "OrderConfirmed", "d": {"at": {"utc": "2026-11-24T08:30:00Z"}}}
    stored = [known, {"t": "X", "d": {}}]
    with pytest.raises(UnknownEventError, match=r"order#1 version 8: 'X' .* deploy") as unknown:
        ORDERS.decode_events(json.dumps(stored), "order#1", 7)
    assert (unknown.value.stream, unknown.value.version, unknown.value.kind) == ("order#1", 8, "X")
    assert isinstance(unknown.value, UnknownKindError)


@pytest.mark.parametrize("version", [0, 2, "1", True, None, 1.0])
def test_an_unknown_schema_version_is_an_error(version: object) -> None:
    stored = [{"t": "OrderConfirmed", "v": version, "d": {}}]
    with pytest.raises(UnknownEventError, match="schema version"):
        ORDERS.decode_events(json.dumps(stored), "order#1", 1)


def test_an_initial_state_is_never_stored() -> None:
    with pytest.raises(UnknownKindError, match="NoOrder"):
        ORDERS.encode_state(NoOrder())


@dataclass(frozen=True, slots=True)
class Weighed:
    """Once `{"kg": 2}`, then `{"g": 2000}`, today with its unit's name written out."""

    weight_g: int
    scale: str = ""


@dataclass(frozen=True, slots=True)
class Weight:
    total_g: int


WEIGHTS: EventCodec[Weight, Weighed] = EventCodec(
    (Weighed,),
    Weight,
    {
        ("Weighed", 1): lambda fields: {"g": fields["kg"] * 1000},
        ("Weighed", 2): lambda fields: {"weight_g": fields["g"]},
    },
)


def test_old_events_are_lifted_step_by_step_as_they_are_read() -> None:
    stored = (
        '[{"t":"Weighed","d":{"kg":2}},{"t":"Weighed","v":2,"d":{"g":1500}},'
        '{"t":"Weighed","v":3,"d":{"weight_g":7,"scale":"b"}}]'
    )
    assert WEIGHTS.decode_events(stored, "weight#1", 1) == (
        Weighed(2000),
        Weighed(1500),
        Weighed(7, "b"),
    )


def test_new_events_are_written_in_the_newest_schema() -> None:
    text = WEIGHTS.encode_events([Weighed(7)])
    assert text == '[{"t":"Weighed","v":3,"d":{"weight_g":7}}]'
    assert WEIGHTS.decode_events(text, "weight#1", 1) == (Weighed(7),)
