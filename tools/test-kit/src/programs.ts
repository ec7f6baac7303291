import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { canInstallPackages, installServerPackage, onPath, runDetached, UserFacingError } from '@latchkey/harness'

/** A program of a Debian package, which root on Debian or Ubuntu gets installed when it is missing; undefined elsewhere. */
export async function programOf(name: string, debianPackage: string): Promise<string | undefined> {
  const found = find(name)
  if (found !== undefined || !canInstallPackages()) return found
  console.error(`No ${name} found: installing the package ${debianPackage} with apt-get`)
  try {
    await installServerPackage(debianPackage)
  } catch (error) {
    if (error instanceof UserFacingError) return undefined
    throw error
  }
  return find(name)
}

/** Debian has servers where the PATH of ordinary users does not lead. */
const find = (name: string): string | undefined =>
  onPath(name) ?? [`/usr/sbin/${name}`].find((file) => existsSync(file))

/**
 * Makes `key.pem` and `certificate.pem`, which signs itself, in the directory.
 *
 * @param names as in subjectAltName: `DNS:localhost,IP:127.0.0.1`
 */
export async function makeCertificate(openssl: string, directory: string, names: string): Promise<void> {
  const { code, output } = await runDetached(openssl, [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', `subjectAltName=${names}`],
    ...['-keyout', join(directory, 'key.pem'), '-out', join(directory, 'certificate.pem')],
  ])
  if (code !== 0) throw new Error(`openssl made no certificate:\n${output}`)
}
