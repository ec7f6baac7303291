-- Runs once, when the data directory is made: a database for each service, and a role that can enter that one alone.
-- The passwords are those of the addresses that the services use, where user and database must be named as here.

-- A statement that fails is logged, and two of these hold a password.
set log_min_error_statement to panic;

\set auth_password `sed -E 's#^[^:]+://[^:]+:([^@]+)@.*$#\1#' /run/secrets/auth_database_url`
\set employee_password `sed -E 's#^[^:]+://[^:]+:([^@]+)@.*$#\1#' /run/secrets/employee_database_url`

create role latchkey_auth login password :'auth_password';
create database latchkey_auth owner latchkey_auth;

create role latchkey_employee login password :'employee_password';
create database latchkey_employee owner latchkey_employee;

-- By default every role may connect everywhere.
revoke all on database latchkey_auth, latchkey_employee, postgres, template1 from public;
