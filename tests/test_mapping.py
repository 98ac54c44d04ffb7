"""Import maps: what they may say, and what rows become by them."""

import json
import re
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from percorso.adapters.files.cells import Cell
from percorso.adapters.files.conditions import condition_sql
from percorso.adapters.files.layers import Layers
from percorso.adapters.files.map_file import load_map, shipped_maps
from percorso.adapters.files.prepare import connected
from percorso.data.mapping import read_map
from percorso.model.condition import compile_condition
from percorso.model.errors import InvalidInput, InvalidMapping
from percorso.model.time import from_datetime
from tests.importing import SALES_MAP, changed, items, json_lines, text_file

HEADER = "id,when,card,email,amount"


# --- the map ----------------------------------------------------------------------------------------------------------


def test_the_shipped_maps_are_whole() -> None:
    assert {"olist", "online_retail"} <= set(shipped_maps())
    for name in shipped_maps():
        assert read_map(load_map(name)).events


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"time": None}, "time: is missing"),
        ({"name": None}, "name: is missing"),
        ({"rows": "sale"}, "'sale' is none of sales"),
        ({"tiem": "when"}, "unknown key tiem"),
        ({"properties": {"a": {"eval": "1+1"}}}, "is a column or one of"),
        ({"properties": {"a": 5}}, "constant"),
        ({"properties": {"a": {"sum": "lines", "of": "amount"}}}, "there is no list 'lines'"),
        ({"properties": {"a": {"multiply": ["amount"]}}}, "two numbers"),
        ({"properties": {"a": {"multiply": ["amount", {"constant": "x"}]}}}, "no number to reckon"),
        ({"when": {"field": "name", "is": "x"}}, "such as row.status"),
        ({"when": {"field": "row.a", "like": "x"}}, "field 'row.a' wants one of"),
        ({"time": {"column": "when", "format": "dd/mm"}}, "%-signs"),
        ({"time": {"column": "when", "zone": "Rome"}}, "no time zone"),
        ({"identifiers": {"E-mail": "email"}}, "no kind"),
        ({"id": "Not A Slug"}, "id: is a word"),
        ({"type": "alias"}, "'alias' is none of"),
    ],
)
def test_a_wrong_map_is_told_where_and_what(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidMapping) as error:
        read_map(changed(SALES_MAP, **change))
    assert said in error.value.message
    assert "docs/import.md" in error.value.message


def test_two_events_of_one_name_need_ids() -> None:
    twice = {**SALES_MAP, "events": SALES_MAP["events"] * 2}
    with pytest.raises(InvalidMapping, match="give one of them an `id`"):
        read_map(twice)


@pytest.mark.parametrize("written", [None, [], "x", {}, {"source": "x"}, {"files": {"a": {}}}])
def test_what_is_no_map_is_refused(written: object) -> None:
    with pytest.raises(InvalidMapping):
        read_map(written)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["source", "zone", "files", "rows", "events"]), JUNK)
def test_junk_in_a_map_is_an_error_of_ours_or_a_map(key: str, junk: Any) -> None:
    with suppress(InvalidMapping):
        read_map({**SALES_MAP, key: junk})


@given(st.sampled_from(sorted(SALES_MAP["events"][0])), JUNK)
def test_junk_in_an_event_is_an_error_of_ours_or_a_map(key: str, junk: Any) -> None:
    with suppress(InvalidMapping):
        read_map(changed(SALES_MAP, **{key: junk}))


def test_a_map_file_that_is_not_yaml(tmp_path: Path) -> None:
    for text in ("a: [", "a: 1\na: 2", "\x00"):
        (tmp_path / "m.yaml").write_text(text)
        with pytest.raises(InvalidMapping, match="valid YAML"):
            load_map(str(tmp_path / "m.yaml"))
    with pytest.raises(InvalidMapping, match="olist"):
        load_map("nowhere")


# --- rows into items --------------------------------------------------------------------------------------------------


def test_a_row_becomes_a_call(tmp_path: Path) -> None:
    sales = text_file(
        tmp_path / "sales.csv", HEADER, '7,2026-01-05 10:30,C1,ada@example.com,"€ 12.50"', "8,2026-07-05,,,1"
    )
    first, second = items(tmp_path, SALES_MAP, sales)
    assert first == {
        "_line": 2,
        "type": "track",
        "event": "Order Completed",
        "messageId": "order-completed:7",
        "timestamp": "2026-01-05T09:30:00.000Z",
        "properties": {"order_id": "7", "revenue": 12.5, "currency": "EUR"},
        "context": {
            "touchpoint": "store.till",
            "externalIds": [{"type": "card", "id": "C1"}],
            "traits": {"email": "ada@example.com"},
        },
    }
    assert second["timestamp"] == "2026-07-04T22:00:00.000Z"
    assert second["context"] == {"touchpoint": "store.till"}


def test_items_come_in_the_order_they_happened(tmp_path: Path) -> None:
    sales = text_file(tmp_path / "sales.csv", HEADER, "1,2026-01-03,,,1", "2,2026-01-01,,,1", "3,2026-01-02,,,1")
    assert [item["properties"]["order_id"] for item in items(tmp_path, SALES_MAP, sales)] == ["2", "3", "1"]


def test_parquet_and_json_lines_and_csv_say_the_same(tmp_path: Path) -> None:
    rows = [{"id": "1", "when": "2026-01-05 10:30:00", "card": "C1", "email": None, "amount": 12.5, "pieces": 3}]
    written = changed(SALES_MAP, properties={"revenue": {"money": "amount"}, "pieces": {"number": "pieces"}})
    json_lines(tmp_path / "sales.jsonl", rows)
    text_file(tmp_path / "sales.csv", "id,when,card,email,amount,pieces", "1,2026-01-05 10:30:00,C1,,12.5,3")
    duckdb.execute(
        f"COPY (SELECT '1' AS id, '2026-01-05 10:30'::TIMESTAMP AS \"when\", 'C1' AS card, NULL::VARCHAR AS email,"
        f" 12.5::DOUBLE AS amount, 3 AS pieces) TO '{tmp_path / 'sales.parquet'}'"
    )
    made = [items(tmp_path, written, tmp_path / f"sales.{kind}")[0] for kind in ("csv", "jsonl", "parquet")]
    assert [item.pop("_line") for item in made] == [2, 1, 1]
    assert made[0] == made[1] == made[2]
    assert json.dumps(made[0]["properties"]) == '{"revenue": 12.5, "pieces": 3}'


def test_json_lines_go_deeper_and_keep_their_types(tmp_path: Path) -> None:
    rows = [{"id": 1, "when": 1_767_600_000, "who": {"mail": "a@b.c"}, "lines": [{"sku": "x", "n": 2}], "vip": True}]
    written = changed(
        SALES_MAP,
        time={"column": "when", "format": "unix_s"},
        identifiers={"email": "who.mail"},
        properties={"products": "lines", "vip": "vip", "id": "id"},
        when={"field": "row.vip", "is": True},
    )
    (item,) = items(tmp_path, written, json_lines(tmp_path / "sales.jsonl", rows))
    assert item["properties"] == {"products": [{"sku": "x", "n": 2}], "vip": True, "id": 1}
    assert item["context"]["traits"] == {"email": "a@b.c"}
    assert item["timestamp"] == "2026-01-05T08:00:00.000Z"


def test_identify_and_group_and_page(tmp_path: Path) -> None:
    sales = text_file(tmp_path / "sales.csv", HEADER, "1,2026-01-01,C1,a@b.it,1")
    base = {"rows": "sales", "time": "when", "message_id": "id"}
    events = [
        {
            **base,
            "type": "identify",
            "identifiers": {"user_id": "card", "email": "email"},
            "traits": {"tier": "amount"},
        },
        {**base, "type": "group", "identifiers": {"user_id": "card", "group_id": "id"}, "traits": {"name": "email"}},
        {**base, "type": "page", "name": "Home", "identifiers": {"anonymous_id": "card"}},
    ]
    identify, group, page = items(tmp_path, {**SALES_MAP, "events": events}, sales)
    assert (identify["userId"], identify["traits"]) == ("C1", {"tier": "1", "email": "a@b.it"})
    assert (group["groupId"], group["userId"], group["traits"]) == ("1", "C1", {"name": "a@b.it"})
    assert (page["name"], page["anonymousId"]) == ("Home", "C1")


def test_numbers_as_italians_write_them(tmp_path: Path) -> None:
    written = {**SALES_MAP, "files": {"sales": {"match": "sales*", "delimiter": ";", "decimal": ","}}}
    rows = ["1;2026-01-01;;;1.234,50", "2;2026-01-02;;;7", "3;2026-01-03;;;-0,5 €"]
    sales = text_file(tmp_path / "sales.csv", HEADER.replace(",", ";"), *rows)
    assert [item["properties"]["revenue"] for item in items(tmp_path, written, sales)] == [1234.5, 7, -0.5]


def test_a_file_of_windows_without_header(tmp_path: Path) -> None:
    files = {"match": "sales*", "encoding": "cp1252", "columns": HEADER.split(",")}
    written = changed({**SALES_MAP, "files": {"sales": files}}, properties={"note": "amount"})
    (tmp_path / "sales.csv").write_bytes("1,2026-01-01,,,caffè 5 €\r\n".encode("cp1252"))
    (item,) = items(tmp_path, written, tmp_path / "sales.csv")
    assert (item["properties"], item["_line"]) == ({"note": "caffè 5 €"}, 1)


def test_several_times_and_formats(tmp_path: Path) -> None:
    time = {"latest": ["when", "paid"], "format": ["%d/%m/%Y %H:%M", "%Y-%m-%d"], "zone": "UTC"}
    sales = text_file(tmp_path / "sales.csv", "id,when,paid", "1,05/01/2026 10:30,2026-01-06", "2,07/01/2026 00:00,")
    made = items(tmp_path, changed(SALES_MAP, time=time, identifiers=None, properties=None), sales)
    assert [item["timestamp"] for item in made] == ["2026-01-06T00:00:00.000Z", "2026-01-07T00:00:00.000Z"]


# --- joins and groups -------------------------------------------------------------------------------------------------

INVOICES: dict[str, Any] = {
    "source": "shop",
    "zone": "UTC",
    "files": {"lines": {"match": "lines*"}},
    "rows": {
        "invoice": {
            "from": "lines",
            "group": {"by": "invoice", "list": "lines"},
            "columns": {"amount": {"sum": "lines", "of": {"multiply": ["qty", "price"]}}},
        }
    },
    "events": [
        {
            "name": "Order Completed",
            "rows": "invoice",
            "time": "day",
            "when": {"field": "row.amount", "above": 0},
            "identifiers": {"user_id": "who"},
            "properties": {
                "revenue": "amount",
                "products": {"list": "lines", "each": {"product_id": "sku", "quantity": {"number": "qty"}}},
            },
        }
    ],
}
LINES = ["A,2026-01-01,u1,x,2,0.1", "B,2026-01-02,u2,y,1,5", "A,2026-01-01,u1,z,1,0.1", "C,2026-01-03,u1,q,-1,3"]


def test_lines_of_an_invoice_make_one_order(tmp_path: Path) -> None:
    lines = text_file(tmp_path / "lines.csv", "invoice,day,who,sku,qty,price", *LINES)
    first, second = items(tmp_path, INVOICES, lines)
    assert first["messageId"] == "order-completed:A"
    assert first["_line"] == 2
    assert first["properties"]["revenue"] == 0.3  # exact: 0.1 * 2 + 0.1
    assert [line["product_id"] for line in first["properties"]["products"]] == ["x", "z"]
    assert (second["_line"], second["userId"]) == (3, "u2")


def test_the_order_of_lines_says_nothing(tmp_path: Path) -> None:
    here = text_file(tmp_path / "lines.csv", "invoice,day,who,sku,qty,price", *LINES)
    there = text_file(tmp_path / "lines2.csv", "invoice,day,who,sku,qty,price", *reversed(LINES))
    one, other = (items(tmp_path, INVOICES, file) for file in (here, there))
    for item in (*one, *other):
        item.pop("_line")
    assert one == other


def test_files_joined_by_key(tmp_path: Path) -> None:
    written = {
        "source": "shop",
        "zone": "UTC",
        "files": {role: {"match": f"{role}.csv"} for role in ("orders", "people", "lines", "goods")},
        "rows": {
            "order": {
                "from": "orders",
                "join": [
                    {"file": "people", "key": {"buyer": "id"}},
                    {
                        "file": "lines",
                        "key": "order",
                        "list": "lines",
                        "sort": "n",
                        "join": [{"file": "goods", "key": "sku"}],
                    },
                ],
            }
        },
        "events": [
            {
                "name": "Order Completed",
                "rows": "order",
                "message_id": "order",
                "time": "day",
                "identifiers": {"email": "people.email"},
                "properties": {
                    "total": {"sum": "lines", "of": "price"},
                    "products": {"list": "lines", "each": {"sku": "sku", "name": "goods.name"}},
                },
            }
        ],
    }
    text_file(tmp_path / "orders.csv", "order,buyer,day", "1,p1,2026-01-01", "2,p9,2026-01-02")
    text_file(tmp_path / "people.csv", "id,email", "p1,ada@example.com")
    text_file(tmp_path / "lines.csv", "order,n,sku,price", "1,2,b,0.2", "1,1,a,0.1")
    text_file(tmp_path / "goods.csv", "sku,name", "a,Arabica")
    first, second = items(tmp_path, written, tmp_path)
    assert first["context"]["traits"] == {"email": "ada@example.com"}
    assert first["properties"] == {"total": 0.3, "products": [{"sku": "a", "name": "Arabica"}, {"sku": "b"}]}
    assert second["properties"] == {"total": 0, "products": []}
    assert "context" not in second
    text_file(tmp_path / "people.csv", "id,email", "p1,ada@example.com", "p1,bob@example.com")
    with pytest.raises(InvalidInput, match=r"people.csv has the same id twice \(row 3\)"):
        items(tmp_path, written, tmp_path)


# --- message ids ------------------------------------------------------------------------------------------------------


def ids(folder: Path, *rows: str, name: str = "sales.csv") -> list[str]:
    keyless = changed(SALES_MAP, message_id=None)
    return sorted(item["messageId"] for item in items(folder, keyless, text_file(folder / name, HEADER, *rows)))


def test_identical_rows_all_count_and_order_says_nothing(tmp_path: Path) -> None:
    rows = ["1,2026-01-01,,,5", "1,2026-01-01,,,5", "2,2026-01-01,,,5"]
    assert len(set(ids(tmp_path, *rows))) == 3
    assert ids(tmp_path, *rows) == ids(tmp_path, *reversed(rows), name="sales-again.csv")


def test_a_key_with_odd_characters_stays_unambiguous(tmp_path: Path) -> None:
    sales = text_file(
        tmp_path / "sales.csv", HEADER, "a:b,2026-01-01,c,,1", "a,2026-01-01,b:c,,1", f"{'x' * 200},2026-01-01,c,,1"
    )
    made = [item["messageId"] for item in items(tmp_path, changed(SALES_MAP, message_id=["id", "card"]), sales)]
    assert len(set(made)) == 3
    assert all(len(one) <= 100 for one in made)


# --- held together with the rest --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return connected(tmp_path_factory.mktemp("duck"), "200MB")


def read_moments(con: duckdb.DuckDBPyConnection, texts: list[str], zone: str) -> list[int | None]:
    layers = Layers("t")
    piece = layers.moment(Cell("c", "text"), "c", (), zone)
    inner = layers.over("SELECT unnest(?) AS c")
    return [row[0] for row in con.execute(f"SELECT epoch_us({piece.sql}) FROM ({inner})", [texts]).fetchall()]


@pytest.mark.parametrize(
    "zone", ["Europe/Rome", "America/Sao_Paulo", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
)
def test_civil_times_are_read_as_the_log_reads_them(con: duckdb.DuckDBPyConnection, zone: str) -> None:
    place = ZoneInfo(zone)
    moments = [datetime(2016, 1, 1) + timedelta(minutes=30 * step) for step in range(48 * 365 * 3)]
    expected = [from_datetime(moment.replace(tzinfo=place)) for moment in moments]
    assert read_moments(con, [moment.isoformat(" ") for moment in moments], zone) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-05", "2026-01-04T23:00:00"),
        ("2026-01-05T10:30:00Z", "2026-01-05T10:30:00"),
        ("2026-01-05 10:30:00+02:00", "2026-01-05T08:30:00"),
        ("2026-01-05 10:30:00 -0330", "2026-01-05T14:00:00"),
        ("2026-01-05T10:30:00.25+05", "2026-01-05T05:30:00.25"),
        ("2026-02-30", None),
        ("05/01/2026", None),
        ("infinity", None),
        ("epoch", None),
        ("2026-01-05 10:30:00 Europe/Rome", None),
        ("1800-01-01", None),
        ("2100-01-01T00:00:00Z", None),
        ("today", None),
    ],
)
def test_iso_times(con: duckdb.DuckDBPyConnection, text: str, expected: str | None) -> None:
    wanted = from_datetime(datetime.fromisoformat(f"{expected}+00:00")) if expected else None
    assert read_moments(con, [text], "Europe/Rome") == [wanted]


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("12.50", ".", 12.5),
        ("-3", ".", -3.0),
        ("1e3", ".", 1000.0),
        ("1,5", ".", None),
        ("1_000", ".", None),
        ("nan", ".", None),
        ("inf", ".", None),
        ("0x10", ".", None),
        ("1.5", ",", None),
        ("1.500", ",", 1500.0),
        ("1.500,25", ",", 1500.25),
        ("1,5", ",", 1.5),
    ],
)
def test_numbers(con: duckdb.DuckDBPyConnection, text: str, decimal: str, expected: float | None) -> None:
    layers = Layers("n")
    piece = layers.number(Cell("c", "text", decimal), "c", exact=False, money=False)
    found = con.execute(f"SELECT {piece.sql} FROM ({layers.over('SELECT ? AS c')})", [text]).fetchone()
    assert found == (expected,)


class Row:
    """A row as the subject of a condition."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def value(self, path: tuple[str, ...]) -> Any:
        return self.values.get(path[1])


VALUES = st.one_of(
    st.sampled_from(["", "a", "ab", "B", "5", "2026-01-01", "2026-01-01T12:00:00+02:00", "è'"]),
    st.integers(-3, 6),
    st.sampled_from([0.5, 5.0]),
    st.booleans(),
)
FIELDS = st.sampled_from(["row.a", "row.b"])
COMPARISONS = st.one_of(
    st.fixed_dictionaries({"field": FIELDS}, optional={"is": VALUES, "at_least": VALUES, "below": VALUES}).filter(
        lambda one: len(one) > 1
    ),
    st.builds(lambda f, o, v: {"field": f, o: v}, FIELDS, st.sampled_from(["is_not", "at_most", "above"]), VALUES),
    st.builds(
        lambda f, o, v: {"field": f, o: v}, FIELDS, st.sampled_from(["in", "not_in"]), st.lists(VALUES, max_size=3)
    ),
    st.builds(
        lambda f, o, v: {"field": f, o: v}, FIELDS, st.sampled_from(["contains", "starts_with"]), st.text(max_size=2)
    ),
    st.builds(lambda f, v: {"field": f, "exists": v}, FIELDS, st.booleans()),
    st.builds(lambda f, o: {"field": f, "later_than": o}, FIELDS, FIELDS),
)
CONDITIONS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.builds(lambda one: {"not": one}, inner),
        st.builds(lambda several: {"all": several}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda several: {"any": several}, st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)


@given(CONDITIONS, st.none() | VALUES, st.none() | VALUES)
def test_a_condition_says_the_same_in_sql(
    con: duckdb.DuckDBPyConnection, condition: dict[str, Any], a: object, b: object
) -> None:
    row = Row({"a": a, "b": b})
    expected = compile_condition(condition)(row)
    cells = {name: Cell(name, "json") for name in ("a", "b")}
    sql = condition_sql(condition, cells.__getitem__)
    written = [None if one is None else json.dumps(one) for one in (a, b)]
    assert con.execute(f"SELECT {sql} FROM (SELECT ?::VARCHAR AS a, ?::VARCHAR AS b)", written).fetchone() == (
        expected,
    )


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20), st.none() | st.text(max_size=10))
def test_text_columns_compare_as_text(con: duckdb.DuckDBPyConnection, a: str, b: str | None) -> None:
    value = None if a == "" else a
    for condition in (
        {"field": "row.a", "is": b or "x"},
        {"field": "row.a", "at_least": b or "x"},
        {"field": "row.a", "is": 5},
    ):
        if b is not None and any("\ud800" <= character <= "\udfff" for character in b):
            continue
        sql = condition_sql(condition, {"a": Cell("a", "text")}.__getitem__)
        found = con.execute(f"SELECT {sql} FROM (SELECT ?::VARCHAR AS a)", [value]).fetchone()
        assert found == (compile_condition(condition)(Row({"a": value})),)


def test_maps_are_yaml_that_people_can_read() -> None:
    for path in shipped_maps().values():
        assert "percorso import" in path.read_text(encoding="utf-8")
        assert yaml.safe_load(path.read_text(encoding="utf-8"))["source"]


def test_the_maps_of_the_docs_are_maps() -> None:
    text = (Path(__file__).resolve().parents[1] / "docs" / "import.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        assert read_map(yaml.safe_load(block)).events
