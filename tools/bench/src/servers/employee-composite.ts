import pg from 'pg'
import { bearerCheck } from './bearer-check.ts'
import { createPlainServer, listen } from './plain-server.ts'

const pool = new pg.Pool({ connectionString: process.env.EMPLOYEE_DATABASE_URL, max: 10 })
const app = createPlainServer()
app.decorateRequest('claims', null)

const nullable = { type: ['string', 'null'] }
const text = { type: 'string' }
const moment = { type: 'string', format: 'date-time' }
const answer = {
  type: 'object',
  properties: {
    id: text,
    firstName: text,
    lastName: text,
    email: text,
    department: nullable,
    jobTitle: nullable,
    managerId: nullable,
    hiredOn: nullable,
    status: text,
    userId: nullable,
    version: { type: 'integer' },
    createdAt: moment,
    updatedAt: moment,
  },
}

type Row = { version: number }

const SELECT = `
  select id, first_name as "firstName", last_name as "lastName", email, department, job_title as "jobTitle",
    manager_id as "managerId", to_char(hired_on, 'YYYY-MM-DD') as "hiredOn", status, user_id as "userId", version,
    created_at as "createdAt", updated_at as "updatedAt"
  from employees where id = $1`

app.get<{ Params: { id: string } }>(
  '/employees/:id',
  {
    onRequest: bearerCheck('employees:read'),
    schema: {
      params: { type: 'object', properties: { id: { type: 'string', format: 'uuid' } } },
      response: { 200: answer },
    },
  },
  async (request, reply) => {
    const { rows } = await pool.query<Row>({ name: 'employee', text: SELECT, values: [request.params.id] })
    const [row] = rows
    if (row === undefined) return reply.code(404).send({ code: 'employee_not_found' })
    reply.header('etag', `"${row.version}"`)
    return row
  },
)

await listen(app)
