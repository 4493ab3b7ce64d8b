"""How times are written where a template does not say it, as in the admin: with the zone that they are in.

Django finds this by name, for English of every kind.
"""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i e"
