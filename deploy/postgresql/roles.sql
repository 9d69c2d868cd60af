-- Roles and databases of motcua on an office's own PostgreSQL (15 or newer). Run it once, as a superuser of that server:
--
--   MOTCUA_PASSWORD=… PREFECT_PASSWORD=… READER_PASSWORD=… psql -v ON_ERROR_STOP=1 -f deploy/postgresql/roles.sql
--
-- It can be run again: what is there stays, passwords are set anew. Other names: -v owner=…, -v database=… and so on.
--
-- motcua    owns its own database and nothing else. It is no superuser and makes neither roles nor databases.
-- prefect   likewise, for the database of the Prefect server.
-- reader    logs in to read what is published (motcua_read): no dossier, nothing that could name a person.
\set ON_ERROR_STOP 1
\if :{?owner} \else \set owner motcua \endif
\if :{?database} \else \set database motcua \endif
\if :{?prefect} \else \set prefect prefect \endif
\if :{?reader} \else \set reader motcua_reader \endif
-- Passwords come from the environment, so that they stand neither in a list of processes nor in psql's history.
\getenv owner_password MOTCUA_PASSWORD
\getenv prefect_password PREFECT_PASSWORD
\getenv reader_password READER_PASSWORD

-- Roles that cannot log in; the migrations grant them what each needs. They are made here, so that motcua needs no CREATEROLE.
SELECT format('CREATE ROLE %I NOLOGIN', role) FROM unnest(ARRAY['motcua_load', 'motcua_publish', 'motcua_read', 'motcua_audit']) AS role
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec

SELECT format('CREATE ROLE %I LOGIN', role) FROM unnest(ARRAY[:'owner', :'prefect', :'reader']) AS role
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE :"prefect" LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS PASSWORD :'prefect_password';
ALTER ROLE :"reader" LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS PASSWORD :'reader_password';
ALTER ROLE :"reader" SET default_transaction_read_only = on;
GRANT motcua_read TO :"reader";

SELECT format('CREATE DATABASE %I OWNER %I', name, role) FROM (VALUES (:'database', :'owner'), (:'prefect', :'prefect')) AS wanted (name, role)
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec
-- Nobody else enters: by default every role of a server may connect to every database.
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
REVOKE ALL ON DATABASE :"prefect" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO motcua_read, motcua_audit;
