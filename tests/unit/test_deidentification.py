"""De-identification: a name written into every attribute there is stands in no byte of the copy."""

import io
import struct

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID_dictionary

from hepatica.core.disguise import disguise
from hepatica.imaging.deidentification.copy import Copied, People, Refused, copied_file
from hepatica.imaging.deidentification.pixel import cleaned_jpeg, cleaned_jpeg2000
from hepatica.imaging.deidentification.profile import Action, profile
from hepatica.imaging.deidentification.text import (
    Person,
    capped_age,
    described,
    shifted_day,
    shifted_moment,
    token,
)
from hepatica.imaging.deidentification.uid import remapped_uid

KEY = b"a key of more than sixteen bytes"
PEOPLE = People(KEY)
NAME = "HEPATIKOS^HILDEGARD"
CT, XA, SC = (
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.12.1",
    "1.2.840.10008.5.1.4.1.1.7",
)
EXPLICIT = "1.2.840.10008.1.2.1"
LONG = {"OB", "OW", "OF", "OD", "OL", "OV", "SQ", "UC", "UN", "UR", "UT", "SV", "UV"}
PERSON = Person(KEY, disguise(KEY, ["S-1"], ()), "S-1")


def encoded(tag: int, representation: str, value: bytes) -> bytes:
    """One element in explicit little endian."""
    value += b"\0" * (len(value) % 2)
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + representation.encode()
    if representation in LONG:
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


def item(*elements: bytes) -> bytes:
    data = b"".join(elements)
    return b"\xfe\xff\x00\xe0" + struct.pack("<I", len(data)) + data


REAL = {
    0x00080005: ("CS", b"ISO_IR 100"),
    0x00080016: ("UI", CT.encode()),
    0x00080018: ("UI", b"1.2.3.4"),
    0x0020000D: ("UI", b"1.2.3"),
    0x0020000E: ("UI", b"1.2.3.5"),
    0x00100020: ("LO", b"HOSP-4711"),
    0x00280301: ("CS", b"NO"),
    0x00280002: ("US", struct.pack("<H", 1)),
    0x00280004: ("CS", b"MONOCHROME2"),
    0x00280008: ("IS", b"1"),
    0x00280010: ("US", struct.pack("<H", 4)),
    0x00280011: ("US", struct.pack("<H", 4)),
    0x00280100: ("US", struct.pack("<H", 16)),
    0x00280101: ("US", struct.pack("<H", 12)),
    0x00280102: ("US", struct.pack("<H", 11)),
    0x00280103: ("US", struct.pack("<H", 0)),
}
LEFT_OUT = {
    0x00080064,
    0x7FE00001,
    0x7FE00002,
    0x7FE00003,
    0x7FE00008,
    0x7FE00009,
}  # ConversionType


def hostile_file() -> bytes:
    """A CT image with the name in every attribute of the dictionary, and beside all of them."""
    name = NAME.encode()
    nested = item(
        encoded(0x00091010, "LO", name),
        encoded(0x00100010, "PN", name),
        encoded(0x00104000, "LT", name),
        encoded(0x00400275, "SQ", item(encoded(0x0008103E, "LO", name))),
        encoded(0x0040A160, "UT", name),
        encoded(0x0040A730, "SQ", item(encoded(0x0040A123, "PN", name))),
        encoded(0x00080100, "SH", name[:16]),
        encoded(0x00080104, "LO", name),
    )  # fmt: skip
    elements = {
        tag: (said[0].split(" or ")[0], name[:16])
        for tag, said in DicomDictionary.items()
        if tag >> 16 > 0x0006 and tag not in LEFT_OUT and tag >> 16 < 0xFFFA
    }
    elements = {
        tag: (vr, nested if vr == "SQ" else value)
        for tag, (vr, value) in elements.items()
        if vr in LONG or len(vr) == 2
    }
    elements |= REAL
    elements |= {
        0x00090010: ("LO", name),
        0x00091001: ("UN", name),
        0x00191002: ("OB", name),
        0x00291010: ("SQ", item(encoded(0x00100010, "PN", name))),
        0x60000010: ("US", struct.pack("<H", 4)),
        0x60003000: ("OW", name),
        0x60004000: ("LT", name),
        0x50003000: ("OW", name),
        0x00880200: ("SQ", item(encoded(0x7FE00010, "OW", name))),
        0x7FE00010: ("OW", np.arange(16, dtype="<u2").tobytes() + name),
        0xFFFCFFFC: ("OB", name),
    }
    body = b"".join(encoded(tag, *elements[tag]) for tag in sorted(elements))
    meta = b"".join(
        (
            encoded(0x00020002, "UI", CT.encode()),
            encoded(0x00020003, "UI", b"1.2.3.4"),
            encoded(0x00020010, "UI", EXPLICIT.encode()),
            encoded(0x00020016, "AE", name[:16]),
            encoded(0x00020102, "OB", name),
        )
    )
    length = encoded(0x00020000, "UL", struct.pack("<I", len(meta)))
    return (name * 7)[:128] + b"DICM" + length + meta + body


def test_a_name_in_every_attribute_is_in_no_byte_of_the_copy() -> None:
    made = copied_file(hostile_file(), PEOPLE)
    assert isinstance(made, Copied), made
    lower = made.data.lower() + made.name.lower().encode()
    for word in (b"hepatik", b"hildeg", b"hosp-4711", "hepatik".encode("utf-16-le")):
        assert word not in lower
    copy = pydicom.dcmread(io.BytesIO(made.data))
    assert copy.pixel_array.ravel().tolist() == list(range(16))
    assert not [
        tag for tag in list(copy.keys()) if tag.is_private or tag.group & 0xFF00 in (0x6000, 0x5000)
    ]
    assert copy.preamble == b"\0" * 128


def image(**attributes: object) -> Dataset:
    """A small CT image that belongs to the patient S-1."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = EXPLICIT
    ds.SOPClassUID, ds.SOPInstanceUID = CT, "1.2.3.4"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = "1.2.3", "1.2.3.5", "1.2.9"
    ds.PatientID, ds.PatientName, ds.Modality = "S-1", NAME, "CT"
    ds.StudyDate, ds.SeriesDescription = "20240229", "Abdomen arterial 5mm B30f"
    ds.Rows = ds.Columns = 4
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.PixelData = np.arange(16, dtype="<u2").tobytes()
    ds["PixelData"].VR = "OW"
    for keyword, value in attributes.items():
        setattr(ds, keyword, value)
    return ds


def file_of(ds: Dataset) -> bytes:
    out = io.BytesIO()
    pydicom.dcmwrite(out, ds, enforce_file_format=True)
    return out.getvalue()


def copy_of(**attributes: object) -> Dataset:
    made = copied_file(file_of(image(**attributes)), PEOPLE)
    assert isinstance(made, Copied), made
    return pydicom.dcmread(io.BytesIO(made.data))


def refusal(**attributes: object) -> str:
    made = copied_file(file_of(image(**attributes)), PEOPLE)
    assert isinstance(made, Refused), made
    assert "HEPATIK" not in made.found
    return made.code


def test_pseudonym_and_shift_are_those_of_a_redacted_copy() -> None:
    known = disguise(KEY, ["S-1"], ())
    copy = copy_of()
    assert copy.PatientID == copy.PatientName == known.subjects["S-1"]
    day = pydicom.valuerep.DA("20240229")
    shift = (pydicom.valuerep.DA(copy.StudyDate) - day).days
    assert shift == known.offsets_days["S-1"] != 0


def test_a_file_of_subjects_leads_from_the_patient_to_the_subject() -> None:
    listed = People(KEY, {"S-1": "BT-01"})
    made = copied_file(file_of(image()), listed)
    assert isinstance(made, Copied)
    assert made.name.startswith(disguise(KEY, ["BT-01"], ()).subjects["BT-01"] + "/")
    other = copied_file(file_of(image(PatientID="S-2")), listed)
    assert other == Refused("I066", "no identifier of a known subject")


def test_dates_shift_together_and_the_delay_after_contrast_survives() -> None:
    nested = Dataset()
    nested.DateTime, nested.Date = "20240301101530.25+0200", "20240302"
    copy = copy_of(
        AcquisitionDate="20240301", AcquisitionTime="101530", ContrastBolusStartTime="101455",
        AcquisitionDateTime="20240301101530", StudyTime="080000", InstanceCreationDate="20240301",
        ContentSequence=[nested],
    )  # fmt: skip
    shift = disguise(KEY, ["S-1"], ()).offsets_days["S-1"]
    first = pydicom.valuerep.DA("20240301")
    assert (pydicom.valuerep.DA(copy.AcquisitionDate) - first).days == shift
    assert copy.AcquisitionDateTime == copy.AcquisitionDate + "101530"
    assert copy.ContentSequence[0].DateTime == copy.AcquisitionDate + "101530.25"
    assert (pydicom.valuerep.DA(copy.ContentSequence[0].Date) - first).days == shift + 1
    assert (copy.AcquisitionTime, copy.ContrastBolusStartTime) == ("101530", "101455")
    assert copy.StudyTime == "" and "InstanceCreationDate" not in copy


def test_references_still_meet_and_uids_of_the_standard_stay() -> None:
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = CT, "1.2.3.4"
    copy = copy_of(ReferencedImageSequence=[reference])
    (item_,) = copy.ReferencedImageSequence
    assert item_.ReferencedSOPInstanceUID == copy.SOPInstanceUID != "1.2.3.4"
    assert item_.ReferencedSOPClassUID == CT
    assert copy.file_meta.MediaStorageSOPInstanceUID == copy.SOPInstanceUID
    assert remapped_uid(KEY, "1.2.840.10008.4711") not in ("1.2.840.10008.4711", "")
    assert CT in UID_dictionary


def test_a_remapped_uid_is_a_uuid_of_version_8_and_needs_the_key() -> None:
    import uuid

    number = int(remapped_uid(KEY, "1.2.3").removeprefix("2.25."))
    assert uuid.UUID(int=number).version == 8
    assert remapped_uid(KEY, "1.2.3") != remapped_uid(b"another key of sixteen", "1.2.3")


def test_text_of_known_words_stays_and_other_text_goes() -> None:
    copy = copy_of(
        StudyDescription="CT Herr Hepatikos", ConvolutionKernel="B30f",
        ImageComments="x", Manufacturer="SIEMENS", StationName="CT17", InstitutionName="Klinik",
    )  # fmt: skip
    assert copy.SeriesDescription == "Abdomen arterial 5mm B30f"
    assert (copy.StudyDescription, copy.ConvolutionKernel, copy.Manufacturer) == (
        "",
        "B30f",
        "SIEMENS",
    )
    assert not {"ImageComments", "StationName", "InstitutionName"} & {e.keyword for e in copy}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("HAP 5mm", "HAP 5mm"),
        ("portal_venous 70s", "portal venous 70s"),
        ("t1_vibe_fs", "t1 vibe fs"),
        ("动脉期", "动脉期"),
        ("13.05.19", ""),
        ("2019-05-13", ""),
        ("liver Smith", ""),
        ("liver 123456", ""),
        ("", ""),
    ],
)
def test_described(text: str, kept: str) -> None:
    assert described(text) == kept


@given(st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_a_token_holds_no_unknown_word(text: str) -> None:
    made = token(KEY, text)
    assert made in ("", described(text.strip(" \0"))) or made[1:].isdigit()


@pytest.mark.parametrize(
    ("age", "told"),
    [("089Y", "089Y"), ("090Y", "090Y"), ("104Y", "090Y"), ("999M", "999M"), ("ninety", "")],
)
def test_age_is_capped(age: str, told: str) -> None:
    assert capped_age(age) == told


def test_dates_that_are_none_are_left_empty() -> None:
    assert [shifted_day(text, PERSON) for text in ("20230230", "2023", "HILDEGA")] == ["", "", ""]
    assert shifted_moment("2023", PERSON) == ""
    assert shifted_day("2023.01.15", PERSON) == shifted_day("20230115", PERSON) != ""


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"BurnedInAnnotation": "YES"}, "I063"),
        ({"SOPClassUID": SC}, "I063"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.6.1", "Modality": "US"}, "I063"),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, "I063"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.104.1"}, "I065"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "I065"),
        ({"PatientID": ""}, "I066"),
        ({"SeriesInstanceUID": ""}, "I060"),
        ({"PixelData": b"\0" * 30}, "I060"),
        ({"PatientID": "123456789", "AcquisitionNumber": "123456789"}, "I069"),
    ],
)
def test_what_is_not_copied(attributes: dict[str, object], code: str) -> None:
    assert refusal(**attributes) == code


def test_a_projection_is_copied_with_a_warning_unless_it_says_no() -> None:
    plain = copied_file(file_of(image(SOPClassUID=XA, Modality="XA")), PEOPLE)
    said = copied_file(file_of(image(SOPClassUID=XA, BurnedInAnnotation="NO")), PEOPLE)
    assert isinstance(plain, Copied) and isinstance(said, Copied)
    assert (plain.codes, said.codes) == (("I064",), ())
    capture = copied_file(file_of(image(SOPClassUID=SC, BurnedInAnnotation="NO")), PEOPLE)
    assert isinstance(capture, Copied)


def test_what_is_no_dicom_or_cut_off_is_not_copied() -> None:
    whole = file_of(image())
    assert copied_file(b"PK\x03\x04" + b"\0" * 200, PEOPLE) == Refused("I061", "no DICOM file")
    for size in range(132, len(whole), 37):
        made = copied_file(whole[:size], PEOPLE)
        assert isinstance(made, Refused) and made.code in {"I060", "I065", "I066"}
    lie = whole.replace(
        encoded(0x00080060, "CS", b"CT"), encoded(0x00080060, "UT", b"")[:8] + b"\xfe\xff\xff\xff"
    )
    assert isinstance(copied_file(lie, PEOPLE), Refused)


def test_bombs_are_refused() -> None:
    nested = b""
    for _ in range(60):
        nested = encoded(0x00081115, "SQ", item(nested))
    whole = file_of(image())
    at = whole.index(encoded(0x00100010, "PN", NAME.encode())[:4])
    made = copied_file(whole[:at] + nested + whole[at:], PEOPLE)
    assert isinstance(made, Refused) and made.code == "I060"
    ds = image()
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1.99"
    assert copied_file(file_of(ds), PEOPLE) == Refused("I065", "a deflated coding")


def test_overlays_in_the_high_bits_are_made_zero() -> None:
    pixels = (np.arange(16, dtype="<u2") | 0xF000).tobytes()
    ds = image(PixelData=pixels)
    ds.add_new(0x60000102, "US", 12)
    made = copied_file(file_of(ds), PEOPLE)
    assert isinstance(made, Copied)
    assert pydicom.dcmread(io.BytesIO(made.data)).pixel_array.ravel().tolist() == list(range(16))


def test_a_kind_of_scanner_stays_the_same_kind_without_its_name() -> None:
    first, second = (
        copy_of(ManufacturerModelName="Secret One"),
        copy_of(ManufacturerModelName="Secret One"),
    )
    assert first.ManufacturerModelName == second.ManufacturerModelName
    assert "Secret" not in first.ManufacturerModelName
    assert (
        copy_of(ManufacturerModelName="Secret Two").ManufacturerModelName
        != first.ManufacturerModelName
    )


def test_codes_of_the_dictionaries_keep_their_meaning_only() -> None:
    known, other, plain = Dataset(), Dataset(), Dataset()
    plain.CodeValue, plain.CodingSchemeDesignator, plain.CodeMeaning = "10200004", "SCT", "Liver"
    known.CodeValue, known.CodingSchemeDesignator, known.CodeMeaning = "10200004", "SCT", NAME
    other.CodeValue, other.CodingSchemeDesignator, other.CodeMeaning = "HILDE", "99X", NAME
    copy = copy_of(AnatomicRegionSequence=[known, plain], ConceptCodeSequence=[other])
    assert copy.AnatomicRegionSequence[0].CodeMeaning == "Liver structure"
    assert copy.AnatomicRegionSequence[1].CodeMeaning == "Liver"
    told = copy.ConceptCodeSequence[0]
    assert told.CodingSchemeDesignator == "99HEPATICA" and told.CodeValue[1:].isdigit()


JPEG = bytes.fromhex("ffd8") + b"".join(
    bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body
    for marker, body in (
        (0xE0, b"JFIF"),
        (0xFE, b"HEPATIKOS"),
        (0xE1, b"HEPATIKOS"),
        (0xC3, b"frame"),
    )
)
SCAN = bytes.fromhex("ffda0003 00 1234 ff00 56 ffd0 78".replace(" ", ""))


def test_comments_and_what_follows_the_end_go_from_jpeg() -> None:
    whole = JPEG + SCAN + b"\xff\xfe" + struct.pack(">H", 11) + b"HEPATIKOS" + b"\xff\xd9"
    clean = cleaned_jpeg(whole + b"HEPATIKOS\xff\xd9")
    assert b"HEPATIKOS" not in clean and b"JFIF" in clean
    assert clean.endswith(SCAN + b"\xff\xd9")
    for size in range(len(whole) - 1):
        with pytest.raises(ValueError):
            cleaned_jpeg(whole[:size])


def test_comments_and_what_follows_the_end_go_from_jpeg_2000() -> None:
    comment = b"\xff\x64" + struct.pack(">H", 11) + b"HEPATIKOS"
    size = b"\xff\x51" + struct.pack(">H", 6) + b"siz0"
    data = b"\xff\x93" + b"pixels"
    tile = b"\xff\x90" + struct.pack(">HHIBB", 10, 0, 12 + len(data), 0, 1) + data
    clean = cleaned_jpeg2000(b"\xff\x4f" + size + comment + tile + b"\xff\xd9HEPATIKOS")
    assert clean == b"\xff\x4f" + size + tile + b"\xff\xd9"
    data = comment + data
    tile = b"\xff\x90" + struct.pack(">HHIBB", 10, 0, 12 + len(data), 0, 1) + data
    with pytest.raises(ValueError, match="comments within"):
        cleaned_jpeg2000(b"\xff\x4f" + size + tile + b"\xff\xd9")


def test_compressed_pixels_are_copied_frame_by_frame() -> None:
    frame = JPEG + SCAN + b"\xff\xd9"
    ds = image(PixelData=encapsulate([frame, frame]), NumberOfFrames=2)
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.70"
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    made = copied_file(file_of(ds), PEOPLE)
    assert isinstance(made, Copied) and b"HEPATIKOS" not in made.data
    assert made.data.count(SCAN) == 2


def test_every_attribute_of_the_profile_is_in_the_dictionary_with_a_fitting_kind() -> None:
    kinds = {
        Action.UID: {"UI"},
        Action.DATE: {"DA", "DT"},
        Action.TIME: {"TM"},
        Action.SEQUENCE: {"SQ"},
        Action.VALUE: {"DS", "IS", "US", "UL", "SS", "SL", "FL", "FD", "AT", "US or SS"},
    }
    known = {said[4]: said[0] for said in DicomDictionary.values()}
    for keyword, action in profile().actions.items():
        assert keyword in known, keyword
        assert known[keyword] in kinds.get(action, {known[keyword]}), keyword
    newer = {"1.2.840.10008.5.1.4.1.1.66.7"}  # label map segmentation, of 2024
    named = {*profile().objects, *profile().transfer} - newer
    assert named <= set(UID_dictionary)
