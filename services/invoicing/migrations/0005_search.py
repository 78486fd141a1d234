"""What makes a piece of a number or of a name quick to find among a hundred thousand invoices.

PostgreSQL: trigrams of the text in a GIN index; the extension is trusted, so that the database's owner may create it.
SQLite: a full-text index over trigrams whose row numbers are the places of invoices in their list (sql/reading.py), so
that what is found comes in the list's order.
"""

from tortoise import migrations

from services.invoicing.sql.reading import place_of
from shared.database.guards import PerDialect

TABLE = """
    CREATE VIRTUAL TABLE invoice_search USING fts5(search_text, content='', tokenize='trigram case_sensitive 1')
"""
FIRST = f"""
    INSERT INTO invoice_search (rowid, search_text) SELECT {place_of("month", "ordinal")}, search_text FROM invoice
"""
THEN = f"""
    CREATE TRIGGER invoice_is_found AFTER INSERT ON invoice BEGIN
        INSERT INTO invoice_search (rowid, search_text)
        VALUES ({place_of("NEW.month", "NEW.ordinal")}, NEW.search_text);
    END;
"""


class Migration(migrations.Migration):
    dependencies = [("invoicing", "0004_payment_guards")]

    operations = [
        PerDialect(
            postgres=[
                "CREATE EXTENSION IF NOT EXISTS pg_trgm",
                "CREATE INDEX invoice_search ON invoice USING gin (search_text gin_trgm_ops) WITH (gin_pending_list_limit = 512)",
            ],
            sqlite=[TABLE, FIRST, THEN],
        )
    ]
