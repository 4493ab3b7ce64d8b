"""What an editor narrows a list by. Each accepts only the values that it offers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest

from roadmap.models import Milestone, Stage

from .learners import with_learners


class Offered(admin.SimpleListFilter):
    def value(self) -> str | None:
        value = super().value()
        if value is not None and value not in {str(key) for key, _ in self.lookup_choices}:
            raise IncorrectLookupParameters
        return value


class StageFilter(Offered):
    title = "stage"
    parameter_name = "stage"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        stages = Stage.objects.filter(roadmap=getattr(request, "roadmap", None))
        return [(str(pk), title) for pk, title in stages.values_list("pk", "title")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Milestone]) -> QuerySet[Milestone]:
        return queryset.filter(stage=int(stage)) if (stage := self.value()) else queryset


class RetiredFilter(Offered):
    title = "retirement"
    parameter_name = "retired"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "In use"), ("yes", "Retired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Milestone]) -> QuerySet[Milestone]:
        return queryset.filter(retired_on__isnull=self.value() == "no") if self.value() else queryset


class LearnersFilter(Offered):
    title = "learners"
    parameter_name = "learners"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Has learners"), ("no", "Has none")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Milestone]) -> QuerySet[Milestone]:
        return with_learners(queryset, some=self.value() == "yes") if self.value() else queryset
