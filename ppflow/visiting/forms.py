"""Asking for a private link without the email at hand."""

from __future__ import annotations

from ppflow.forms import Email, LooksLikeEmail, Needed, PageForm, Text


class NewLinkForm(PageForm):
    """Asking for a link, by reference and address."""

    reference = Text(
        "Your reference",
        [Needed("Enter your reference. It starts with PP.")],
        hint="It starts with PP and is on every email from us.",
        width="10",
        spellcheck=False,
    )
    email = Email(
        "Your email address",
        [Needed("Enter the email address you gave us."), LooksLikeEmail()],
        autocomplete="email",
        spellcheck=False,
    )
