"""Django's SQLite backend over SQLCipher: the embedded database, encrypted at rest."""
