-- Runs when the data directory is made, and may be run again: a database for each service, a role that owns it and migrates, and a
-- role that the service runs as, which can enter that database alone and owns nothing.
-- The passwords are those of the addresses that services and migrations use, where users and databases must be named as here.

-- A statement that fails is logged, and some of these hold a password.
set log_min_error_statement to panic;

\set auth_password `sed -E 's#^[^:]+://[^:]+:([^@]+)@.*$#\1#' /run/secrets/auth_database_url`
\set auth_owner_password `sed -E 's#^[^:]+://[^:]+:([^@]+)@.*$#\1#' /run/secrets/auth_migration_database_url`
\set employee_password `sed -E 's#^[^:]+://[^:]+:([^@]+)@.*$#\1#' /run/secrets/employee_database_url`
\set employee_owner_password `sed -E 's#^[^:]+://[^:]+:([^@]+)@.*$#\1#' /run/secrets/employee_migration_database_url`

select format('create role %I login', name)
from unnest(array['latchkey_auth', 'latchkey_auth_owner', 'latchkey_employee', 'latchkey_employee_owner']) as name
where not exists (select from pg_roles where rolname = name)
\gexec

alter role latchkey_auth password :'auth_password';
alter role latchkey_auth_owner password :'auth_owner_password';
alter role latchkey_employee password :'employee_password';
alter role latchkey_employee_owner password :'employee_owner_password';

select format('create database %I owner %I', name, name || '_owner')
from unnest(array['latchkey_auth', 'latchkey_employee']) as name
where not exists (select from pg_database where datname = name)
\gexec

-- By default every role may connect everywhere.
revoke all on database latchkey_auth, latchkey_employee, postgres, template1 from public;

-- Before there were owners, each service had made and owned its tables, and its database. One that runs goes on; the rest is for the
-- migration. Rights come last: with what a role owns, those that were granted to it go to the new owner.
\connect latchkey_auth
begin;
reassign owned by latchkey_auth to latchkey_auth_owner;
grant connect, temporary on database latchkey_auth to latchkey_auth;
select format('grant usage on schema %1$I to latchkey_auth', nspname),
  format('grant select, insert, update, delete on all tables in schema %1$I to latchkey_auth', nspname)
from pg_namespace where nspname in ('public', 'public_jobs')
\gexec
select format('grant execute on function %s to latchkey_auth', oid::regprocedure)
from pg_proc where proname in ('audit_erase', 'audit_trim') and pronamespace = 'public'::regnamespace
\gexec
commit;
\connect latchkey_employee
begin;
reassign owned by latchkey_employee to latchkey_employee_owner;
grant connect, temporary on database latchkey_employee to latchkey_employee;
select format('grant usage on schema %1$I to latchkey_employee', nspname),
  format('grant select, insert, update, delete on all tables in schema %1$I to latchkey_employee', nspname)
from pg_namespace where nspname in ('public', 'public_jobs')
\gexec
commit;
