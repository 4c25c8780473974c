"""What an expression of a template means: `name.attribute|filter` as one function of the context.

As `django.template.base.Variable` and `FilterExpression`, whose order of attempts it keeps: item, attribute, index;
what can be called is called; a name that is not there is empty in text and None in a condition.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any, Final, cast

from django.conf import settings
from django.template import Engine
from django.template.base import FilterExpression, Template, Variable, VariableDoesNotExist, render_value_in_context
from django.template.context import BaseContext, Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString, mark_safe
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]  # used by Django's own templates

from .. import markup

Value = Callable[[Context], Any]
Draw = Callable[[Context], str]
#: Text that is the same whenever it is drawn in the language it was made ready in, or what draws it.
Piece = str | Draw


class _Missing:
    """Stands for a name that is not there."""


MISSING: Final = _Missing()


def engine(context: Context) -> Engine:
    """That of the template under way: there is one while anything is drawn."""
    return cast(Template, context.template).engine


def invalid(context: Context) -> str:
    """What stands for what is not there, as the settings say."""
    return engine(context).string_if_invalid


def is_constant(expression: FilterExpression) -> bool:
    """Whether it is the same in every context."""
    if expression.filters:
        return False
    return not isinstance(expression.var, Variable) or (expression.var.lookups is None and not expression.var.translate)


def constant(expression: FilterExpression) -> Any:
    return expression.var.literal if isinstance(expression.var, Variable) else expression.var


def value_of(expression: Any, *, missing: Any = "") -> Value:
    """The expression's value; `missing` for a name that is not there (None in a condition or loop, else empty)."""
    if type(expression) is not FilterExpression:
        resolve: Value = expression.resolve
        return resolve
    found = _base(expression)
    if expression.filters:
        return _filtered(found, expression, missing)

    def value(context: Context) -> Any:
        got = found(context)
        return missing if got is MISSING else got

    return value


def values_of(expressions: dict[str, Any]) -> list[tuple[str, Value]]:
    """The same of expressions by name."""
    return [(name, value_of(expression)) for name, expression in expressions.items()]


def _base(expression: FilterExpression) -> Value:
    variable = expression.var
    if not isinstance(variable, Variable):
        return lambda context: variable
    if variable.translate:
        return variable.resolve
    if variable.lookups is None:
        literal = variable.literal
        return lambda context: literal
    name, *bits = variable.lookups
    if not bits:
        return _named(name)
    return _reached(name, tuple(bits))


def _named(name: str) -> Value:
    thoroughly = _reached(name, ())

    def value(context: Context) -> Any:
        for layer in reversed(context.dicts):
            if name in layer:
                found = layer[name]
                return thoroughly(context) if callable(found) else found
        return MISSING

    return value


def _reached(name: str, bits: tuple[str, ...]) -> Value:
    def value(context: Context) -> Any:
        for layer in reversed(context.dicts):
            if name in layer:
                found = layer[name]
                break
        else:
            return MISSING
        try:
            if callable(found):
                found = _called(found, context)
            for bit in bits:
                kind = type(found)
                if kind is dict and bit in found:
                    found = found[bit]
                elif hasattr(kind, "__getitem__"):
                    found = _stepped(found, bit)
                else:
                    try:
                        found = getattr(found, bit)
                    except (TypeError, AttributeError) as error:
                        found = _indexed(found, bit, error)
                if callable(found):
                    found = _called(found, context)
        except VariableDoesNotExist:
            return MISSING
        except Exception as error:
            if getattr(error, "silent_variable_failure", False):
                return invalid(context)
            raise
        return found

    return value


def _stepped(found: Any, bit: str) -> Any:
    """An item, else an attribute, else a place of a sequence."""
    try:
        return found[bit]
    except (TypeError, AttributeError, KeyError, ValueError, IndexError):
        try:
            if isinstance(found, BaseContext) and getattr(type(found), bit):
                raise AttributeError
            return getattr(found, bit)
        except (TypeError, AttributeError) as error:
            return _indexed(found, bit, error)


def _indexed(found: Any, bit: str, error: Exception) -> Any:
    if not isinstance(found, BaseContext) and bit in dir(found):
        raise error  # of a property of that name
    try:
        return found[int(bit)]
    except (IndexError, ValueError, KeyError, TypeError):
        raise VariableDoesNotExist("Failed lookup for key [%s] in %r", (bit, found)) from None


def _called(found: Any, context: Context) -> Any:
    if getattr(found, "do_not_call_in_templates", False):
        return found
    if getattr(found, "alters_data", False):
        return invalid(context)
    try:
        return found()
    except TypeError:
        try:
            wanted = signature(found)
        except ValueError:
            return invalid(context)
        try:
            wanted.bind()
        except TypeError:
            return invalid(context)
        raise


def _filtered(found: Value, expression: FilterExpression, missing: Any) -> Value:
    steps = [
        (
            func,
            [(True, arg) if lookup else (False, mark_safe(arg)) for lookup, arg in args],  # noqa: S308 - written in a template
            getattr(func, "expects_localtime", False),
            getattr(func, "needs_autoescape", False),
            getattr(func, "is_safe", False),
        )
        for func, args in expression.filters
    ]

    def value(context: Context) -> Any:
        now = found(context)
        if now is MISSING:
            now = missing
        for func, args, local, escapes, safe in steps:
            given = [arg.resolve(context) if lookup else arg for lookup, arg in args]
            if local:
                now = template_localtime(now, context.use_tz)
            made = func(now, *given, autoescape=context.autoescape) if escapes else func(now, *given)
            now = mark_safe(made) if safe and isinstance(now, SafeData) else made  # noqa: S308 - the filter says so
        return now

    return value


def shown(value: Any, context: Context) -> str:
    """A value as text of the page: escaped, localised."""
    kind = type(value)
    if kind is SafeString:
        return value  # type: ignore[no-any-return]  # a str
    if kind is str:
        return markup.escaped(value) if context.autoescape else value
    if kind is int and not settings.USE_THOUSAND_SEPARATOR:
        return str(value)
    return render_value_in_context(value, context)


def escaped(value: Any, context: Context) -> str:
    """What a tag gave back, as text of the page."""
    if type(value) is SafeString:
        return value
    return conditional_escape(value) if context.autoescape else value
