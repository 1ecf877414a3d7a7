"""The words for lengths of time, and for how fast long work goes."""

from datetime import timedelta

from shared.rendering import gettext as _


def duration(left: timedelta) -> str:
    """Say how long something still takes or may wait, in hours and minutes."""
    minutes = int(left.total_seconds() // 60)
    if minutes == 0:
        return _("less than 1\N{NO-BREAK SPACE}min")
    hours, rest = divmod(minutes, 60)
    if hours == 0:
        return _("%(minutes)s\N{NO-BREAK SPACE}min") % {"minutes": rest}
    return _("%(hours)s\N{NO-BREAK SPACE}h %(minutes)s\N{NO-BREAK SPACE}min") % {
        "hours": hours,
        "minutes": rest,
    }


def pace(per_second: int, left: timedelta | None) -> str:
    """Say how fast work goes and, where that can be told, how long it still takes."""
    rate = _("%(count)s a second") % {"count": max(1, per_second)}
    return rate if left is None else _("%(rate)s, %(time)s left") % {"rate": rate, "time": duration(left)}
