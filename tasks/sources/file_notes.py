"""Notes about a file of a source: what was unusual in it, and what was not read."""

from __future__ import annotations

from dataclasses import dataclass

DELIMITER = "delimiter_stated"
MISNAMED = "misnamed"
DAMAGED_TEXT = "damaged_text"
STRAY_MARK = "stray_mark"
CUT_OFF = "cut_off"
HEADING_TWICE = "heading_twice"
SHEET_LEFT_OUT = "sheet_left_out"
DATES_1904 = "dates_1904"
CUT_TEXT = "cut_text"
UNREADABLE = "unreadable"
NOTE_KINDS = (HEADING_TWICE, SHEET_LEFT_OUT, DAMAGED_TEXT, STRAY_MARK, CUT_OFF, CUT_TEXT, UNREADABLE)
"""Kinds that a run ends with a warning about; the others are as the office meant them."""


@dataclass(frozen=True)
class FileNote:
    """One thing to say.

    Attributes:
        kind: a key of :data:`NOTES`.
        about: a heading, a sheet, a sign; never a value of a record.
        count: how often, where it can be counted.
    """

    kind: str
    about: str = ""
    count: int = 1

    def written(self) -> str:
        """Write it down, to be read by :meth:`read`."""
        return "\t".join((self.kind, self.about.replace("\t", "\\t").replace("\n", " "), str(self.count)))

    @classmethod
    def read(cls, line: str) -> FileNote:
        r"""Read what :meth:`written` wrote.

        >>> Note.read(Note("delimiter_stated", "\t", 1).written())
        Note(kind='delimiter_stated', about='\t', count=1)
        """
        kind, about, count = line.split("\t")
        return cls(kind, about.replace("\\t", "\t"), int(count))

    def said(self) -> tuple[str, str]:
        """Say it in Vietnamese and in English."""
        shown = _SHOWN.get(self.about, self.about)
        vietnamese, english = NOTES[self.kind]
        return vietnamese.format(about=shown, count=self.count), english.format(about=shown, count=self.count)


_SHOWN = {"\t": "tab", "|": "|"}
NOTES: dict[str, tuple[str, str]] = {
    DELIMITER: (
        "Dòng đầu của tệp nói các ô cách nhau bằng '{about}'; tệp được đọc như vậy.",
        "The file's first line says that its cells are divided by '{about}'; it was read so.",
    ),
    MISNAMED: ("Nội dung tệp không như tên: thực ra là {about}.", "The file is not what its name says: it is a {about}."),
    DAMAGED_TEXT: (
        "{count} chỗ có byte không phải chữ ({about}); ô đó được đánh dấu, các ô khác không đổi.",
        "Bytes that are no letter (places: {count}; {about}); the cells are marked, the others are as they were.",
    ),
    STRAY_MARK: (
        "{count} dòng có dấu nháy kép không đóng; mỗi dòng được đọc riêng.",
        "Lines with a quotation mark that nobody closes: {count}; each was read by itself.",
    ),
    CUT_OFF: (
        "Tệp bị cắt giữa dòng cuối; dòng đó bị loại.",
        "The file was cut off within its last line; that line was rejected.",
    ),
    HEADING_TWICE: (
        "Tiêu đề '{about}' đứng ở {count} cột; nơi các cột khác nhau, ô đó không được dùng để kết luận. Hãy đổi tên một cột.",
        "The heading '{about}' is above {count} columns; where they differ, nothing is concluded from that cell. Rename one of them.",
    ),
    SHEET_LEFT_OUT: (
        "Trang tính '{about}' không được đọc: thiếu tiêu đề ({count} dòng).",
        "The sheet '{about}' was not read: it lacks the headings (rows: {count}).",
    ),
    DATES_1904: (
        "Sổ tính dùng hệ ngày 1904; ngày ghi bằng số được đổi theo hệ đó.",
        "The workbook counts days from 1904; dates written as numbers were read so.",
    ),
    UNREADABLE: ("Không đọc được: {about}", "It cannot be read: {about}"),
    CUT_TEXT: (
        "Cột '{about}': {count} giá trị dài đúng bằng nhau, có lẽ bị cắt khi xuất tệp.",
        "Column '{about}': {count} values end at the same length, perhaps cut when the file was written.",
    ),
}
"""What each kind of note says, in Vietnamese and in English."""
