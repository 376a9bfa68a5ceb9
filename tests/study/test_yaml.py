import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resynapse.notation import InputError
from resynapse.study.yaml import LARGEST_FILE, dotted, read_file, read_text


def refusal(text):
    with pytest.raises(InputError) as caught:
        read_text(text, "studies/x.yaml")
    return str(caught.value)


def test_every_value_knows_its_line():
    read = read_text("a: 1\nb:\n  c: [x,\n    y]\n", "x.yaml")
    assert read.data == {"a": 1, "b": {"c": ["x", "y"]}}
    assert read.places.where(("a",)) == "x.yaml:1 a"
    assert read.places.where(("b", "c", 1)) == "x.yaml:4 b.c[1]"
    assert read.places.where(("b", "missing")) == "x.yaml:2 b.missing"


def test_duplicate_keys_are_refused_with_both_lines():
    assert (
        refusal("a: 1\nb: 2\na: 3\n") == "studies/x.yaml:3 a: read 'the key 'a' a second time (first on line 1)'; expected each key once."
    )
    assert "arms.x.dose" in refusal("arms:\n  x: {dose: 1, dose: 2}\n")


def test_words_are_read_as_yaml_1_2():
    read = read_text("a: no\nb: on\nc: 1:30\nd: 010\ne: 1e3\nf: '5'\ng: ~\nh: true\ni: 2024-01-01\nj: 0x1F\n", "x").data
    assert read == {"a": "no", "b": "on", "c": "1:30", "d": 10, "e": 1000.0, "f": "5", "g": None, "h": True, "i": "2024-01-01", "j": "0x1F"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "an empty file"),
        ("- a\n- b\n", "keys and values"),
        ("a: [1, 2\n", "studies/x.yaml:2"),
        ("a: !!python/object/apply:os.system ['true']\n", ""),
        ("a: !secret x\n", "the tag '!secret'"),
        ("a: 1\n---\nb: 2\n", "single document"),
        ("? [a, b]\n: 1\n", "a key that is itself a list"),
        ("base: &b {x: 1}\nother: {<<: *b}\n", "a merge key"),
        ("a: &a [*a]\n", "an alias that contains itself"),
        ("a: " + "[" * 40 + "]" * 40, "nested more than"),
        ("a: *nowhere\n", "undefined alias"),
        ("a: \x00\n", "studies/x.yaml"),
        ("a: " + "x" * 5000, "a text of 5,000 characters"),
        ("x" * (LARGEST_FILE + 1), "at most"),
        ("a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
         "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n", "once aliases are followed"),
    ],
)  # fmt: skip
def test_bad_text_is_refused(text, said):
    assert said in refusal(text)


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "trd_single.yaml").write_text("a: 1")
    with pytest.raises(InputError, match="Did you mean '.*trd_single.yaml'"):
        read_file(tmp_path / "trd_singel.yaml")
    with pytest.raises(InputError, match="a folder"):
        read_file(tmp_path)
    (tmp_path / "latin.yaml").write_bytes("a: µ".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_file(tmp_path / "latin.yaml")
    (tmp_path / "large.yaml").write_bytes(b" " * (LARGEST_FILE + 1))
    with pytest.raises(InputError, match="at most"):
        read_file(tmp_path / "large.yaml")
    with pytest.raises(InputError):
        read_file("a\0b")


def test_dotted():
    assert dotted(("arms", "ketamine", "days", 2)) == "arms.ketamine.days[2]"
    assert dotted(()) == ""


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab:-[]{},&*!|>'\"%@?# \n\t0.5~<é", max_size=60))
def test_nothing_but_input_errors(text):
    try:
        read_text(text, "x")
    except InputError as error:
        assert str(error).startswith("x")
