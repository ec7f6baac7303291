/** Declares what the snippets of the READMEs take for granted. A text, since no other file is to see these globals. */
export const surroundings = `
declare const app: import('fastify').FastifyInstance
declare const redis: { xadd(...fields: string[]): Promise<string | null> }
declare const Gauge: new (options: {
  name: string
  help: string
  collect(this: { set(value: number): void }): void
}) => object
declare const createEmployee: () => Promise<object>
declare const token: string
declare const sid: string
declare const clientId: string
declare const clientSecret: string
declare const request: { readonly id: string }
declare const showSignIn: (message: string) => void
declare const greet: (name: string) => void
`

/** Makes globals of the values that snippets take for granted when they run, and that are in the environment. */
export const realSurroundings = `Object.assign(globalThis, {
  token: process.env.TOKEN,
  clientId: process.env.CLIENT_ID,
  clientSecret: process.env.CLIENT_SECRET,
  request: { id: 'from-the-readme' },
})
`
