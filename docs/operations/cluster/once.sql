-- Once, as postgres on the primary. The settings Sportello gives with each connection when no pooler is in between.
CREATE ROLE sportello LOGIN PASSWORD 'change-me';
CREATE DATABASE sportello OWNER sportello ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
ALTER ROLE sportello SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE sportello SET timezone = 'UTC';
ALTER ROLE sportello SET plan_cache_mode = 'force_generic_plan';
