"""What docker-compose.yml runs besides the services.

make_secrets.py    once, first: passwords and the signing key, each in the folder of whoever may read it
make_bucket.py     once: the bucket for invoices
ready.py           the services' health check
postgres/          run by PostgreSQL when its data folder is new
"""
