"""Shows the demo's mail. Only routed in demo mode; nothing here may be reachable in the other two."""

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_update
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from practice.demo import inbox

SANDBOX = {
    "default-src": [NONE],
    "img-src": ["data:"],
    "style-src": ["'unsafe-inline'"],  # mails carry their style inside; this one page runs no script at all
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups"],
}


def find(number: int) -> inbox.Mail:
    try:
        return inbox.read(number)
    except FileNotFoundError:
        raise Http404("There is no such message.") from None


@login_not_required
@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    to = request.GET.get("to", "")
    return render(request, "practice/demo_mail_list.html", {"mails": inbox.read_all(to), "to": to})


@login_not_required
@require_safe
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def mail_detail(request: HttpRequest, number: int) -> HttpResponse:
    return render(request, "practice/demo_mail_detail.html", {"mail": find(number)})


@login_not_required
@require_safe
@xframe_options_sameorigin
@csp(SANDBOX)  # type: ignore[arg-type]
def mail_html(request: HttpRequest, number: int) -> HttpResponse:
    return HttpResponse(find(number).html)


@login_not_required
@require_safe
def mail_attachment(request: HttpRequest, number: int, index: int) -> HttpResponse:
    parts = find(number).attachments
    if index >= len(parts):
        raise Http404("There is no such attachment.")
    name = (parts[index].get_filename() or "attachment").replace('"', "")
    content = parts[index].get_payload(decode=True)
    return HttpResponse(
        content,
        content_type=parts[index].get_content_type(),
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
