"""Packs: those shipped hold together, and wrong ones are refused with the place and what to do."""

import copy
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from percorso.adapters.packs import load_pack_file, load_packs, shipped_packs
from percorso.execution.answer import Signer
from percorso.execution.render import Letterhead, render
from percorso.model.condition import Condition, event_names
from percorso.model.config import Config, EventContract
from percorso.model.errors import InvalidConfig
from percorso.model.fields import fields_of
from percorso.model.message import Message
from percorso.model.pack import CHANNELS, combine, packs_used, read_pack
from percorso.model.person import NOBODY, Facts, Profile, Stamped
from percorso.model.play import Play

TRADES = ("retail", "subscription", "service", "b2b")
PAGES = Path(__file__).resolve().parents[1] / "packs"
NINE_FIELDS = ("do", "say", "how", "timing", "ask", "ask_how", "ask_when", "give", "get")
NO_ACT_NEEDED = {"keep_plan"}
"""Choices that leave everything as it is."""


@lru_cache
def packs(*names: str) -> Config:
    return load_packs(names)


def everything() -> Config:
    return packs(*TRADES)


def conditions(config: Config) -> Iterator[tuple[str, Condition]]:
    """Every condition with its place."""
    for touchpoint in config.touchpoints:
        if touchpoint.match is not None:
            yield f"touchpoint {touchpoint.id}", touchpoint.match
    for journey in config.journeys:
        yield from ((f"{journey.id}, stage {stage.id}", stage.entry) for stage in journey.stages)
    yield from ((f"feeling {rule.id}", rule.when) for rule in config.feelings)
    yield from ((f"play {play.id}", play.when) for play in config.plays)


class TestShipped:
    def test_there_are_the_four_trades_and_what_they_share(self) -> None:
        assert set(shipped_packs()) == {"common", *TRADES}

    @pytest.mark.parametrize("name", TRADES)
    def test_each_trade_stands_alone(self, name: str) -> None:
        config = packs(name)
        assert config.packs == ("common", name)
        assert len(config.journeys) == 1
        assert len(config.touchpoints) >= 45
        assert len(config.plays) >= 12
        assert {stage.phase for stage in config.journeys[0].stages} == {"before", "during", "after"}

    def test_together_they_keep_every_journey_in_the_order_given(self) -> None:
        assert [journey.id for journey in everything().journeys] == [
            "shopping",
            "subscription",
            "rental",
            "buying_group",
        ]
        assert packs("service", "retail").journeys[0].id == "rental"

    def test_every_channel_and_phase_of_the_field_has_a_touchpoint(self) -> None:
        met = {touchpoint.channel for touchpoint in everything().touchpoints}
        assert met == set(CHANNELS)

    @pytest.mark.parametrize("play", everything().plays, ids=lambda play: play.id)
    def test_every_play_fills_its_nine_fields_in_both_languages(self, play: Play) -> None:
        for field in NINE_FIELDS:
            texts = getattr(play, field)
            assert len({texts["it"], texts["en"], ""}) == 3, f"{play.id}, {field}"

    def test_what_conditions_name_is_in_a_contract(self) -> None:
        """A misspelt event or property would make a rule that never holds."""
        for names in ((trade,) for trade in TRADES):
            config = packs(*names)
            contracts = {contract.name: contract for contract in config.contracts}
            for place, condition in conditions(config):
                named = event_names(condition)
                assert named is not None, f"{names}, {place}: names no event, so every event would be tried"
                assert named <= set(contracts), f"{names}, {place}: {sorted(named - set(contracts))}"
                carried = {key for name in named for key in contracts[name].properties}
                for field in fields_of(condition):
                    root, _, rest = field.partition(".")
                    assert root != "properties" or rest in carried, f"{names}, {place}: {field}"

    def test_what_a_play_happens_once_per_is_in_a_contract(self) -> None:
        contracts = {contract.name: contract for contract in everything().contracts}
        for play in everything().plays:
            if play.once_per.startswith("properties."):
                key = play.once_per.removeprefix("properties.")
                names = event_names(play.when) or ()
                assert any(key in contracts[name].properties for name in names), play.id

    def test_touchpoints_named_in_conditions_exist(self) -> None:
        known = {touchpoint.id for touchpoint in everything().touchpoints}
        for place, condition in conditions(everything()):
            for comparison in comparisons(condition):
                if comparison["field"] == "touchpoint":
                    named = {one for op in ("in", "not_in") for one in comparison.get(op, ())}
                    assert named | {comparison[op] for op in ("is",) if op in comparison} <= known, place

    @pytest.mark.parametrize("name", TRADES)
    def test_a_chosen_remedy_is_carried_out(self, name: str) -> None:
        """Each choice offered leads to a play, or is one that needs nothing."""
        config = packs(name)
        answered = {
            one
            for play in config.plays
            for comparison in comparisons(play.when)
            if comparison["field"] == "properties.choice"
            for one in (comparison.get("in") or [comparison["is"]])
        }
        offered = {choice.id for play in config.plays for choice in play.choices}
        assert offered - answered <= NO_ACT_NEEDED

    def test_retail_answers_a_late_parcel_with_three_choices(self) -> None:
        play = next(play for play in packs("retail").plays if play.id == "late_delivery")
        assert len(play.choices) == 3
        assert (play.once_per, play.intent, play.purpose) == ("properties.order_id", "serve", None)

    def test_a_guide_is_followed_by_a_call_within_ten_minutes(self) -> None:
        for name in TRADES:
            play = next(play for play in packs(name).plays if play.id == "comparison_guide_call")
            assert play.task is not None
            assert play.task.due_minutes == 10
            assert "anyway" in play.say["en"]

    def test_every_queue_and_channel_has_a_name(self) -> None:
        config = everything()
        wanted = {f"queue.{play.task.queue}" for play in config.plays if play.task}
        wanted |= {f"channel.{touchpoint.channel}" for touchpoint in config.touchpoints}
        assert wanted <= set(config.strings)


def comparisons(condition: Condition) -> Iterator[Mapping[str, Any]]:
    for branch in (*condition.get("all", ()), *condition.get("any", ())):
        yield from comparisons(branch)
    if "not" in condition:
        yield from comparisons(condition["not"])
    if "field" in condition:
        yield condition


SENDING = [play for play in everything().plays if play.message]


class TestMessages:
    @pytest.mark.parametrize("language", ["it", "en"])
    @pytest.mark.parametrize("play", SENDING, ids=lambda play: play.id)
    def test_writes_itself_from_the_least_that_an_event_carries(self, play: Play, language: str) -> None:
        for name in sorted(event_names(play.when) or ()):
            least = dict.fromkeys(promised(play, name), "x1")
            html, text = written(play, name, least, NOBODY, language)
            assert "{{" not in html + text
            assert "{%" not in html + text
            for choice in play.choices:
                assert choice.label[language].split()[0] in text

    @pytest.mark.parametrize("play", SENDING, ids=lambda play: play.id)
    def test_greets_by_name_in_the_person_s_language(self, play: Play) -> None:
        name = sorted(event_names(play.when) or ())[0]
        traits = {"firstName": Stamped(0, 0, "m", "Ada"), "language": Stamped(0, 0, "m", "en")}
        profile = Profile(facts=Facts(traits=traits))
        html, _ = written(play, name, dict.fromkeys(promised(play, name), "x1"), profile, "it")
        assert "Dear Ada," in html
        assert 'lang="en"' in html

    @pytest.mark.parametrize("play", SENDING, ids=lambda play: play.id)
    def test_shows_why_it_came_and_what_needs_consent_shows_the_way_out(self, play: Play) -> None:
        assert play.message is not None
        for body in play.message.body.values():
            assert "links.why" in body
            assert ("links.stop" in body) == (play.purpose is not None)

    @pytest.mark.parametrize("play", SENDING, ids=lambda play: play.id)
    def test_both_languages_offer_the_same_links(self, play: Play) -> None:
        assert play.message is not None
        links = {language: re.findall(r"links\.[\w.]+", body) for language, body in play.message.body.items()}
        assert links["it"] == links["en"]


def promised(play: Play, event: str) -> set[str]:
    """The properties that an event meeting the play surely carries."""
    contract = next(contract for contract in everything().contracts if contract.name == event)
    return {*contract.required, *demanded(play.when)}


def demanded(condition: Condition) -> Iterator[str]:
    """Properties without which the condition cannot hold."""
    for branch in condition.get("all", ()):
        yield from demanded(branch)
    if str(condition.get("field", "")).startswith("properties.") and {"is", "exists", "above"} & set(condition):
        yield condition["field"].removeprefix("properties.")


def written(play: Play, name: str, properties: dict[str, Any], profile: Profile, language: str) -> tuple[str, str]:
    message = Message(
        message_id="m" * 32,
        business_key="k",
        decision_id="d",
        node_id="n",
        channel="email",
        play=play.id,
        play_version=play.version,
        intent=play.intent,
        purpose=play.purpose,
        facts={"name": name, "properties": properties},
        created_at=0,
        due_at=0,
        expires_at=1,
    )
    letterhead = Letterhead(company="Torrefazione", language=language, base_url="https://example.com")
    rendered = render(message, play, profile, "a@example.com", letterhead, Signer(b"secret"))
    assert rendered.subject
    return rendered.html, rendered.text


class TestReadme:
    def test_the_complete_example_is_a_pack(self, tmp_path: Path) -> None:
        config = load_packs([str(written_example(tmp_path))])
        assert config.packs == ("common", "florist")
        assert {play.id for play in config.plays} >= {"late_flowers", "detractor_call_back"}

    def test_names_every_pack(self) -> None:
        told = (PAGES / "README.md").read_text("utf-8")
        assert all(f"| `{name}` |" in told for name in shipped_packs())


def example() -> str:
    found = re.search(r"```yaml\n(.*?)```", (PAGES / "README.md").read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found.group(1)


def written_example(folder: Path) -> Path:
    path = folder / "florist.yaml"
    path.write_text(example(), "utf-8")
    return path


def florist() -> dict[str, Any]:
    mapping: dict[str, Any] = yaml.safe_load(example())
    return mapping


FLORIST = florist()


def put(mapping: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one value changed; None removes it. Steps are parted by slashes, numbers step into lists."""
    out = copy.deepcopy(mapping)
    *above, last = path.split("/")
    here: Any = out
    for step in above:
        here = here[int(step) if step.isdigit() else step]
    key = int(last) if last.isdigit() else last
    if value is None:
        del here[key]
    else:
        here[key] = value
    return out


WRONG = [
    ("touchpoints/store.counter/colour", "red", ["touchpoints, store.counter", "unknown key colour"]),
    ("touchpoints/store.counter/channel", "shop", ["store.counter, channel", "'shop' is none of", "store"]),
    ("touchpoints/store.counter/physical", "yes please", ["store.counter, physical", "true or false"]),
    ("touchpoints/store.counter/name", {"it": "Banco"}, ["store.counter, name", "no text in 'en'"]),
    ("touchpoints/store.counter/name/en", " ", ["store.counter, name", "'en' is empty"]),
    ("touchpoints/store.counter/name/en", False, ["store.counter, name", "the boolean false"]),
    (
        "touchpoints/store.counter/match",
        {"field": "person.orders", "is": 1},
        ["match", "'person.orders'", "event alone"],
    ),
    ("touchpoints/store.counter/match", {"field": "touchpoint", "is": "x"}, ["match", "'touchpoint'"]),
    ("touchpoints/Store Counter", {}, ["touchpoints", "'Store Counter' is no id"]),
    ("journeys/flowers/version", 0, ["flowers, version", "at least 1"]),
    ("journeys/flowers/stages", [], ["flowers, stages", "empty"]),
    ("journeys/flowers/stages/1/id", "look", ["flowers, stages", "'look' is there twice"]),
    ("journeys/flowers/stages/0/phase", "after", ["flowers, stages", "in order"]),
    ("journeys/flowers/stages/0/entry", {"field": "person.mood", "above": 0}, ["stages[1], entry", "'person.mood'"]),
    ("journeys/flowers/stages/0/entry", {"field": "nome", "is": "X"}, ["stages[1], entry", "unknown field 'nome'"]),
    ("feelings/fresh_flowers/when", {"field": "person.orders", "is": 1}, ["fresh_flowers, when", "order of events"]),
    ("feelings/fresh_flowers/mood", 2, ["fresh_flowers, mood", "from -1 to 1"]),
    ("feelings/fresh_flowers/mood/high", 1, ["fresh_flowers, mood, high", "same as low"]),
    ("feelings/fresh_flowers/mood", None, ["fresh_flowers, mood", "at least one"]),
    ("plays/late_flowers/get", None, ["late_flowers, get", "is missing"]),
    ("plays/late_flowers/once_per", "order_id", ["late_flowers, once_per", "'order_id' is no field"]),
    ("plays/late_flowers/priority", "high", ["late_flowers, priority", "whole number"]),
    ("plays/late_flowers/intent", "sell", ["late_flowers, purpose", "only intent 'serve'"]),
    ("plays/late_flowers/touchpoint", "store.roof", ["plays, late_flowers", "no touchpoint 'store.roof'"]),
    ("plays/late_flowers/stage", "wilt", ["plays, late_flowers", "no journey has a stage 'wilt'"]),
    ("plays/late_flowers/choices/0/id", "lilies", ["late_flowers, message, body", "lilies", "new_bouquet"]),
    ("plays/late_flowers/choices/0/id", "new-bouquet", ["choices[1], id", "is no id"]),
    ("plays/late_flowers/choices/0/properties/choice", ["a"], ["choices[1], properties, choice", "found a list"]),
    ("plays/late_flowers/when", {"field": "name", "in": [["a"]]}, ["late_flowers, when", "neither text, number"]),
    ("plays/late_flowers/when", {"field": "name", "is": None}, ["late_flowers, when", "neither text, number"]),
    ("plays/late_flowers/message/layout", "scroll", ["late_flowers, message, layout", "layout.scroll"]),
    ("plays/late_flowers/message/layout", None, ["late_flowers, message, body", "no MJML document"]),
    ("plays/late_flowers/message/channel", "pigeon", ["late_flowers, message, channel", "'pigeon'"]),
    ("plays/late_flowers/task/due_minutes", 0, ["late_flowers, task, due_minutes", "at least 1"]),
    ("events/Bouquet Photographed/properties/stars", "int", ["properties, stars", "'int' is none of", "integer"]),
    ("events/Bouquet Photographed/required", ["vase"], ["Bouquet Photographed, required", "'vase'"]),
    ("strings/queue.florists", "Fioristi", ["strings, queue.florists", "by language"]),
    ("garden", {}, ["pack florist", "unknown key garden"]),
    ("uses", "common", ["uses", "a list"]),
]


class TestWrong:
    @pytest.mark.parametrize(("path", "value", "said"), WRONG, ids=[f"{path}={value}" for path, value, _ in WRONG])
    def test_the_error_names_the_place(self, path: str, value: Any, said: list[str], tmp_path: Path) -> None:
        wrong = tmp_path / "wrong.yaml"
        wrong.write_text(yaml.safe_dump(put(florist(), path, value), allow_unicode=True), "utf-8")
        with pytest.raises(InvalidConfig) as error:
            load_packs([str(wrong)])
        for words in said:
            assert words in error.value.message

    def test_a_play_that_does_nothing(self) -> None:
        idle = put(put(put(florist(), "plays/late_flowers/message", None), "plays/late_flowers/task", None), "uses", [])
        with pytest.raises(InvalidConfig, match="late_flowers, message: the play does nothing"):
            read_pack(idle)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("pack: a\npack: b\n", "'pack' is there twice"),
            ("pack: [\n", "no valid YAML"),
            ("pack: !!python/object/apply:os.system [ls]\n", "no valid YAML"),
            ("- a\n", "begins with its name"),
            ("", "begins with its name"),
            ("pack: A B\n", "begins with its name"),
            ("pack: a\n? [x]\n: 1\n", "a key must be a word"),
            ("[" * 5000, "no valid YAML"),
            ("pack: a\nx: .inf\n", ".inf is no number"),
            ("pack: a\nx: !!binary aGk=\n", "has no place here"),
            ("pack: a\nx: &x {y: *x}\n", "no valid YAML"),
        ],
    )
    def test_yaml_that_is_none_of_ours(self, text: str, said: str, tmp_path: Path) -> None:
        path = tmp_path / "a.yaml"
        path.write_text(text, "utf-8")
        with pytest.raises(InvalidConfig, match=said):
            load_packs([str(path)])

    def test_files_that_cannot_be_read(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidConfig, match="cannot read the pack"):
            load_packs([str(tmp_path / "none.yaml")])
        latin = tmp_path / "latin.yaml"
        latin.write_bytes("pack: caffè".encode("latin-1"))
        with pytest.raises(InvalidConfig, match="save it as UTF-8"):
            load_packs([str(latin)])

    def test_an_unknown_name_lists_the_known_ones(self) -> None:
        with pytest.raises(InvalidConfig, match="no pack 'bakery'; there are b2b, common, retail"):
            load_packs(["bakery"])

    def test_packs_that_use_one_another_in_a_circle(self, tmp_path: Path) -> None:
        for one, other in (("a", "b"), ("b", "a")):
            text = f"pack: {one}\nversion: 1\nabout: {{it: x, en: x}}\nuses: [{tmp_path}/{other}.yaml]\n"
            (tmp_path / f"{one}.yaml").write_text(text, "utf-8")
        with pytest.raises(InvalidConfig, match="circle: a > b > a"):
            load_packs([str(tmp_path / "a.yaml")])

    @given(data=st.data())
    def test_nothing_put_anywhere_makes_another_error(self, data: st.DataObject) -> None:
        mapping = copy.deepcopy(FLORIST)
        path = data.draw(st.sampled_from(sorted(paths(mapping))))
        value = data.draw(
            st.sampled_from([0, -1, True, "", "x", "person", [], [1], {}, {"it": 1}, {"field": "name"}, 1e300, "\0"])
        )
        with suppress(InvalidConfig):
            combine([packs("common"), read_pack(put(mapping, path, value), packs("common"))])


def paths(value: Any, above: str = "") -> Iterator[str]:
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        if above or key not in ("pack", "uses"):
            yield f"{above}{key}"
            yield from paths(value[key], f"{above}{key}/")


class TestCombine:
    def test_a_later_pack_replaces_by_id_in_place(self) -> None:
        alone, both = packs("retail"), packs("retail", "b2b")
        before = [play.id for play in alone.plays]
        assert [play.id for play in both.plays][: len(before)] == before
        queues = [next(p.task for p in config.plays if p.id == "comparison_guide_call") for config in (alone, both)]
        assert [task.queue for task in queues if task] == ["sales", "business"]

    def test_touchpoints_of_later_packs_are_tried_first(self) -> None:
        order = [touchpoint.id for touchpoint in packs("retail", "b2b").touchpoints]
        assert order.index("web.business") < order.index("store.till") < order.index("web.home")

    def test_a_pack_used_by_several_is_there_once(self) -> None:
        config = everything()
        for records in (config.touchpoints, config.journeys, config.feelings, config.plays):
            ids = [record.id for record in records]
            assert len(set(ids)) == len(ids)
        assert config.packs == ("common", *TRADES)

    def test_the_same_content_has_the_same_version(self) -> None:
        assert load_packs(["retail"]).version == load_packs(["common", "retail"]).version == packs("retail").version

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            ("plays/late_flowers/priority", 91),
            ("plays/late_flowers/message/subject/it", "In ritardo"),
            ("events/Bouquet Photographed/required", []),
            ("strings/queue.florists/en", "The florists"),
            ("touchpoints/store.counter/physical", False),
        ],
    )
    def test_other_content_has_another_version(self, path: str, value: Any) -> None:
        common = packs("common")
        was = combine([common, read_pack(florist(), common)])
        assert combine([common, read_pack(put(florist(), path, value), common)]).version != was.version

    def test_no_pack_is_an_empty_configuration(self) -> None:
        assert load_packs([]) == combine([])
        assert combine([]).plays == ()

    def test_a_pack_without_sections_says_nothing(self) -> None:
        config = read_pack({"pack": "empty", "version": 1, "about": {"it": "nulla", "en": "nothing"}})
        assert config.packs == ("empty",)
        assert config.contracts == ()

    def test_dates_and_uses_stay_what_was_written(self, tmp_path: Path) -> None:
        path = tmp_path / "a.yaml"
        path.write_text("pack: a\nuses: [common]\nsince: 2026-01-01\n", "utf-8")
        mapping = load_pack_file(path)
        assert mapping["since"] == "2026-01-01"
        assert packs_used(mapping) == ("common",)


def test_contracts_of_the_common_names_carry_what_the_kpis_read() -> None:
    contracts: dict[str, EventContract] = {contract.name: contract for contract in everything().contracts}
    assert {"kind", "score", "scale", "comment", "language"} <= set(contracts["Survey Answered"].properties)
    assert {"order_id", "revenue", "currency", "products"} <= set(contracts["Order Completed"].properties)
    assert contracts["Call Answered"].properties["wait_s"] == "number"
    assert {"delivered_at", "estimated_at"} <= set(contracts["Order Delivered"].properties)
