import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { UserFacingError } from '@latchkey/harness'

/** What a backup is, beside its files. A directory without one is none. */
export type Manifest = {
  readonly format: 1
  /** When it was begun: it has what was so then, and may have what came while it was made. */
  readonly startedAt: string
  readonly finishedAt: string
  /** Versions of the servers. */
  readonly postgres: string
  readonly redis: string
  /** SHA-256 of each file, in hexadecimal, by its path. */
  readonly files: Readonly<Record<string, string>>
}

const NAME = 'manifest.json'

export async function writeManifest(directory: string, facts: Omit<Manifest, 'format' | 'files'>): Promise<void> {
  const manifest: Manifest = { format: 1, ...facts, files: await checksumsOf(directory) }
  writeFileSync(join(directory, NAME), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true })
}

/** @throws UserFacingError for what is no backup, or not as it was made */
export async function readBackup(directory: string): Promise<Manifest> {
  const file = join(directory, NAME)
  if (!existsSync(file)) {
    throw new UserFacingError(`${directory} is no backup, or one that was never finished: it has no ${NAME}.`)
  }
  const manifest = parse(file)
  const found = await checksumsOf(directory)
  for (const [path, checksum] of Object.entries(manifest.files)) {
    if (found[path] === undefined) throw new UserFacingError(`The backup ${directory} is damaged: ${path} is missing.`)
    if (found[path] !== checksum) throw new UserFacingError(`The backup ${directory} is damaged: ${path} has changed.`)
  }
  const foreign = Object.keys(found).find((path) => manifest.files[path] === undefined)
  if (foreign !== undefined)
    throw new UserFacingError(`The backup ${directory} is damaged: ${foreign} is not part of it.`)
  return manifest
}

function parse(file: string): Manifest {
  let manifest: Partial<Manifest>
  try {
    manifest = JSON.parse(readFileSync(file, 'utf8')) as Partial<Manifest>
  } catch {
    throw new UserFacingError(`${file} cannot be read.`)
  }
  const { format, files } = manifest
  if (format !== 1 || typeof files !== 'object') {
    throw new UserFacingError(`${file} is not the manifest of a backup that this version knows.`)
  }
  return manifest as Manifest
}

async function checksumsOf(directory: string): Promise<Record<string, string>> {
  const checksums: Record<string, string> = {}
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(directory, path)
    if (entry.isFile() && name !== NAME) checksums[name] = await checksumOf(path)
  }
  return checksums
}

async function checksumOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** How much it takes. Bytes. */
export const sizeOf = (directory: string): number =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
