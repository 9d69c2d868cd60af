"""Errors of models in both languages: what is wrong with a key, by the type that the model gives.

Models speak English alone; an office's files are corrected by people who read Vietnamese.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from config.errors import ConfigError
from config.language import Bilingual, bilingual

_MOST = 5  # faults of a file that are told at once

# What a model expects, by the type of its error: Vietnamese, English. ``{…}`` is what the error tells of itself.
_EXPECTED: Mapping[str, tuple[str, str]] = {
    "missing": ("phải có khóa này", "is missing"),
    "extra_forbidden": ("không có khóa tên này", "there is no such key"),
    "invalid_key": ("tên khóa phải là chữ", "has to be named by a text"),
    "frozen_field": ("không đổi được", "cannot be changed"),
    "none_required": ("phải để trống", "has to be empty"),
    "model_type": ("phải gồm các khóa", "has to hold keys"),
    "model_attributes_type": ("phải gồm các khóa", "has to hold keys"),
    "dict_type": ("phải gồm các khóa", "has to hold keys"),
    "mapping_type": ("phải gồm các khóa", "has to hold keys"),
    "list_type": ("phải là một danh sách", "has to be a list"),
    "tuple_type": ("phải là một danh sách", "has to be a list"),
    "set_type": ("phải là một danh sách", "has to be a list"),
    "frozen_set_type": ("phải là một danh sách", "has to be a list"),
    "iterable_type": ("phải là một danh sách", "has to be a list"),
    "set_item_not_hashable": ("chỉ gồm chữ và số", "has to hold texts and numbers only"),
    "too_short": ("cần ít nhất {min_length} mục", "needs at least {min_length} entries"),
    "too_long": ("có nhiều nhất {max_length} mục", "has at most {max_length} entries"),
    "missing_argument": ("còn thiếu một mục", "lacks an entry"),
    "unexpected_positional_argument": ("thừa một mục", "has an entry too many"),
    "string_type": ("phải là chữ", "has to be a text"),
    "string_unicode": ("phải là chữ", "has to be a text"),
    "string_too_short": ("cần ít nhất {min_length} ký tự", "needs at least {min_length} letters"),
    "string_too_long": ("có nhiều nhất {max_length} ký tự", "has at most {max_length} letters"),
    "string_pattern_mismatch": ("phải có dạng {pattern}", "has to have the form {pattern}"),
    "string_not_ascii": ("chỉ gồm chữ không dấu", "has to be of letters without marks"),
    "bool_type": ("phải là true hoặc false", "has to be true or false"),
    "bool_parsing": ("phải là true hoặc false", "has to be true or false"),
    "int_type": ("phải là số nguyên", "has to be a whole number"),
    "int_parsing": ("phải là số nguyên", "has to be a whole number"),
    "int_parsing_size": ("là số quá lớn", "is too large a number"),
    "int_from_float": ("phải là số nguyên", "has to be a whole number"),
    "float_type": ("phải là số", "has to be a number"),
    "float_parsing": ("phải là số", "has to be a number"),
    "decimal_type": ("phải là số", "has to be a number"),
    "decimal_parsing": ("phải là số", "has to be a number"),
    "finite_number": ("phải là số hữu hạn", "has to be a finite number"),
    "multiple_of": ("phải là bội số của {multiple_of}", "has to be a multiple of {multiple_of}"),
    "greater_than": ("phải lớn hơn {gt}", "has to be greater than {gt}"),
    "greater_than_equal": ("phải từ {ge} trở lên", "has to be at least {ge}"),
    "less_than": ("phải nhỏ hơn {lt}", "has to be less than {lt}"),
    "less_than_equal": ("phải từ {le} trở xuống", "has to be at most {le}"),
    "literal_error": ("phải là {expected}", "has to be {expected}"),
    "enum": ("phải là {expected}", "has to be {expected}"),
    "date_type": ("phải là ngày, năm-tháng-ngày", "has to be a day, YEAR-MONTH-DAY"),
    "date_parsing": ("phải là ngày, năm-tháng-ngày", "has to be a day, YEAR-MONTH-DAY"),
    "date_from_datetime_parsing": ("phải là ngày, năm-tháng-ngày", "has to be a day, YEAR-MONTH-DAY"),
    "date_from_datetime_inexact": ("phải là ngày, không có giờ", "has to be a day without an hour"),
    "date_past": ("phải là ngày đã qua", "has to be a day gone by"),
    "date_future": ("phải là ngày chưa đến", "has to be a day to come"),
    "time_type": ("phải là giờ, giờ:phút", "has to be a time of day, HOUR:MINUTE"),
    "time_parsing": ("phải là giờ, giờ:phút", "has to be a time of day, HOUR:MINUTE"),
    "datetime_type": ("phải là ngày giờ", "has to be a day and time"),
    "datetime_parsing": ("phải là ngày giờ", "has to be a day and time"),
    "datetime_from_date_parsing": ("phải là ngày giờ", "has to be a day and time"),
    "datetime_object_invalid": ("phải là ngày giờ", "has to be a day and time"),
    "datetime_past": ("phải là lúc đã qua", "has to be in the past"),
    "datetime_future": ("phải là lúc chưa đến", "has to be in the future"),
    "timezone_naive": ("không ghi múi giờ", "has to be without a time zone"),
    "timezone_aware": ("phải ghi múi giờ", "has to name its time zone"),
    "time_delta_type": ("phải là khoảng thời gian", "has to be a span of time"),
    "time_delta_parsing": ("phải là khoảng thời gian", "has to be a span of time"),
    "union_tag_invalid": ("không có loại {tag!r}; chọn một trong {expected_tags}", "knows no {tag!r}; choose one of {expected_tags}"),
    "union_tag_not_found": ("thiếu khóa {discriminator}", "lacks the key {discriminator}"),
    "url_type": ("phải là một địa chỉ", "has to be an address"),
    "url_parsing": ("phải là một địa chỉ", "has to be an address"),
    "url_syntax_violation": ("phải là một địa chỉ", "has to be an address"),
    "url_too_long": ("là địa chỉ quá dài", "is too long an address"),
    "url_scheme": ("phải là địa chỉ bắt đầu bằng {expected_schemes}", "has to be an address that begins with {expected_schemes}"),
}  # fmt: skip


def settings_error(error: ValidationError) -> ConfigError:
    """Return what is wrong with the variables ``MOTCUA_…`` that the settings are read from."""
    named = [
        {**each, "loc": tuple(f"MOTCUA_{part}".upper() for part in each["loc"])} for each in error.errors(include_url=False)
    ]
    return ConfigError(
        Bilingual("biến môi trường", "environment"),
        _said(named, Bilingual("biến MOTCUA_…", "variables MOTCUA_…")),
        Bilingual("xem config/settings.py", "see config/settings.py"),
    )


def faults(error: ValidationError, whole: Bilingual) -> Bilingual:
    """Tell what is wrong with the keys of a file, the first few of them; never a value.

    Args:
        error: what a model raised.
        whole: how to call what has no key of its own: the file, the case.
    """
    return _said(error.errors(include_url=False)[:_MOST], whole)


def _said(errors: Sequence[Mapping[str, Any]], whole: Bilingual) -> Bilingual:
    facts = [_fault(each, whole) for each in errors]
    return Bilingual("; ".join(fact.vi for fact in facts), "; ".join(fact.en for fact in facts))


def _fault(each: Mapping[str, Any], whole: Bilingual) -> Bilingual:
    place = ".".join(str(part) for part in each["loc"])
    where = Bilingual(place, place) if place else whole
    fact = expected(each)
    return Bilingual(f"{where.vi}: {fact.vi}", f"{where.en}: {fact.en}")


def expected(each: Mapping[str, Any]) -> Bilingual:
    """Return what one error of a model says, without its place.

    In the model's own words where the type is not known.
    """
    context = each.get("ctx") or {}
    if isinstance(context.get("error"), Exception):  # raised by a validator of ours
        return bilingual(context["error"])
    if each["type"] not in _EXPECTED:
        return bilingual(each["msg"])
    vietnamese, english = (text.format(**context) for text in _EXPECTED[each["type"]])
    return Bilingual(vietnamese.replace(" or ", " hoặc ") if "expected" in context else vietnamese, english)
