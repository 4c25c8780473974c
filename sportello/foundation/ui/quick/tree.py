"""The tree of a template made ready for one language: each list of nodes becomes pieces that are text or functions.

A node is made ready by its kind below (`_KINDS`); one that is not named there stays Django's, asked as Django would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from django.template import Engine, defaulttags, loader_tags
from django.template.base import NodeList, Template, TextNode, VariableDoesNotExist, VariableNode
from django.template.context import Context
from django.template.library import SimpleBlockNode, SimpleNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from .kept import KeptNode
from .values import Draw, Piece, Value, constant, engine, escaped, is_constant, shown, value_of, values_of
from .written import sentence, static, translate, url


def ready(nodes: NodeList) -> None:
    """Make a tree ready where it stands: lists of nodes below it draw themselves by their pieces, each language's made
    when first asked for. Nodes stay what they are, and who walks the tree finds them."""
    nodes.render = _ByLanguage(nodes)  # type: ignore[method-assign, assignment]  # the list's own way to draw itself
    for node in nodes:
        for name in node.child_nodelists:
            inner = getattr(node, name, None)
            if isinstance(inner, NodeList):
                ready(inner)
        if isinstance(node, defaulttags.IfNode):
            for _condition, inner in node.conditions_nodelists:
                ready(inner)


class _ByLanguage:
    """How a list of nodes draws itself: by its pieces in the language that is active."""

    __slots__ = ("known", "nodes")

    def __init__(self, nodes: NodeList) -> None:
        self.nodes = nodes
        self.known: dict[str | None, Draw] = {}

    def __call__(self, context: Context) -> str:
        drawn = self.drawn(get_language())(context)
        # a page that is safe already is not copied once for each template it extends
        return drawn if drawn.__class__ is SafeString else SafeString(drawn)

    def drawn(self, language: str | None) -> Draw:
        """In `language`, which is active."""
        found = self.known.get(language)
        if found is None:
            found = self.known[language] = _drawn(self.nodes)
        return found


def _inside(nodes: NodeList, language: str | None) -> Draw:
    """What draws a list of nodes in `language`, which is active whenever it is called: a part that is drawn within
    another need not ask for it again."""
    draw: Any = nodes.render
    found: Draw = draw.drawn(language) if type(draw) is _ByLanguage else draw
    return found


def _drawn(nodes: Iterable[Any]) -> Draw:
    """One function for a list of nodes, in the language that is active now."""
    pieces: list[Piece] = []
    for is_text, group in groupby(map(_piece, nodes), key=lambda one: isinstance(one, str)):
        found: list[Any] = list(group)
        pieces += ["".join(found)] if is_text else found
    pieces = [one for one in pieces if one != ""]
    if all(isinstance(one, str) for one in pieces):
        text = "".join(str(one) for one in pieces)
        return lambda context: text
    if len(pieces) == 1 and not isinstance(pieces[0], str):
        return pieces[0]
    join = "".join

    def draw(context: Context) -> str:
        return join([one if one.__class__ is str else one(context) for one in pieces])  # type: ignore[operator]  # str is no function

    return draw


def _piece(node: Any) -> Piece:
    kind = _KINDS.get(type(node))
    made = kind(node) if kind else node.render
    return str(made) if isinstance(made, str) else made


def _text(node: TextNode) -> Piece:
    return node.s


def _nothing(node: Any) -> Piece:
    return ""


def _variable(node: VariableNode) -> Piece:
    value = value_of(node.filter_expression)
    return lambda context: shown(value(context), context)


class _Operand:
    """A side of `and`, `or`, `==` …: Django's operators ask it by this name."""

    def __init__(self, value: Value) -> None:
        self.eval = value


def _condition(literal: Any) -> Value:
    if isinstance(literal, defaulttags.TemplateLiteral):
        return value_of(literal.value, missing=None)
    mine = object.__new__(type(literal))
    for side in ("first", "second"):
        inner = getattr(literal, side, None)
        if inner is not None:
            setattr(mine, side, _Operand(_condition(inner)))
    ask: Value = mine.eval
    return ask


def _if(node: defaulttags.IfNode) -> Piece:
    ways = [
        (_condition(condition) if condition is not None else None, _drawn(nodes))
        for condition, nodes in node.conditions_nodelists
    ]

    def draw(context: Context) -> str:
        for condition, inside in ways:
            try:
                holds = condition is None or condition(context)
            except VariableDoesNotExist:
                holds = False
            if holds:
                return inside(context)
        return ""

    return draw


def _for(node: defaulttags.ForNode) -> Piece:
    sequence, inside, otherwise = value_of(node.sequence, missing=None), _drawn(node.nodelist_loop), node.nodelist_empty
    names, turned = node.loopvars, node.is_reversed

    def draw(context: Context) -> str:
        parent = context.get("forloop", {})
        layers = context.dicts
        depth = len(layers)
        layers.append({})
        try:
            found = sequence(context)
            values = found if hasattr(found, "__len__") else list(found or ())
            length = len(values)
            if length < 1:
                return str(otherwise.render(context)) if isinstance(otherwise, NodeList) else ""
            loop: dict[str, Any] = {"parentloop": parent}
            context["forloop"] = loop
            drawn = []
            for at, item in enumerate(reversed(values) if turned else values):
                loop["counter0"], loop["counter"] = at, at + 1
                loop["revcounter0"], loop["revcounter"] = length - at - 1, length - at
                loop["first"], loop["last"] = at == 0, at == length - 1
                if len(names) == 1:
                    context[names[0]] = item
                    drawn.append(inside(context))
                else:
                    layers.append(dict(zip(names, item, strict=True)))
                    drawn.append(inside(context))
                    layers.pop()
        finally:
            del layers[depth:]
        return "".join(drawn)

    return draw


def _with(node: defaulttags.WithNode) -> Piece:
    values, inside = values_of(node.extra_context), _drawn(node.nodelist)

    def draw(context: Context) -> str:
        context.dicts.append({name: value(context) for name, value in values})
        try:
            return inside(context)
        finally:
            context.dicts.pop()

    return draw


def _include(node: loader_tags.IncludeNode) -> Piece:
    """A template by its name; one that is named by its place, or given, is Django's."""
    named, values = value_of(node.template, missing=None), values_of(node.extra_context)
    isolated, language = node.isolated_context, get_language()
    known: dict[tuple[Engine, str], tuple[Template, Draw, bool]] = {}

    def draw(context: Context) -> str:
        name = named(context)
        if not isinstance(name, str) or name.startswith("."):
            return str(node.render(context))
        asked = engine(context), str(name)
        found = known.get(asked)
        if found is None:
            template = asked[0].get_template(name)
            found = known[asked] = template, _inside(template.nodelist, language), _is_alone(template)
        template, inside, is_alone = found
        given = {key: value(context) for key, value in values}
        if isolated:
            return str(template.render(context.new(given)))
        context.dicts.append(given)
        if is_alone:
            try:
                return inside(context)
            finally:
                context.dicts.pop()
        about = context.render_context
        before, about.template = about.template, template
        about.dicts.append({})
        try:
            return inside(context)
        finally:
            about.dicts.pop()
            context.dicts.pop()
            about.template = before

    return draw


def _is_alone(template: Template) -> bool:
    """One kept part (a row of a list), which asks nothing of the template under way: it is drawn where it stands."""
    kinds = {type(one) for one in template.nodelist}
    return KeptNode in kinds and kinds <= _STILL


#: What draws nothing of its own.
_STILL = {KeptNode, TextNode, defaulttags.LoadNode, defaulttags.CommentNode}


def _extends(node: loader_tags.ExtendsNode) -> Piece:
    """A template named in the text, of another name: it is looked for once, and so are the blocks of the outermost.
    Django walks that one's whole tree for them each time."""
    named: Any = node.parent_name
    name = str(constant(named)) if is_constant(named) else ""
    if not name or name.startswith(".") or name == node.origin.template_name:
        return node.render
    known: dict[Engine, tuple[Template, dict[str, Any]]] = {}

    def draw(context: Context) -> str:
        asked = engine(context)
        found = known.get(asked)
        if found is None:
            found = known[asked] = _parent(node.get_parent(context))
        parent, outermost = found
        about = context.render_context
        if loader_tags.BLOCK_CONTEXT_KEY not in about:
            about[loader_tags.BLOCK_CONTEXT_KEY] = loader_tags.BlockContext()
        blocks = about[loader_tags.BLOCK_CONTEXT_KEY]
        blocks.add_blocks(node.blocks)
        blocks.add_blocks(outermost)
        with about.push_state(parent, isolated_context=False):
            return str(parent._render(context))  # type: ignore[attr-defined]  # no public name

    return draw


def _parent(template: Template) -> tuple[Template, dict[str, Any]]:
    """With its blocks, where it extends nothing itself."""
    first = next((one for one in template.nodelist if not isinstance(one, TextNode)), None)
    if first is None or isinstance(first, loader_tags.ExtendsNode):
        return template, {}
    blocks: list[Any] = template.nodelist.get_nodes_by_type(loader_tags.BlockNode)
    return template, {one.name: one for one in blocks}


def _block(node: loader_tags.BlockNode) -> Piece:
    """What stands in its place: of the innermost template that has a block of this name."""
    name, language = node.name, get_language()

    def draw(context: Context) -> str:
        blocks = context.render_context.get(loader_tags.BLOCK_CONTEXT_KEY)
        if blocks is None:  # of a template that nothing extends
            return str(node.render(context))
        pushed = blocks.pop(name)
        chosen = node if pushed is None else pushed
        block = loader_tags.BlockNode(name, chosen.nodelist)
        block.context = context  # for what asks for the block above it
        context.dicts.append({"block": block})
        try:
            return _inside(chosen.nodelist, language)(context)
        finally:
            context.dicts.pop()
            if pushed is not None:
                blocks.push(name, pushed)

    return draw


def _kept(node: KeptNode) -> Piece:
    language = get_language()
    return lambda context: node.draw(context, language)


def _tag(node: SimpleNode) -> Piece:
    call, target = _call(node), node.target_var
    if target is not None:

        def keep(context: Context) -> str:
            context.dicts[-1][target] = call(context)
            return ""

        return keep
    return lambda context: escaped(call(context), context)


def _block_tag(node: SimpleBlockNode) -> Piece:
    if node.takes_context or node.target_var is not None:
        return node.render
    inside = _drawn(node.nodelist)
    func, args, kwargs = node.func, [value_of(one) for one in node.args], values_of(node.kwargs)

    def draw(context: Context) -> str:
        content = SafeString(inside(context))
        given = [value(context) for value in args]
        return escaped(func(content, *given, **{name: value(context) for name, value in kwargs}), context)

    return draw


def _call(node: SimpleNode) -> Value:
    func, args, kwargs = node.func, [value_of(one) for one in node.args], values_of(node.kwargs)
    if node.takes_context:
        return lambda context: func(
            context, *[value(context) for value in args], **{name: value(context) for name, value in kwargs}
        )
    if not kwargs:
        return lambda context: func(*[value(context) for value in args])
    return lambda context: func(*[value(context) for value in args], **{name: value(context) for name, value in kwargs})


_KINDS: dict[type, Callable[[Any], Piece]] = {
    TextNode: _text,
    VariableNode: _variable,
    defaulttags.IfNode: _if,
    defaulttags.ForNode: _for,
    defaulttags.WithNode: _with,
    defaulttags.LoadNode: _nothing,
    defaulttags.CommentNode: _nothing,
    loader_tags.IncludeNode: _include,
    loader_tags.ExtendsNode: _extends,
    loader_tags.BlockNode: _block,
    SimpleNode: _tag,
    SimpleBlockNode: _block_tag,
    TranslateNode: translate,
    BlockTranslateNode: sentence,
    StaticNode: static,
    KeptNode: _kept,
    defaulttags.URLNode: url,
}
