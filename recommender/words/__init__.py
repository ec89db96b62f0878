"""Words for people: catalogs of messages by key, one a language, and the sentences that are made of them."""

from recommender.words.catalog import ENGLISH, MessageCatalog, languages, load_catalog
from recommender.words.speaker import MessageMissing, Speaker, key_of

__all__ = ["ENGLISH", "MessageCatalog", "MessageMissing", "Speaker", "key_of", "languages", "load_catalog"]
