// Writes docs/openapi/*.json and the types that are made of them, or with `--check` says which of them are out of date. It starts both
// services, on stores of its own: what they serve is the one description of them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createScope } from '@latchkey/harness'
import { startTestServers } from '@latchkey/test-kit'
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript'
import { readDocuments } from './documents.ts'

const root = join(import.meta.dirname, '../../..')
const NOTICE = '// Made from docs/openapi by `npm run openapi`; do not edit.\n\n'

const typesOf = async (document: object): Promise<string> => NOTICE + astToString(await openapiTS(document as OpenAPI3))

const read = (file: string): string | undefined => {
  try {
    return readFileSync(join(root, file), 'utf8')
  } catch {
    return undefined
  }
}

async function makeFiles(): Promise<Map<string, string>> {
  const scope = createScope()
  try {
    const servers = await startTestServers()
    scope.teardown(() => servers.stop())
    Object.assign(process.env, servers.environment)
    const files = new Map<string, string>()
    for (const [name, document] of Object.entries(await readDocuments(scope))) {
      files.set(`docs/openapi/${name}.json`, `${JSON.stringify(document, null, 2)}\n`)
      files.set(`packages/client/src/api/${name}.ts`, await typesOf(document))
    }
    return files
  } finally {
    await scope.close()
  }
}

const isCheck = process.argv.includes('--check')
const stale = [...(await makeFiles())].filter(([file, text]) => read(file) !== text)
for (const [file, text] of isCheck ? [] : stale) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}
if (isCheck && stale.length > 0) {
  console.error(`Out of date: ${stale.map(([file]) => file).join(', ')}. Run: npm run openapi`)
}
process.exit(isCheck && stale.length > 0 ? 1 : 0)
