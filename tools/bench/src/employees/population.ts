import type pg from 'pg'

// Names as in a real company: some common, a long tail of rare ones, accents, other scripts.
const FIRST =
  'Ada Grace Linus Zoë Åsa José María Søren Łukasz Noémie Björn Chloé Anna Jan Maria Peter Susan David Emma Noah Mia Liam Olivia Ivan Olga Дмитрий Ольга Γιώργος 伟 芳 Mohammed Fatima Priya Arjun Yuki Kenji Sofia Mateo Lucas Elena'
const LAST =
  'Smith Müller García López Hopper Lovelace Jönsson Ångström Kowalski Nowak Rossi Silva Santos Kim Lee Chen Wang Иванов Петров Παπαδόπουλος Tanaka Sato Singh Patel Khan Ali Hansen Larsen Dubois Lefèvre'
const SYLLABLES =
  'ba be bi bo bra da de di dor fa fel ga gen gri ha hel ja ka kel kir la lem lo ma mer mi mon na nel no pa per ra ren ri sa sel sta ta ter ti va ver vi wa wen za'
const LEVEL = 'Junior Senior Lead Principal Assistant Chief Deputy Interim'
const FIELD =
  'Engineer Analyst Accountant Nurse Driver Designer Architect Clerk Buyer Planner Technician Welder Recruiter Counsel Auditor'

const list = (words: string): string => `'{${words.split(' ').join(',')}}'::text[]`
/** A random word, the first ones more often. */
const some = (words: string, lean = 2): string =>
  `(${list(words)})[1 + floor(power(random(), ${lean}) * ${words.split(' ').length})::int]`
/** Three random syllables. */
const rare = `initcap(${[1, 2, 3].map(() => some(SYLLABLES, 1)).join(' || ')})`

const idOf = (n: string): string => `('01900000-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`

/** Manager of one employee in a hundred. */
export const CHIEF = '01900000-0000-7000-8000-000000000001'

/** Adds employees `from` to `to`: the same ones in every run, since `random()` is seeded. */
export async function addEmployees(client: pg.Client, from: number, to: number): Promise<void> {
  await client.query('select setseed(0.42)')
  await client.query(`
    insert into employees
      (id, first_name, last_name, email, department, job_title, manager_id, hired_on, status, user_id, created_at)
    select ${idOf('n')}, first_name, last_name,
      lower(public.unaccent(first_name || '.' || last_name)) || '.' || n || case when random() < 0.02 then '@example.org' else '@example.com' end,
      case when random() < 0.95 then 'Department ' || (1 + floor(power(random(), 2) * 40))::int end,
      case when random() < 0.7 then ${some(LEVEL)} || ' ' else '' end || ${some(FIELD)},
      case when n = 1 then null when random() < 0.01 then ${idOf('1')} else ${idOf('greatest(1, n / 8)')} end,
      case when random() < 0.95 then date '2000-01-01' + floor(random() * 9000)::int end,
      case when random() < 0.08 then 'terminated' when random() < 0.02 then 'on_leave' else 'active' end,
      null, timestamptz '2020-01-01' + n * interval '2 minutes'
    from (
      select n, ${some(FIRST, 1.5)} as first_name,
        case when random() < 0.06 then 'Nguyễn' when random() < 0.5 then ${some(LAST)} else ${rare} end as last_name
      from generate_series(${from}, ${to}) n
    ) people`)
}
