"""Drives the API from its own OpenAPI document with whatever a fuzzer thinks of: no fault of ours, nothing undocumented.

In process, as nobody, as a client and as the owner; a share of the calls names things that are really there.
"""

from __future__ import annotations

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.tests.factories import make_owner
from bookings.api.urls import api
from bookings.models import Booking
from bookings.tests.calling import a_day, a_start, make_open_practice, token_for
from bookings.tests.factories import make_booking
from clients.tests.factories import make_client_with_account

pytestmark = pytest.mark.django_db

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 40
CALLS = [
    pytest.param(method, path, mode, id=f"{call['operationId']}-{mode.value}")
    for path, calls in api.document["paths"].items()
    for method, call in calls.items()
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    if call["parameters"] or "requestBody" in call or mode is GenerationMode.POSITIVE  # nothing sent, nothing to spoil
]
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def schema(settings):
    """As Django's own test client has it: a call ends, the test's connection stays."""
    settings.API_RATE = 10**6
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def there():
    """Names of things that are really there, and who may ask about them."""
    session_type, therapist = make_open_practice()
    client = make_client_with_account()
    booking = make_booking(client=client, session_type=session_type, therapist=therapist, starts_at=a_start(10, 5))
    return {
        "who": {"nobody": None, "client": client.user, "owner": make_owner()},
        "ref": booking.ref,
        "slug": "messages",
        "session_type": session_type.slug,
        "therapist": therapist.slug,
        "client": client.ref,
        "minutes": 60,
        "start": a_start(14, 4).isoformat(),
        "from": str(a_day(3)),
        "to": str(a_day(9)),
    }


@pytest.mark.parametrize("who", ["nobody", "client", "owner"])
@pytest.mark.parametrize(("method", "path", "mode"), CALLS)
def test_every_answer_is_one_that_the_document_names(schema, there, method, path, who, mode):
    user = there["who"][who]
    headers = {"Authorization": f"Bearer {token_for(user)}"} if user else {}
    answers = set()

    @BOUNDED
    @given(case=schema[path][method].as_strategy(generation_mode=mode), names=some_of(there))
    def drive(case, names):
        tell(case, {name: there[name] for name in names})
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)
        answers.add(response.status_code)

    drive()
    is_for_staff = "explain" in path or "reports" in path
    if who == "owner" and mode is GenerationMode.POSITIVE and "reports" in path:
        assert 200 in answers, "no report was reached"
    if who == "client" and mode is GenerationMode.POSITIVE and not is_for_staff:
        assert answers & {200, 201}, "nothing that was sent came as far as an answer"


def test_the_document_is_refused_nothing_by_mistake(schema, there):
    """What the document forbids is refused: nothing slips through by being read too kindly."""
    headers = {"Authorization": f"Bearer {token_for(there['who']['client'])}"}

    @BOUNDED
    @given(case=schema["/api/v1/bookings"]["post"].as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def drive(case):
        case.validate_response(case.call(headers=headers), checks=[negative_data_rejection])

    drive()
    assert Booking.objects.count() == 1


def some_of(there):
    names = [name for name in there if name != "who"]
    return st.just(set(names)) | st.sets(st.sampled_from(names))


def tell(case, known):
    """Puts what is really there in the place of what was thought up."""
    for part in (case.path_parameters, case.query, case.body):
        if isinstance(part, dict):
            part.update({name: value for name, value in known.items() if name in part})
