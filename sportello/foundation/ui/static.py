"""Static files under names that carry their content's hash, compressed, so that browsers keep them for ever."""

from __future__ import annotations

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

_OUR_MODULES = ("ui/js/*.js", "live/js/*.js", "desk/js/*.js")
_JS_IMPORTS = ManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]  # type: ignore[attr-defined]  # not in the stubs


class VersionedStatic(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Hashed names once collected, plain names before (tests, `sportello` commands on a fresh checkout)."""

    #: Our modules import each other by relative path; the paths are rewritten to hashed names. Only ours: the
    #: modules of django-htmx's wheel name files that it does not carry.
    patterns = (*ManifestStaticFilesStorage.patterns, *((glob, _JS_IMPORTS) for glob in _OUR_MODULES))
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        known: dict[str, str] = self.hashed_files
        if self.hash_key(self.clean_name(name.partition("#")[0])) not in known:
            return name
        return str(super().stored_name(name))
