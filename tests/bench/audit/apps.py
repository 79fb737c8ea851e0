from django.apps import AppConfig


class BenchConfig(AppConfig):
    name = "tests.bench.audit"
    label = "bench_audit"
