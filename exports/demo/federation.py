"""The whole made-up federation: every story told, each of a member of its own, and the applications numbered."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from exports.demo.case import Case
from exports.demo.people import Person, person
from exports.demo.stories import doubtful, eligible, not_eligible, ordinary, undetermined, worked

_STORIES = (
    *worked.STORIES,
    *eligible.STORIES,
    *not_eligible.STORIES,
    *undetermined.STORIES,
    *doubtful.STORIES,
    *ordinary.STORIES,
)


@dataclass(frozen=True, slots=True)
class Application:
    """An application under its number, with the member who made it and the story that is told of it."""

    number: str
    person: Person
    story: str
    case: Case


@cache
def people() -> tuple[Person, ...]:
    """Every member, in the order of the stories: one for each telling."""
    return tuple(person(nth) for nth in range(sum(len(story.on) for story in _STORIES)))


@cache
def applications() -> tuple[Application, ...]:
    """Every application, numbered within its year in the order in which they were made."""
    tellings = ((story.tells, on, time) for story in _STORIES for time, on in enumerate(story.on))
    told = [
        (who, tells.__name__, case)
        for who, (tells, on, time) in zip(people(), tellings, strict=True)
        for case in tells(on, time)
    ]
    count: Counter[int] = Counter()
    numbered = []
    for who, story, case in sorted(told, key=lambda each: each[2].applied_on):
        year = case.applied_on.year
        count[year] += 1
        numbered.append(Application(f"{year}-{count[year]:04}", who, story, case))
    return tuple(numbered)


def of_story(story: str) -> Iterator[Application]:
    """The first application of each member of whom this story is told."""
    return (
        application
        for application in applications()
        if application.story == story and application.case.previous is None
    )


def reissue_of(first: Application) -> Application:
    """The application by which the member of another asked for a reissue of it."""
    return next(application for application in applications() if application.case.previous is first.case)
