"""Who a page is shown to."""

from django import template

from accounts.backends import person_sign

register = template.Library()
register.simple_tag(person_sign)
