"""What the admin's tests build and how they fill in its forms."""

import re
from types import SimpleNamespace

from allauth.account.models import EmailAddress
from django.db.models import F
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from accounts.models import User
from roadmap.models import (
    ChoiceGroup,
    Citation,
    GroupMember,
    Milestone,
    MilestoneSource,
    Prerequisite,
    Resource,
    Roadmap,
    Source,
    Stage,
    Step,
)


def person(email: str, **fields) -> User:
    user = User.objects.create_user(email, None, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_milestone(roadmap: Roadmap, stage: Stage, slug: str, title: str, *, hours: float = 10) -> Milestone:
    milestone = Milestone.objects.create(
        roadmap=roadmap,
        stage=stage,
        slug=slug,
        title=title,
        kind="coursework",
        done_when="An exam is passed.",
        effort_low=hours / 2,
        effort_likely=hours,
        effort_high=hours * 2,
        position=Milestone.objects.filter(roadmap=roadmap).count() + 1,
    )
    for number in (1, 2):
        Step.objects.create(
            milestone=milestone, slug=f"part-{number}", title=f"Part {number}", hours=hours / 2, position=number
        )
    return milestone


def make_roadmap(slug: str, title: str) -> SimpleNamespace:
    roadmap = Roadmap.objects.create(slug=slug, title=title)
    foundations = Stage.objects.create(roadmap=roadmap, slug="foundations", title="Foundations", position=1)
    work = Stage.objects.create(roadmap=roadmap, slug="work", title="Work", position=2)
    algebra = make_milestone(roadmap, foundations, "linear-algebra", "Linear algebra")
    statistics = make_milestone(roadmap, foundations, "statistics", "Statistics")
    aws = make_milestone(roadmap, work, "cloud-aws", "AWS")
    azure = make_milestone(roadmap, work, "cloud-azure", "Azure")
    Prerequisite.objects.create(milestone=statistics, requires=algebra, position=1)
    group = ChoiceGroup.objects.create(roadmap=roadmap, slug="cloud", title="One cloud", position=1)
    aws_member = GroupMember.objects.create(group=group, milestone=aws, is_default=True, position=1)
    azure_member = GroupMember.objects.create(group=group, milestone=azure, position=2)
    guide = Source.objects.create(roadmap=roadmap, slug="guide", title="A guide", position=1)
    MilestoneSource.objects.create(milestone=algebra, source=guide, position=1)
    Citation.objects.create(
        roadmap=roadmap, reference="a001", source=guide, quote="Know matrices", kind="advice", milestone=algebra
    )
    Resource.objects.create(
        milestone=algebra, title="A course", url="https://example.org/algebra", kind="course", position=1
    )
    return SimpleNamespace(
        roadmap=roadmap,
        foundations=foundations,
        work=work,
        algebra=algebra,
        statistics=statistics,
        aws=aws,
        azure=azure,
        group=group,
        aws_member=aws_member,
        azure_member=azure_member,
        guide=guide,
    )


def address(part, action="change", **query) -> str:
    """Return the admin's address of a part, or of its list."""
    name = f"admin:roadmap_{part._meta.model_name}_{action}"
    return reverse(name, args=[part.pk] if action not in ("add", "changelist") else None, query=query or None)


def laid_out(response) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the changes that a page shows, under their headings, with their learners."""
    return [(part.heading, [(row.text, row.learners) for row in part.rows]) for part in response.context["parts"]]


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def order_of(road) -> list[str]:
    """Return the slugs of a roadmap's milestones in their order."""
    return list(Milestone.objects.filter(roadmap=road.roadmap).order_by("position").values_list("slug", flat=True))


def redraft(part, **changes):
    """Change the draft as an editor would, without the pages that an editor sees."""
    for name, value in changes.items():
        setattr(part, name, value)
    part.save(update_fields=changes)
    Roadmap.objects.filter(pk=part.roadmap_id).update(draft_version=F("draft_version") + 1)


def edit(client, part, follow=False, **changes):
    """Open a part's form, change fields, post it; `follow` to the list that the answer leads to."""
    url = address(part)
    data = form_of(client.get(url)) | {name: str(value) for name, value in changes.items()}
    return client.post(url, data, follow=follow)


def add_row(client, part, prefix, **fields):
    """Open a part's form, fill a new row of an inline, post it."""
    url = address(part)
    data = form_of(client.get(url))
    index = int(data[f"{prefix}-TOTAL_FORMS"])
    data[f"{prefix}-TOTAL_FORMS"] = str(index + 1)
    data |= {f"{prefix}-{index}-{name}": str(value) for name, value in fields.items()}
    return client.post(url, data)


def form_of(response) -> dict[str, str]:
    """Return what a browser would post back from an admin form, unchanged."""
    context = response.context
    data = fields_of(context["adminform"].form)
    if opened := context.get("opened"):
        data["_opened"] = opened
    data["_form_key"] = context["form_key"]
    if namesake := getattr(context["adminform"].form, "namesake", ""):
        data["_again"] = namesake
    for inline in context["inline_admin_formsets"]:
        data |= fields_of(inline.formset.management_form)
        for form in inline.formset.forms:
            data |= fields_of(form)
    return data


def fields_of(form) -> dict[str, str]:
    data = {}
    for field in form:
        value = field.value()
        if isinstance(value, bool):
            if value:
                data[field.html_name] = "on"
        elif isinstance(value, list):
            data[field.html_name] = ",".join(map(str, value))
        else:
            data[field.html_name] = "" if value is None else str(getattr(value, "pk", value))
    return data


def hidden(response, name) -> str:
    """Return what a hidden field of a page holds."""
    return re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', response.text)[1]


def look(client, part, action, **chosen):
    """Open an action on a milestone and ask what it would do."""
    url = address(part, action)
    page = client.get(url)
    wish = {"retired_on": "2026-01-31", "rewire": "on", "drop": "on", "draft_version": hidden(page, "draft_version")}
    return client.post(url, wish | chosen)


def act(client, part, action, follow=False, **chosen):
    """Do an action on a milestone as a person would: look at what it does, then confirm it."""
    url = address(part, action)
    page = client.get(url)
    wish = {"retired_on": "2026-01-31", "rewire": "on", "drop": "on", "draft_version": hidden(page, "draft_version")}
    wish |= chosen
    if not hidden(page, "shown"):
        wish["shown"] = hidden(client.post(url, wish), "shown")
    return client.post(url, wish, follow=follow)


def enter(page: Page, url: str, user) -> Page:
    """Bring along the cookie of a session."""
    cookie = logged_in(user).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])
    return page
