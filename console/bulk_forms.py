"""The form of Bulk uploads: the file, its type unless that is found out, and whether to only try it."""

from typing import Any, Self

from flask_wtf.file import FileField  # type: ignore[import-untyped]
from wtforms import BooleanField

from shared.feeds.kinds import FeedType, name_of
from shared.rendering import gettext as _
from shared.web.forms import ChoiceField, PageForm


class FeedForm(PageForm):
    """A feed as it is uploaded."""

    file = FileField()
    file_type = ChoiceField()
    dry_run = BooleanField()

    @classmethod
    def made(cls) -> Self:
        form = cls()
        form.file.label.text = _("File")
        form.file_type.label.text = _("File type")
        form.file_type.offer(((kind.value, name_of(kind)) for kind in FeedType), empty=_("Detect"))
        form.dry_run.label.text = _("Dry run")
        return form

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own
        super().validate(extra_validators)
        if not (self.file.data and self.file.data.filename):
            self.refuse(self.file, _("Choose a file."))
        return not self.problems()

    def wanted(self) -> FeedType | None:
        """Read the type that was chosen; None is found out from the content."""
        return FeedType(self.file_type.data) if self.file_type.data else None
