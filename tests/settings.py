"""The product's settings, on a temporary home and a database of the test run."""

from tests.cluster import prepare_environment

prepare_environment()

from sportello.config.settings import *  # noqa: E402, F403 - the environment must be there first

#: A password check that costs a quarter of a second is a quarter of a second in every test.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
#: What is sent leaves at once; the tests of taking it back choose their seconds.
UNDO_SECONDS = 0
#: A test holds one transaction open while it starts programs or draws pages; on a slow machine for longer than the product's may be.
_options = DATABASES["default"]["OPTIONS"]  # noqa: F405 - of the product's settings, all of which come in above
_options["options"] = _options["options"].replace("session_timeout=30s", "session_timeout=600s")
