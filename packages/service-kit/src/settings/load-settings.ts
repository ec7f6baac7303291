import { readFileSync } from 'node:fs'
import { BadSetting } from './parsers.ts'
import type { Setting } from './setting.ts'
import { type SettingFault, SettingsError } from './settings-error.ts'

export type Settings = Record<string, Setting<unknown>>
export type Loaded<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never }
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads all settings from the environment. An empty variable counts as not set.
 *
 * @param check faults that only several settings together can have
 * @throws {SettingsError} with every fault found
 */
export function loadSettings<S extends Settings>(
  definitions: S,
  environment: Environment,
  check: (loaded: Loaded<S>) => SettingFault[] = () => [],
): Loaded<S> {
  const faults: SettingFault[] = []
  const loaded: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries(definitions)) {
    try {
      loaded[key] = loadSetting(setting, environment)
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error
      faults.push(...error.faults)
    }
  }
  // Built member by member from the definitions, hence of their type.
  const result = Object.freeze(loaded) as Loaded<S>
  if (faults.length === 0) faults.push(...check(result))
  if (faults.length > 0) throw new SettingsError(faults)
  return result
}

function loadSetting<T>(setting: Setting<T>, environment: Environment): T | undefined {
  const text = readText(setting, environment) ?? setting.default
  if (text === undefined) {
    if (setting.optional) return undefined
    throw new SettingsError([
      { name: setting.name, message: setting.secret ? `(or ${setting.name}_FILE) must be set` : 'must be set' },
    ])
  }
  try {
    return setting.parse(text)
  } catch (error) {
    throw new SettingsError([{ name: setting.name, message: explain(error, text) }])
  }
}

function readText(setting: Setting<unknown>, environment: Environment): string | undefined {
  const text = environment[setting.name] || undefined
  const fileName = `${setting.name}_FILE`
  const file = (setting.secret && environment[fileName]) || undefined
  if (file === undefined) return text
  if (text !== undefined) throw new SettingsError([{ name: setting.name, message: `and ${fileName} are both set` }])
  return readSecret(fileName, file)
}

function readSecret(name: string, file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new SettingsError([{ name, message: 'names a file that can not be read' }])
  }
  const secret = text.replace(/\r?\n$/, '')
  if (secret === '') throw new SettingsError([{ name, message: 'names an empty file' }])
  return secret
}

/** Messages of JSON.parse and the like quote what they were given, so only sentences meant for this place get through. */
function explain(error: unknown, text: string): string {
  if (error instanceof BadSetting) return error.message
  const builtIn = error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError
  const meant = error instanceof Error && !builtIn && !error.message.includes(text)
  return meant ? error.message : 'is not acceptable'
}
