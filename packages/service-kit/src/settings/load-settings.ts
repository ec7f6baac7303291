// Our own loader, and not env-schema or envase: secrets come from files (`NAME_FILE`), key rings are followed while the service runs
// (watched.ts), and a fault names its variable without the value, which a validator's message would quote.
import { readFileSync } from 'node:fs'
import { assertPlain, explainFault } from './parsers.ts'
import type { Setting } from './setting.ts'
import { type SettingFault, SettingsError } from './settings-error.ts'
import { withoutFinalBreak } from './watched.ts'

export type Settings = Record<string, Setting<unknown>>
export type Loaded<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never }
/** Settings before all of them are known to be good: a faulty one is undefined. */
export type Candidate<S extends Settings> = { readonly [K in keyof Loaded<S>]: Loaded<S>[K] | undefined }
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads all settings from the environment. An empty variable counts as not set.
 *
 * @param check finds faults that only several settings together can have; those of a setting that has one already are dropped
 * @throws {SettingsError} with every fault found
 */
export function loadSettings<S extends Settings>(
  definitions: S,
  environment: Environment,
  check: (candidate: Candidate<S>) => Iterable<SettingFault> = () => [],
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
  const faulty = new Set(faults.map(settingOf))
  faults.push(...[...check(result)].filter((fault) => !faulty.has(settingOf(fault))))
  if (faults.length > 0) throw new SettingsError(faults)
  return result
}

/** A fault of the file that `NAME_FILE` names is one of the setting. */
const settingOf = ({ name }: SettingFault): string => name.replace(/_FILE$/, '')

function loadSetting<T>(setting: Setting<T>, environment: Environment): T | undefined {
  const { file, text = setting.default } = readText(setting, environment)
  if (text === undefined) {
    if (setting.optional) return undefined
    throw new SettingsError([
      { name: setting.name, message: setting.secret ? `(or ${setting.name}_FILE) must be set` : 'must be set' },
    ])
  }
  try {
    return setting.parse(text, { name: setting.name, file })
  } catch (error) {
    throw new SettingsError([{ name: setting.name, message: explainFault(error, text) }])
  }
}

type SettingText = { readonly text?: string | undefined; readonly file?: string | undefined }

function readText(setting: Setting<unknown>, environment: Environment): SettingText {
  const text = environment[setting.name] || undefined
  const fileName = `${setting.name}_FILE`
  const file = environment[fileName] || undefined
  if (file === undefined) return { text }
  if (!setting.secret)
    throw new SettingsError([{ name: fileName, message: `is not read: ${setting.name} is no secret` }])
  if (text !== undefined) throw new SettingsError([{ name: setting.name, message: `and ${fileName} are both set` }])
  return { text: readSecret(fileName, file), file }
}

function readSecret(name: string, file: string): string {
  let text: string
  try {
    assertPlain(file)
  } catch (error) {
    throw new SettingsError([{ name, message: explainFault(error, file) }])
  }
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new SettingsError([{ name, message: 'names a file that cannot be read' }])
  }
  const secret = withoutFinalBreak(text)
  if (secret === '') throw new SettingsError([{ name, message: 'names an empty file' }])
  return secret
}

/** Whether a secret is set, by value or by the path of its file, which is not read. */
export const isGiven = (environment: Environment, name: string): boolean =>
  Boolean(environment[name]) || Boolean(environment[`${name}_FILE`])
