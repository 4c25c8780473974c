"""Sentences, addresses and files that are written in a template: text, once the language is known."""

from __future__ import annotations

from typing import Any

from django.template import defaulttags
from django.template.context import Context
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from .values import Piece, constant, invalid, is_constant, shown, value_of, values_of


def translate(node: TranslateNode) -> Piece:
    """A sentence written in the template: text, once the language is known."""
    expression, about, name = node.filter_expression, node.message_context, node.asvar
    written = not expression.filters and getattr(expression.var, "literal", None) is not None
    if not written or (about is not None and not is_constant(about)):
        return node.render
    said: Any = node.render(Context())
    if name is None:
        return str(said)
    kept: dict[str, Any] = {}
    trial = Context()
    node.render(trial)
    kept[name] = trial[name]

    def keep(context: Context) -> str:
        context.dicts[-1].update(kept)
        return ""

    return keep


def sentence(node: BlockTranslateNode) -> Piece:
    """A sentence with names in it; one that counts is Django's."""
    if node.plural or (node.message_context is not None and not is_constant(node.message_context)):
        return node.render
    values, name = values_of(node.extra_context), node.asvar
    singular, names = node.render_token_list(node.singular)
    said = pgettext(constant(node.message_context), singular) if node.message_context else gettext(singular)
    try:
        said % dict.fromkeys(names, "")
    except (KeyError, ValueError):
        return node.render
    looked_up = [(one, value_of(_Bare(one))) for one in names]

    def draw(context: Context) -> str:
        context.dicts.append({key: value(context) for key, value in values})
        data = {one: shown(value(context), context) for one, value in looked_up}
        context.dicts.pop()
        if name is None:
            return said % data
        context.dicts[-1][name] = SafeString(said % data)
        return ""

    return draw


class _Bare:
    """A bare name of a sentence, looked up as a sentence does: whole, no attributes."""

    def __init__(self, name: str) -> None:
        self.name = name

    def resolve(self, context: Context) -> Any:
        return context.get(self.name, invalid(context))


def url(node: defaulttags.URLNode) -> Piece:
    """An address written in the template, as it is everywhere; one with anything in it is Django's."""
    if node.args or node.kwargs or not is_constant(node.view_name):
        return node.render
    try:
        address = reverse(constant(node.view_name))
    except NoReverseMatch:
        return node.render
    if node.asvar is None:
        return conditional_escape(address)
    name = node.asvar

    def keep(context: Context) -> str:
        context.dicts[-1][name] = address
        return ""

    return keep


def static(node: StaticNode) -> Piece:
    if node.varname is not None or not is_constant(node.path):
        return node.render
    return str(node.render(Context()))
