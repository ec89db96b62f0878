"""Passwords as they are hashed in use."""

import time

import pytest
from pwdlib import PasswordHash

from api.access import passwords
from api.access.passwords import MAX_LENGTH, hash_password, verify_password
from api.errors import TooManyRequests

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def in_use(careful_passwords: PasswordHash, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hashes", careful_passwords)
    passwords._nobodys.cache_clear()


def test_a_password_costs_64_mib_and_three_rounds_and_is_told_from_others() -> None:
    kept = hash_password(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert verify_password(PASSWORD, kept)
    assert not verify_password(PASSWORD + " ", kept)
    assert hash_password(PASSWORD) != kept, "each has a salt of its own"


def test_a_password_is_the_same_from_every_keyboard(careful_passwords: PasswordHash) -> None:
    composed, decomposed = "contraseña-de-la-red", "contrasen\u0303a-de-la-red"
    assert verify_password(decomposed, hash_password(composed))
    assert verify_password(composed, hash_password(decomposed))
    before = careful_passwords.hash(decomposed)
    assert verify_password(decomposed, before), "hashes of before verify as they were typed"
    assert not verify_password("contrasena-de-la-red", hash_password(composed)), "an accent is part of a password"


def test_where_no_password_is_kept_the_answer_takes_the_same_work() -> None:
    kept = hash_password(PASSWORD)
    assert not verify_password("nobody has this password", None)  # makes the hash that it compares with
    by_work = {}
    for name, compared in (("kept", kept), ("none", None)):
        begun = time.process_time()
        assert not verify_password("x" * 12, compared)
        by_work[name] = time.process_time() - begun
    assert 0.2 < by_work["none"] / by_work["kept"] < 5, by_work


def test_a_password_longer_than_allowed_is_refused_without_any_work() -> None:
    assert not verify_password("x" * (MAX_LENGTH + 1), None)


def test_too_many_at_once_are_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_PATIENCE_S", 0.01)
    taken = [passwords._AT_ONCE.acquire(blocking=False) for _ in range(4)]
    try:
        assert all(taken)
        with pytest.raises(TooManyRequests):
            verify_password(PASSWORD, None)
    finally:
        for _ in taken:
            passwords._AT_ONCE.release()
    assert not verify_password(PASSWORD, None), "and then it goes on"
