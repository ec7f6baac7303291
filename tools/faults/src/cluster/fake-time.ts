import { globSync, utimesSync, writeFileSync } from 'node:fs'
import { canInstallPackages, installPackage } from '@latchkey/harness'

/** A clock that services have in place of the machine's. */
export type FakeTime = {
  /** For the services. */
  readonly environment: Readonly<Record<string, string>>
  /** From now on it is so many seconds ahead of the machine's clock. Timers are not affected. */
  set(aheadSeconds: number): void
}

const LIBRARY = '/usr/lib/*/faketime/libfaketime.so.1'

const find = (): string | undefined => globSync(LIBRARY)[0]

/** Undefined where there is no libfaketime, and none can be installed. @param file it keeps the setting there */
export async function createFakeTime(file: string): Promise<FakeTime | undefined> {
  if (find() === undefined && canInstallPackages()) {
    console.error('No libfaketime found: installing the package faketime with apt-get')
    await installPackage('faketime').catch((error: unknown) => console.error(error))
  }
  const library = find()
  if (library === undefined) return undefined
  const set = (aheadSeconds: number): void => {
    writeFileSync(file, `${aheadSeconds < 0 ? '' : '+'}${aheadSeconds}\n`)
    const now = new Date()
    utimesSync(file, now, now)
  }
  set(0)
  return {
    environment: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
  }
}
