from pathlib import Path

import pytest

from hepatica.core.errors import UsageError
from hepatica.core.finding_code import finding_codes
from hepatica.study.protocol import protocol_names, protocol_text
from hepatica.study.reader import MAX_BYTES, check_text, read_study

BLANK = protocol_text("blank")
SEED = protocol_text("beva-tace")


def write(folder: Path, text: str | bytes) -> Path:
    data = text.encode() if isinstance(text, str) else text
    (folder / "study.toml").write_bytes(data)
    return folder


def refused(folder: Path) -> UsageError:
    with pytest.raises(UsageError) as error:
        read_study(folder)
    return error.value


def line_of(text: str, fragment: str) -> int:
    return text[: text.index(fragment)].count("\n") + 1


def test_a_sound_protocol_is_read_whole(tmp_path):
    study = read_study(write(tmp_path, BLANK))
    assert study.study.id == "STUDY"
    assert study.findings == ()
    assert study.folder == tmp_path.resolve()
    assert [e.id for e in study.endpoints] == ["OS", "PFS", "ORR"]
    assert study.place("endpoint", 1, "events").row == line_of(BLANK, 'events = ["progression"')


def test_the_whole_seed_protocol_is_there(tmp_path):
    study = read_study(write(tmp_path, SEED))
    numerals = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
    assert [c.id for c in study.inclusion] == numerals
    assert [c.id for c in study.exclusion] == [f"E{n}" for n in range(1, 10)]
    assert study.refractory is not None and study.refractory.min_consecutive_tace == 2
    first, second = study.treatment
    assert (first.drug, first.dose, first.unit, first.duration_min) == (
        "bevacizumab",
        5.0,
        "mg/kg",
        30,
    )
    assert second.materials == ("lipiodol", "embolic microspheres or gelatin sponge")
    assert study.study_procedures == ("BEVA-TACE",)
    assert study.schedule is not None and study.schedule.interval_weeks == (4, 6)
    assert study.response.criterion == "mRECIST"
    assert study.response.sensitivity == ("RECIST1.1", "EASL")
    assert study.endpoint("OS").origin == "refractory date"
    assert study.endpoint("PFS").events == ("progression",)
    assert study.population("safety").definition == "treated"
    assert study.records.source()["reader"] == "workbook"
    rows = [(r.result_variable, r.levels) for r in study.analysis.baseline]
    assert ("BCLC", ("C", "D")) in rows and len(rows) == 12


def test_every_entry_of_the_seed_names_its_source(tmp_path):
    study = read_study(write(tmp_path, SEED))
    entries = [*study.inclusion, *study.exclusion, *study.treatment, *study.analysis.baseline]
    entries += [study.study, study.refractory, study.schedule, study.response, study.safety]
    entries += [study.analysis, study.conventions]
    assert all(entry is not None and entry.source for entry in entries)
    assert all(e.source or "Not in the paper" in e.note for e in study.endpoints)
    assert all(p.source or "Not in the paper" in p.note for p in study.populations)


def test_the_contradictions_of_the_seed_are_found_at_their_lines(tmp_path):
    found = {(f.code, f.place.row) for f in read_study(write(tmp_path, SEED)).findings}
    assert found == {
        ("S034", line_of(SEED, "ethics_date =")),
        ("S043", line_of(SEED, "consent =")),
        ("S023", line_of(SEED, '[[inclusion]]\nid = "II"')),
        ("S017", line_of(SEED, '[[inclusion]]\nid = "V"')),
        ("S018", line_of(SEED, '[[inclusion]]\nid = "V"')),
        ("S018", line_of(SEED, '{ variable = "child_pugh_class"')),
        ("S020", line_of(SEED, 'origin = "refractory date"')),
        ("S020", line_of(SEED, 'origin = "refractory date"\nevents = ["progression"]')),
        ("S021", line_of(SEED, 'events = ["progression"]')),
        ("S033", line_of(SEED, "ctcae =")),
    }


PFS = 'id = "PFS"\nlabel'
# (code, what is replaced in the blank protocol, by what, the text on the line of the finding)
FAULTS = [
    ("S001", 'events = ["death"]', 'events = ["deth"]', "deth"),
    ("S001", 'variable = "age"', 'variable = "agee"', "agee"),
    ("S001", 'conf_type = "log"', 'conf_type = "loglog"', "loglog"),
    ("S001", 'variable = "SEX"', 'variable = "SEXX"', "SEXX"),
    ("S002", 'registration = ""', 'registraton = ""', "registraton"),
    ("S002", "window_days = 7", "windw_days = 7", "windw_days"),
    ("S003", "cutoff = 2025-12-31\n", "", "[study]"),
    ("S003", 'procedure = "TACE"\ntechnique = "cTACE"\n', "", "[[treatment]]"),
    ("S004", "cutoff = 2025-12-31", 'cutoff = "2025-12-31"', "cutoff"),
    ("S004", "conf_level = 0.95", "conf_level = 95", "conf_level"),
    ("S004", "alpha = 0.05", "alpha = nan", "alpha"),
    ("S004", "value = 18", "value = nan", "value = nan"),
    ("S005", 'title = "Title', "title = Title", "title = Title"),
    ("S005", "seed = 1\n", "seed = 1\nseed = 2\n", "seed = 2"),
    ("S010", 'unit = "years"\n\n[[treatment]]', "\n[[treatment]]", "[[inclusion]]"),
    ("S010", 'technique = "cTACE"', "dose = 5.0", "dose = 5.0"),
    ("S010", 'statistics = ["median", "range"]\nunit = "years"', 'statistics = ["mean"]', None),
    ("S011", 'value = 18\nunit = "years"', 'value = 18\nunit = "weeks"', 'unit = "weeks"'),
    ("S012", PFS, 'id = "OS"\nlabel', 'id = "OS"\nlabel = "Progression'),
    ("S012", PFS, 'paramcd = "OS"\nid = "PFS"\nlabel', 'paramcd = "OS"'),
    ("S012", 'sensitivity = ["RECIST1.1"]', 'sensitivity = ["mRECIST"]', "sensitivity"),
    ("S012", 'variable = "SEX"', 'name = "AGE"\nvariable = "SEX"', None),
    ("S013", 'variable = "age"', 'variable = "platelets"', "[[inclusion]]"),
    ("S014", 'comparator = ">="', 'comparator = "is-true"', "is-true"),
    ("S014", "value = 18", 'value = "eighteen"', "eighteen"),
    ("S015", 'variable = "age"\n', "", "[[inclusion]]"),
    ("S022", 'origin = "first treatment"\nevents = ["death"]', 'events = ["death"]', None),
    ("S022", 'responses = ["CR", "PR"]', 'origin = "consent"\nresponses = ["CR"]', '"consent"'),
    ("S024", 'population = "treated"', 'population = "traeted"', "traeted"),
    ("S025", "landmarks_months = [6, 12, 24]", "landmarks_months = [6, 24, 12]", "landmarks"),
    ("S025", "interval_weeks = [6, 8]", "interval_weeks = [8, 6]", "interval_weeks"),
    ("S026", "seed = 1", "seed = 1\nenrolment_end = 2026-01-01", "cutoff"),
    ("S027", "min_sd_days = 42\n", "", "[response]"),
    ("S028", BLANK[BLANK.index("[schedule]") : BLANK.index("[response]")], "", '"FDA"'),
    ("S029", 'origin = "first treatment"', 'origin = "refractory date"', "refractory date"),
    ("S030", 'kind = "categorical"\nlevels = ["F", "M"]', 'kind = "categorical"', None),
    ("S030", 'labels = ["Female", "Male"]', 'labels = ["Female"]', None),
    ("S031", 'path = "records.xlsx"', 'path = "../records.xlsx"', "../records"),
    ("S031", 'path = "records.xlsx"', 'path = "/etc/records.xlsx"', "/etc"),
    ("S031", 'path = "records.xlsx"', 'path = "C:\\\\records.xlsx"', "C:"),
    ("S032", 'events = ["death"]', 'events = ["death"]\ndelayed_entry = true', "delayed_entry"),
    ("S033", 'ctcae = "5.0"', 'ctcae = ""', "ctcae"),
    ("S034", "seed = 1", "seed = 1\nethics_date = 2020-01-02\nenrolment_start = 2020-01-01", None),
    ("S043", "seed = 1", 'seed = 1\nconsent = "Written consent; waived later"', "consent"),
    ("S039", 'protocol = "blank"', 'reference = "zang2021"', "zang2021"),
    ("S040", 'reader = "workbook"', 'reader = "mapping"', "mapping"),
    ("S041", 'role = "primary"', 'role = "secondary"', None),
]
SEED_FAULTS = [
    ("S001", "value = [0, 1, 2]", "value = [0, 1, 7]", "value = [0, 1, 7]"),
    ("S001", 'reading = "strict"', 'reading = "lenient"', None),
    ("S016", "value = [0, 1, 2]", "value = [4]", None),
    ("S020", "delayed_entry = true\n", "", None),
]


@pytest.mark.parametrize(("code", "old", "new", "at"), FAULTS)
def test_a_fault_is_found_at_its_line(code, old, new, at):
    assert old in BLANK
    text = BLANK.replace(old, new, 1)
    found = [f for f in check_text(text) if f.code == code]
    assert found, [str(f) for f in check_text(text)]
    assert found[0].level == finding_codes()[code].level
    if at is not None:
        assert found[0].place.row == line_of(text, at)


@pytest.mark.parametrize(("code", "old", "new", "at"), SEED_FAULTS[:2])
def test_a_fault_of_the_seed_protocol_is_found(code, old, new, at):
    text = SEED.replace(old, new, 1)
    found = [f for f in check_text(text) if f.code == code]
    assert found and (at is None or found[0].place.row == line_of(text, at))


def test_every_study_code_is_raised_by_a_test():
    tested = {code for code, *_ in FAULTS} | {"S006", "S016", "S017", "S018", "S020", "S021"}
    tested |= {"S023", "S042"}  # S042: test_workflow_acceptance.py
    tested |= {"S050", "S051", "S052", "S053", "S054"}  # test_study_further.py
    tested |= {"S060", "S061", "S062", "S063"}  # test_study_normalization.py
    assert {code for code in finding_codes() if code.startswith("S")} == tested


def test_all_faults_are_told_at_once_in_the_order_of_the_file(tmp_path):
    text = BLANK.replace('events = ["death"]', 'events = ["deth"]')
    text = text.replace('design = "single-arm"', 'design = "single arm"').replace("seed = 1", "")
    error = refused(write(tmp_path, text))
    assert [f.code for f in error.findings] == ["S003", "S001", "S001"]
    assert "did you mean 'single-arm'?" in str(error.findings[1])
    assert str(error) == "study.toml: 3 errors"


def test_a_finding_reads_as_the_grammar_says():
    text = BLANK.replace('events = ["death"]', 'events = ["deth"]')
    line = line_of(text, "deth")
    assert [str(f) for f in check_text(text)] == [
        f"study.toml:{line} [events] error S001: found 'deth'; "
        "expected 'death', 'progression' or 'response' (did you mean 'death'?)"
    ]


# (what is replaced, by what, "found X; expected Y (hint)")
WORDING = [
    ("seed = 1", 'seed = "x"', "found 'x'; expected a whole number"),
    ("seed = 1", "seed = -1", "found -1; expected a number of at least 0"),
    ("seed = 1", "seed = true", "found true; expected a whole number"),
    ('role = "primary"', "role = 5", "found 5; expected text in quotes"),
    ("[6, 12, 24]", "6", "found 6; expected a list in [ ]"),
    ("[6, 8]", "[6]", "found a list of 1; expected a list of at least 2"),
    ("[6, 8]", "[6, inf]", "found inf; expected a finite number"),
    ("value = 18", "value = {a = 1}", "found a table; expected a number, a word or a list"),
    (
        "cutoff = 2025-12-31",
        'cutoff = "2025-12-31"',
        "found '2025-12-31'; expected a date such as 2019-12-31, without quotes",
    ),
    (
        '[safety]\nctcae = "5.0"\nwindow_days = 30',
        "[[safety]]",
        "found a list of 1; expected a table (write [safety] once, in single brackets)",
    ),
    (
        "[[inclusion]]",
        "[inclusion]",
        "found a table; expected a list in [ ] (write [[inclusion]], in double brackets)",
    ),
    (
        'id = "ORR"',
        'id = "ORR"\nparamcd = "orr"',
        "found 'orr'; expected a capital letter, then at most 7 capital letters or digits",
    ),
    (
        "landmarks_months",
        'cox = [{endpoint = "OS", covariates = ["SEX > x"]}]\nlandmarks_months',
        "found 'SEX > x'; expected NAME, log10(NAME + number) or NAME > number",
    ),
    (
        "landmarks_months",
        'cox = [{endpoint = "OS", covariates = ["AGE", "AGE"]}]\nlandmarks_months',
        "found 'AGE'; expected each covariate once",
    ),
    (
        "landmarks_months",
        'cox = [{endpoint = "ORR", covariates = ["AGE"]}]\nlandmarks_months',
        "found ORR, a proportion; expected a time-to-event endpoint",
    ),
]


@pytest.mark.parametrize(("old", "new", "words"), WORDING)
def test_a_finding_is_worded_for_somebody_who_writes_toml(old, new, words):
    assert old in BLANK
    (finding,) = check_text(BLANK.replace(old, new, 1))
    assert str(finding).split(": ", 1)[1] == words


def test_an_empty_file_lacks_every_table():
    assert {f.place.column for f in check_text("")} == {
        "analysis",
        "endpoint",
        "population",
        "records",
        "response",
        "study",
    }


def test_a_missing_file_is_refused(tmp_path):
    assert [f.code for f in refused(tmp_path).findings] == ["S006"]


def test_text_that_is_not_utf_8_is_refused_with_its_line(tmp_path):
    data = BLANK.encode().replace(b'title = "Title', b'title = "T\xe9tle')
    (finding,) = refused(write(tmp_path, data)).findings
    assert (finding.code, finding.place.row) == ("S006", line_of(BLANK, "title ="))


def test_a_byte_order_mark_is_ignored(tmp_path):
    assert read_study(write(tmp_path, b"\xef\xbb\xbf" + BLANK.encode())).study.id == "STUDY"


def test_a_huge_file_is_refused_unread(tmp_path):
    assert [f.code for f in refused(write(tmp_path, b"#" * (MAX_BYTES + 1))).findings] == ["S006"]


@pytest.mark.parametrize("text", ["a = " + "[" * 5000 + "]" * 5000, "a = " + "[" * 60 + "]" * 60])
def test_deep_nesting_is_refused_cleanly(tmp_path, text):
    assert refused(write(tmp_path, text)).findings[0].code in {"S005", "S002"}


@pytest.mark.parametrize("name", protocol_names())
def test_every_protocol_that_ships_can_be_read(tmp_path, name):
    read_study(write(tmp_path, protocol_text(name)))


def test_an_unknown_protocol_name_tells_the_known_ones():
    with pytest.raises(UsageError, match=r"beva-tace, blank.*did you mean 'beva-tace'"):
        protocol_text("beva_tace")


def test_an_unknown_endpoint_tells_the_known_ones(tmp_path):
    study = read_study(write(tmp_path, BLANK))
    with pytest.raises(UsageError, match="OS, PFS, ORR"):
        study.endpoint("TTP")
    with pytest.raises(UsageError, match="enrolled, treated, safety"):
        study.population("itt")


def test_a_study_is_frozen(tmp_path):
    study = read_study(write(tmp_path, BLANK))
    with pytest.raises(ValueError, match="frozen"):
        study.study.seed = 2  # type: ignore[misc]
