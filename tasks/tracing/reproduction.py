"""Reproduction of publications: figures made again, held against their digest and seal.

The rules' code is not kept, so old facts are not judged again under old code. What was judged then is kept, with the calendar,
policies, indicators and waivers of then: from these, counters and figures are made again. Where the counting code is another by now
and the digest is the same, it counts as it did.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.language import Bilingual
from tasks.auditing.seals import edited_sentence, edits_of_publication
from tasks.publishing.figures import figures_then
from tasks.tracing.moments import moment_of


@dataclass(frozen=True)
class Reproduction:
    """A publication made again.

    Attributes:
        publication_id: digest that was published, and is sealed.
        digest: of the figures made again.
        is_code_of_today: whether the rules' code is what it was.
        edits: what stands in its sealed rows and was not sealed; empty where nothing was edited.
    """

    publication_id: str
    digest: str
    is_code_of_today: bool
    edits: Bilingual | None

    @property
    def is_equal(self) -> bool:
        """Whether the figures are those that were published."""
        return self.digest == self.publication_id

    @property
    def said(self) -> Bilingual:
        """What was found, in sentences."""
        short = self.publication_id[:12]
        said = Bilingual(
            f"{short}: lập lại từ các kết luận và cấu hình khi đó, ra đúng các số liệu ấy (mã băm {self.digest}).",
            f"{short}: made again from the verdicts and configuration of then, to the same figures (digest {self.digest}).",
        )
        if not self.is_equal:
            said = Bilingual(
                f"{short}: lập lại ra số liệu khác (mã băm {self.digest}).",
                f"{short}: made again, the figures differ (digest {self.digest}).",
            )
        parts = [said]
        if not self.is_code_of_today:
            parts.append(
                Bilingual(
                    "Chương trình tính thời hạn nay đã khác và bản cũ không được giữ: các kết luận không tính lại, mà lấy như đã lưu khi đó.",
                    "The rules' code is another by now and the old one is not kept: verdicts were not judged again but taken as stored then.",
                )
            )
        if self.edits is not None:
            parts.append(self.edits)
        return Bilingual(" ".join(one.vi for one in parts), " ".join(one.en for one in parts))


def reproduce(publication_id: str) -> Reproduction:
    """Make a publication or draft again, and hold it against its digest and its seal.

    Raises:
        UnreadableDataError: it was made before verdicts and configuration were kept.
    """
    moment = moment_of(publication_id)
    rules = moment.rules()
    counts = moment.counts(moment.verdicts())
    digest = figures_then(moment.policy, moment.as_of, moment.at, counts, rules).publication_id()
    edits = edits_of_publication(moment.policy, publication_id)
    return Reproduction(publication_id, digest, rules.is_code_of_today, edited_sentence(edits) if edits else None)
