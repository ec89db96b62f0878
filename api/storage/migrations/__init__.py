"""Alembic migrations, inside the package: an installed wheel can migrate."""
