from pathlib import Path

import pytest

from adapters.olist.problems import Problem, SourceError
from adapters.olist.source import OlistSource, open_source
from tests.support.olist import (
    ITEMS,
    NOW,
    ORDERS,
    PAYMENTS,
    Folder,
    item_row,
    order_row,
    payment_row,
)

FINE = [order_row("fine")], [payment_row("fine")], [item_row("fine")]


def _opened(
    tmp_path: Path,
    orders: list[str] | None = None,
    payments: list[str] | None = None,
    items: list[str] | None = None,
) -> OlistSource:
    """Read one order that is fine, and below it what a test is about."""
    folder = Folder(
        tmp_path / "olist",
        FINE[0] + ([order_row("bad")] if orders is None else orders),
        FINE[1] + ([payment_row("bad")] if payments is None else payments),
        FINE[2] + ([item_row("bad")] if items is None else items),
    )
    return open_source(folder.write())


MALFORMED = [
    ("orders", order_row("bad", status="lost"), "order_status 'lost' is not known"),
    ("orders", order_row("bad", purchased=""), "order_purchase_timestamp is missing"),
    ("orders", order_row("bad", approved="2017-02-30 00:00:00"), "order_approved_at"),
    ("orders", order_row("bad", carrier="soon"), "order_delivered_carrier_date 'soon'"),
    ("orders", order_row("bad", customer_id="c#1"), "customer_id is not an id"),
    ("orders", order_row("bad") + ",", "has 9 columns instead of 8"),
    ("orders", "bad,c1,delivered", "has 3 columns instead of 8"),
    ("orders", 'bad,"c1,delivered,,,,,', "is not CSV"),
    ("payments", payment_row("bad", value="-1.00"), "payment_value '-1.00' is negative"),
    ("payments", payment_row("bad", value="1.005"), "has more decimals than BRL has (2)"),
    ("payments", payment_row("bad", value="ten"), "payment_value 'ten' is not an amount"),
    ("payments", payment_row("bad", value=""), "payment_value '' is not an amount"),
    ("payments", payment_row("bad", sequential="0"), "payment_sequential '0'"),
    ("payments", payment_row("bad", method="gold"), "payment_type 'gold' is not known"),
    ("payments", payment_row("bad", instalments="x"), "payment_installments 'x'"),
    ("items", item_row("bad", price="1,00"), "has 8 columns instead of 7"),
    ("items", item_row("bad", price="\x1b[2J"), "price '\\x1b[2J' is not an amount"),
    ("items", item_row("bad", freight="-5"), "freight_value '-5' is negative"),
    ("items", item_row("bad", item_id="1.5"), "order_item_id '1.5'"),
    ("items", item_row("bad", product_id="a b"), "product_id is not an id"),
    ("items", item_row("bad", seller_id=""), "seller_id is missing"),
    ("items", item_row("bad", ship_by="2017-11-31 00:00:00"), "shipping_limit_date"),
]


@pytest.mark.parametrize(("table", "row", "said"), MALFORMED, ids=[said for *_, said in MALFORMED])
def test_a_malformed_row_is_named_by_file_and_line_and_keeps_only_its_own_order_out(
    tmp_path: Path, table: str, row: str, said: str
) -> None:
    rows: dict[str, list[str]] = {table: [row]}
    source = _opened(tmp_path, rows.get("orders"), rows.get("payments"), rows.get("items"))
    (problem,) = source.problems
    names = {"orders": ORDERS, "payments": PAYMENTS, "items": ITEMS}
    assert str(problem).startswith(f"{names[table]}:3: ")
    assert said in str(problem)
    assert str(problem).isprintable()
    assert [life.order.order_id for life in source.lives(lambda: NOW)] == ["fine"]


def test_two_rows_with_one_order_id_keep_both_out(tmp_path: Path) -> None:
    source = _opened(tmp_path, [order_row("bad"), order_row("bad", status="shipped")])
    assert [str(problem) for problem in source.problems] == [
        f"{ORDERS}:4: order_id stands in line 3 already; keep one of them"
    ]
    assert list(source.groups) == ["fine"]


def test_a_payment_or_item_with_a_number_that_its_order_has_already_keeps_it_out(
    tmp_path: Path,
) -> None:
    source = _opened(tmp_path, payments=[payment_row("bad"), payment_row("bad", value="1.00")])
    (problem,) = source.problems
    said = "payment_sequential 1 of this order stands in line 3 already; keep one of them"
    assert str(problem) == f"{PAYMENTS}:4: {said}"
    source = _opened(tmp_path, items=[item_row("bad"), item_row("bad", item_id="01")])
    assert [problem.line for problem in source.problems] == [4]
    assert list(source.groups) == ["fine"]


def test_rows_of_an_order_that_is_not_there_are_each_reported(tmp_path: Path) -> None:
    source = _opened(tmp_path, orders=[], payments=[payment_row("gone")], items=[item_row("gone")])
    assert [(problem.file, problem.line) for problem in source.problems] == [
        (PAYMENTS, 3),
        (ITEMS, 3),
    ]
    assert list(source.groups) == ["fine"]


def test_rows_of_an_order_whose_own_row_is_malformed_are_not_reported_again(tmp_path: Path) -> None:
    source = _opened(tmp_path, orders=[order_row("bad", status="lost")])
    assert len(source.problems) == 1


def test_vouchers_that_look_alike_are_all_kept(tmp_path: Path) -> None:
    vouchers = [payment_row("bad", str(n), "voucher", value="5.00") for n in range(1, 23)]
    source = _opened(tmp_path, payments=vouchers)
    assert not source.problems
    assert len(source.groups["bad"].payments) == 22


def test_a_stray_quotation_mark_spoils_its_own_row_only(tmp_path: Path) -> None:
    source = _opened(tmp_path, [order_row('"bad'), order_row("after")], [], [])
    assert [problem.line for problem in source.problems] == [3]
    assert list(source.groups) == ["fine", "after"]


@pytest.mark.parametrize(("newline", "prefix"), [("\r\n", b""), ("\n", b"\xef\xbb\xbf")])
def test_crlf_and_a_byte_order_mark_are_read(tmp_path: Path, newline: str, prefix: bytes) -> None:
    source = open_source(Folder(tmp_path / "olist").write(newline, prefix))
    assert (list(source.groups), source.problems) == (["o1"], [])


def test_quoted_fields_and_columns_in_another_order_are_read(tmp_path: Path) -> None:
    path = Folder(tmp_path / "olist").write()
    (path / PAYMENTS).write_text(
        '"payment_value","order_id","payment_sequential","payment_type","payment_installments"\n'
        '"99.9","o1","1","boleto","1"\n'
    )
    (payment,) = open_source(path).groups["o1"].payments
    assert payment.value_minor == 9990


def test_a_row_that_is_not_utf_8_is_reported(tmp_path: Path) -> None:
    path = Folder(tmp_path / "olist").write()
    with (path / PAYMENTS).open("ab") as file:
        file.write(b"o1,2,vouch\xe9r,1,5.00\n")
    source = open_source(path)
    assert source.problems == [Problem(PAYMENTS, 3, "is not UTF-8; save the file as UTF-8", "o1")]
    assert not source.groups


def test_a_file_is_found_by_its_columns_where_its_name_is_another(tmp_path: Path) -> None:
    path = Folder(tmp_path / "olist").write()
    (path / ORDERS).rename(path / "orders 2017.csv")
    (path / "olist_order_reviews_dataset.csv").write_text("review_id,order_id,review_score\n")
    source = open_source(path)
    assert (source.file, source.orders) == ("orders 2017.csv", 1)


def test_a_folder_without_a_file_says_which_one_and_what_it_would_hold(tmp_path: Path) -> None:
    path = Folder(tmp_path / "olist").write()
    (path / ITEMS).unlink()
    with pytest.raises(SourceError, match=f"{ITEMS} is missing.*shipping_limit_date"):
        open_source(path)
    with pytest.raises(SourceError, match="is no folder"):
        open_source(path / ORDERS)


def test_two_files_with_the_same_columns_are_not_guessed_between(tmp_path: Path) -> None:
    path = Folder(tmp_path / "olist").write()
    for name in ("a.csv", "b.csv"):
        (path / name).write_bytes((path / ORDERS).read_bytes())
    (path / ORDERS).unlink()
    with pytest.raises(SourceError, match=r"a\.csv, b\.csv have the same columns"):
        open_source(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"order_id,customer_id\n", "lacks order_status"),
        (b"", "lacks order_id"),
        ("order_id\n".encode("utf-16"), "is encoded as UTF-16; save it as UTF-8"),
        (b"\xff\xff\xff,\n", "is not a line of CSV in UTF-8"),
        (b"x" * 20_000, "is not a line of CSV in UTF-8"),
    ],
)
def test_a_wrong_header_says_what_is_wrong_with_it(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = Folder(tmp_path / "olist").write()
    (path / ORDERS).write_bytes(content)
    with pytest.raises(SourceError, match=said):
        open_source(path)
