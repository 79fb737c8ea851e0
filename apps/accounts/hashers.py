"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class FrugalArgon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB and one lane (OWASP Password Storage Cheat Sheet): eight at once do no harm."""

    memory_cost = 19_456
    parallelism = 1
