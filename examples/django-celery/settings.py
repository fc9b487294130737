"""What the example needs of a project's settings."""

import os

SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "only for the example")
INSTALLED_APPS = ["onboarding"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("DATABASE", ":memory:")}}
USE_TZ = True

GRAPH_BASE_URL = os.environ.get("GRAPH_BASE_URL")  # the sandbox's in a test; None is Meta's
# Where the PINs are: a file for the workers of one machine, or postgres://… for those of many.
VAULT = os.environ.get("VAULT", "pins.db")
VAULT_KEY = os.environ.get(
    "WHATSAPP_TWO_STEP_VAULT_KEY", ""
)  # whatsapp_two_step.generate_vault_key(), once; without it, no PIN can be read
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "memory://")
# A task that was cut off runs again: it is idempotent.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
