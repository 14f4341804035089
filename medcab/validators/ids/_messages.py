"""The sentence of each error code (English msgids; Russian in ``locale/ru/ids.po``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from medcab.text import N_

__all__ = ["TEMPLATES"]

TEMPLATES: Final[Mapping[str, str]] = {
    "type": N_("A text is expected, found {found}."),
    "empty": N_("The value is empty."),
    "length": N_("Wrong length: expected {expected}, found {found}."),
    "chars": N_("The character «{found}» at position {position} does not belong here."),
    "spaces": N_("There is a space at the beginning or the end of the value."),
    "decimal": N_("The value ends with «{found}»: a spreadsheet has turned it into a number."),
    "foreign_digits": N_(
        "Position {position} holds the digit «{found}» of another script, not {expected}."
    ),
    "shape": N_("The value is not written as {expected}."),
    "checksum": N_("The check digits do not match: expected {expected}, found {found}."),
    "checksum_11": N_("Check digit 11 does not match: expected {expected}, found {found}."),
    "checksum_12": N_("Check digit 12 does not match: expected {expected}, found {found}."),
    "all_zero": N_("The number is made of zeros only."),
    "region": N_("There is no region with the code «{found}»."),
    "first_digit": N_("The number cannot begin with {found}; expected {expected}."),
    "grn_not_ogrn": N_(
        "This is the number of another record of the register (it begins with {found}), not "
        "an OGRN, which begins with 1 or 5."
    ),
    "grnip_not_ogrnip": N_(
        "This is the number of another record of the register (it begins with {found}), not "
        "an OGRNIP, which begins with 3."
    ),
    "year": N_("The number holds the year {found}; possible years are {expected}."),
    "tax_office": N_("There is no tax office with the code «{found}»."),
    "reason": N_("There is no reason of registration with the code «{found}»."),
    "serial": N_("The serial part «{found}» is not possible; expected {expected}."),
    "cyrillic_letter": N_(
        "Position {position} holds the Cyrillic letter «{found}»; a Latin letter or a digit "
        "is expected."
    ),
    "latin_letter": N_(
        "Position {position} holds the Latin letter «{found}» instead of the Cyrillic «{expected}»."
    ),
    "date_code": N_(
        "The part «{found}» that holds the date of birth does not give a possible date."
    ),
    "bik_missing": N_("Without the BIK of the bank the key of the account cannot be checked."),
    "range": N_("The value {found} is outside of the possible range {expected}."),
    "blank_year": N_("The series names the blank year {found}; possible years are {expected}."),
    "level": N_("The level «{found}» is not one of {expected}."),
    "authority": N_(
        "The licensing authority {authority} belongs to the region {expected}, the number "
        "names the region {found}."
    ),
    "not_medical_activity": N_(
        "The licence is of another activity (code {found}), not of the medical one (code "
        "{expected})."
    ),
    "name_not_code": N_("«{found}» is a name; the code is expected, such as {expected}."),
    "group": N_("The group {found} is not a group of health care; expected {expected}."),
    "syntax": N_(
        "This is not an OID: {found} at position {position} breaks the rule that arcs are "
        "numbers without leading zeros joined by points."
    ),
    "old_registry": N_(
        "This OID is of the old register of organisations; the current ones begin with {expected}."
    ),
    "root": N_(
        "The OID is not of the register of medical organisations; those begin with {expected}."
    ),
    "country": N_("The country code of the number is not the Russian one (+7): {found}."),
    "area_code": N_("A Russian number does not begin with {found}; expected {expected}."),
    "at": N_("The address must have exactly one @, found {found}."),
    "local": N_("The part before @ is not written correctly: «{found}»."),
    "cyrillic_local": N_(
        "The part before @ holds the Cyrillic letter «{found}» at position {position}."
    ),
    "domain": N_("The part after @ is not a domain: «{found}»."),
    "mixed_domain": N_(
        "The domain mixes Latin and Cyrillic letters: «{found}» at position {position}."
    ),
    "typo_domain": N_("The domain «{found}» looks like a slip of «{expected}»."),
    "too_general": N_(
        "The code «{found}» is too general; the register wants at least four digits, such as "
        "{expected}."
    ),
    "iso": N_("The date is written as YYYY-MM-DD; expected DD.MM.YYYY: {expected}."),
    "year_2_digits": N_("The year is written with two digits; write all four."),
    "separator": N_("The parts of a date are separated by points: {expected}."),
    "impossible": N_("There is no such date: {found}."),
    "letter_in_date": N_(
        "The date holds the letter «{found}» at position {position} instead of a digit."
    ),
    "month_name": N_("The month is written as a word; write it as a number: {expected}."),
    "future": N_("The date {found} has not come yet."),
    "excel_serial": N_(
        "The value {found} is a number of days of a spreadsheet, perhaps {expected}."
    ),
    "homoglyph": N_(
        "Position {position} holds the Latin letter «{found}» that looks like the Cyrillic "
        "«{expected}»."
    ),
    "latin": N_(
        "Position {position} holds the Latin letter «{found}»; the name must be in Russian letters."
    ),
    "special": N_("The character «{found}» at position {position} is not allowed in a name."),
    "digit": N_("The digit {found} at position {position} is not allowed in a name."),
    "nfd": N_(
        "The letter «{expected}» at position {position} is written as two characters (a name "
        "copied from macOS)."
    ),
    "all_caps": N_("The name is written in capital letters only."),
    "case": N_("The part «{found}» is written in wrong letter case."),
    "parts": N_("A name has {expected} parts, found {found}."),
    "part_length": N_("The part «{found}» is longer than {expected} characters."),
    "not_russian_letter": N_(
        "Position {position} holds the letter «{found}» that is not in the Russian alphabet."
    ),
    "no_underscore": N_(
        "The name of the file has no «_» between the person and the type of the document."
    ),
    "no_person": N_("The name of the file does not name the person before «_»."),
    "no_type": N_("The name of the file does not name the type of the document after «_»."),
    "ext": N_("The extension «{found}» is not accepted; accepted are {expected}."),
    "ext_case": N_("The extension is written «{found}»; write it in small letters: {expected}."),
    "reserved": N_("The name «{found}» is reserved by Windows."),
    "trailing_dot": N_("The name ends with a point or a space; Windows drops it."),
    "surrogate": N_("The value holds a broken character at position {position}."),
}
