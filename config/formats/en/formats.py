"""How days and times are written where a template does not say it, as in the admin: times with their zone.

Django finds this by name, for English of every kind.
"""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i e"
# A form shows a date as documents write it, and as the calendar beside it fills it in; others are understood.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d %b %Y", "%d %B %Y"]
