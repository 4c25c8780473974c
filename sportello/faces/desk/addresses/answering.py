"""Addresses of the desk: what is written, its drafts and files, and what is put into it."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import articles, drafts, inserting, knowledge, messages, search

_TICKET = "<slug:slug>/tickets/<str:number>"
_KNOWLEDGE = "<slug:slug>/knowledge"
_ARTICLE = f"{_KNOWLEDGE}/articles/<slug:article>"

urlpatterns: list[URLPattern] = [
    path(f"{_TICKET}/calls/", messages.calls, name="calls"),
    path(f"{_TICKET}/drafts/<slug:kind>/", drafts.drafts, name="drafts"),
    path(f"{_TICKET}/drafts/<slug:kind>/files/", drafts.draft_files, name="draft_files"),
    path(
        f"{_TICKET}/drafts/<slug:kind>/files/<int:draft_file_id>/removal/",
        drafts.draft_file_removal,
        name="draft_file_removal",
    ),
    path(f"{_TICKET}/saved-replies/", inserting.saved_reply_list, name="saved_replies"),
    path(f"{_TICKET}/saved-replies/<slug:reply>/", inserting.saved_reply, name="saved_reply"),
    path(f"{_TICKET}/known/", inserting.known, name="known"),
    path(f"{_TICKET}/known/<slug:sort>/<slug:known>/text/", inserting.known_text, name="known_text"),
    path(f"{_TICKET}/known/<slug:sort>/<slug:known>/link/", inserting.known_link, name="known_link"),
    path("knowledge/", knowledge.home, name="knowledge_home"),
    path(f"{_KNOWLEDGE}/", knowledge.knowledge, name="knowledge"),
    path(f"{_KNOWLEDGE}/replies/new/", knowledge.reply_new, name="reply_new"),
    path(f"{_KNOWLEDGE}/replies/<slug:reply>/archive/", knowledge.reply_archive, name="reply_archive"),
    path(f"{_KNOWLEDGE}/replies/<slug:reply>/in/<slug:language>/", knowledge.reply_text, name="reply_text"),
    path(f"{_KNOWLEDGE}/signatures/", knowledge.signatures, name="signatures"),
    path(f"{_KNOWLEDGE}/sheets/<slug:sheet>/<slug:language>/", knowledge.sheet_text, name="sheet_text"),
    path(
        f"{_KNOWLEDGE}/sheets/<slug:sheet>/<slug:language>/<int:version>/",
        knowledge.sheet_version,
        name="sheet_version",
    ),
    path(f"{_KNOWLEDGE}/articles/", articles.articles, name="articles"),
    path(f"{_KNOWLEDGE}/new-article/", articles.article_new, name="article_new"),
    path(f"{_ARTICLE}/", articles.article, name="article"),
    path(f"{_ARTICLE}/about/", articles.article_about, name="article_about"),
    path(f"{_ARTICLE}/publication/", articles.article_publication, name="article_publication"),
    path(f"{_ARTICLE}/in/<slug:language>/", articles.article_text, name="article_text"),
    path(f"{_ARTICLE}/in/<slug:language>/<int:version>/", articles.article_version, name="article_version"),
    path("searches/", search.kept, name="kept_searches"),
    path("searches/<int:search_id>/removal/", search.let_go, name="kept_search_removal"),
]
