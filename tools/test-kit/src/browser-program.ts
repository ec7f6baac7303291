import { existsSync } from 'node:fs'
import { canInstallPackages, installPackage, onPath, UserFacingError } from '@latchkey/harness'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'

/**
 * Chromium or Chrome of this machine, for tests of pages. No npm package carries one, so root on Debian or Ubuntu gets it installed when
 * it is missing, as with Redis. Elsewhere those tests are skipped, and say why: they check pages, which no other test depends on.
 *
 * @returns the program, or why there is none
 */
export async function browserProgram(): Promise<{ program: string } | { missing: string }> {
  const found = findBrowser()
  if (found !== undefined) return { program: found }
  if (!canInstallPackages()) return { missing: 'no Chromium or Chrome on PATH: install one to test the pages' }
  console.error('No browser found: installing the package chromium with apt-get')
  try {
    await installPackage('chromium')
  } catch (error) {
    if (error instanceof UserFacingError) return { missing: error.message }
    throw error
  }
  const installed = findBrowser()
  return installed === undefined ? { missing: 'chromium is installed but not on PATH' } : { program: installed }
}

function findBrowser(): string | undefined {
  return NAMES.map(onPath).find((file) => file !== undefined) ?? (existsSync(MAC) ? MAC : undefined)
}
