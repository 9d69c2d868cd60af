-- Roles and databases of motcua on an office's own PostgreSQL (15 or newer). Run it once, as a superuser of that server:
--
--   MOTCUA_PASSWORD=… PREFECT_PASSWORD=… READER_PASSWORD=… psql -v ON_ERROR_STOP=1 -f deploy/postgresql/roles.sql
--
-- It can be run again: what is there stays, passwords are set anew. Run it again before an upgrade whose notes say so. Other names:
-- -v owner=…, -v database=… and so on.
--
-- motcua    works with its own database and nothing else. It is no superuser and makes neither roles nor databases.
-- motcua_owner  owns that database and all in it, and cannot log in; motcua acts as it.
-- prefect   owns the database of the Prefect server.
-- reader    logs in to read what is published (motcua_read): no dossier, nothing that could name a person.
--
-- An account for the people of an agency, who see their own dossiers alone, is made besides with
--
--   AGENCY_PASSWORD=… psql -v ON_ERROR_STOP=1 -v agency_reader=NAME -f deploy/postgresql/roles.sql
--
-- and sees nothing until `motcua reader add NAME --agency CODE` says which agency it is of. One that sees every agency gets another role
-- by that (motcua_every_agency); the owner may give and take these two, and no others.
\set ON_ERROR_STOP 1
\if :{?owner} \else \set owner motcua \endif
\if :{?owning} \else \set owning motcua_owner \endif
\if :{?database} \else \set database motcua \endif
\if :{?prefect} \else \set prefect prefect \endif
\if :{?reader} \else \set reader motcua_reader \endif
-- Passwords come from the environment, so that they stand neither in a list of processes nor in psql's history.
\getenv owner_password MOTCUA_PASSWORD
\getenv prefect_password PREFECT_PASSWORD
\getenv reader_password READER_PASSWORD
\getenv agency_password AGENCY_PASSWORD

-- Roles that cannot log in; the migrations grant them what each needs. They are made here, so that motcua needs no CREATEROLE.
SELECT format('CREATE ROLE %I NOLOGIN', role)
    FROM unnest(ARRAY[:'owning', 'motcua_load', 'motcua_publish', 'motcua_read', 'motcua_audit', 'motcua_agency', 'motcua_every_agency']) AS role
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
ALTER ROLE :"owning" NOLOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS;
-- Which of these two an account of agencies has, follows from what `motcua reader add` gives it: motcua gives and takes them itself.
SELECT format('GRANT %I TO %I WITH ADMIN %s', role, :'owning',
        CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'TRUE, INHERIT FALSE, SET FALSE' ELSE 'OPTION' END)
    FROM unnest(ARRAY['motcua_agency', 'motcua_every_agency']) AS role \gexec

-- The agency's account alone, where one is asked for: the others stay as they are.
\if :{?agency_reader}
SELECT format('CREATE ROLE %I LOGIN', :'agency_reader') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'agency_reader') \gexec
ALTER ROLE :"agency_reader" LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS PASSWORD :'agency_password';
ALTER ROLE :"agency_reader" SET default_transaction_read_only = on;
SELECT format('GRANT motcua_agency TO %I GRANTED BY %I', :'agency_reader', :'owning')
    WHERE NOT pg_has_role(:'agency_reader', 'motcua_agency', 'MEMBER') AND NOT pg_has_role(:'agency_reader', 'motcua_every_agency', 'MEMBER') \gexec
GRANT CONNECT ON DATABASE :"database" TO motcua_agency, motcua_every_agency;
\quit
\endif

SELECT format('CREATE ROLE %I LOGIN', role) FROM unnest(ARRAY[:'owner', :'prefect', :'reader']) AS role
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE :"prefect" LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS PASSWORD :'prefect_password';
ALTER ROLE :"reader" LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS PASSWORD :'reader_password';
ALTER ROLE :"reader" SET default_transaction_read_only = on;
GRANT motcua_read TO :"reader";
GRANT :"owning" TO :"owner";

SELECT format('CREATE DATABASE %I OWNER %I', name, role) FROM (VALUES (:'database', :'owning'), (:'prefect', :'prefect')) AS wanted (name, role)
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec
-- Whatever motcua makes there belongs to the role that cannot log in.
ALTER ROLE :"owner" IN DATABASE :"database" SET role = :"owning";
-- Nobody else enters: by default every role of a server may connect to every database.
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
REVOKE ALL ON DATABASE :"prefect" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"owner", motcua_read, motcua_audit, motcua_agency, motcua_every_agency;

-- A database from before there was an owner that cannot log in: its tables, the rights that new tables get, and the policies follow.
ALTER DATABASE :"database" OWNER TO :"owning";
\connect :"database"
SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT %s ON TABLES TO %I', :'owning', n.nspname, a.privilege_type, g.rolname)
    FROM pg_default_acl AS d JOIN pg_namespace AS n ON n.oid = d.defaclnamespace CROSS JOIN LATERAL aclexplode(d.defaclacl) AS a
    JOIN pg_roles AS g ON g.oid = a.grantee
    WHERE d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = :'owner') AND d.defaclobjtype = 'r' AND g.rolname <> :'owner' \gexec
SELECT format('ALTER POLICY %I ON %I.%I TO %s', policyname, schemaname, tablename,
        (SELECT string_agg(quote_ident(role), ', ') FROM unnest(array_replace(roles::text[], :'owner', :'owning')) AS role))
    FROM pg_policies WHERE :'owner' = ANY(roles::text[]) \gexec
REASSIGN OWNED BY :"owner" TO :"owning";
