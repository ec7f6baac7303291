import { parseOrigins } from './parse-origins.ts'
import {
  assertPlain,
  BadSetting,
  type DurationBounds,
  parseAddresses,
  parseDurationMs,
  parseDurationSeconds,
  parseInteger,
  parseList,
  parseUrl,
} from './parsers.ts'
import { createWatched, type SettingSource, type Watched } from './watched.ts'

/** One environment variable and how it is read. */
export type Setting<T> = {
  readonly name: string
  readonly description: string
  /** Read when the variable is not set. */
  readonly default: string | undefined
  /** What the documentation shows as the default, when that differs. */
  readonly shownDefault: string | undefined
  readonly optional: boolean
  /** May come from the file that `NAME_FILE` names; never shown. */
  readonly secret: boolean
  readonly parse: (text: string, source: SettingSource) => T
}

export type SettingOptions = {
  name: string
  description: string
  /** Parsed like the variable itself. Without it the setting is required. */
  default?: string | number
  /** What the documentation shows in place of the default: `embedded`, `` `http://localhost:AUTH_PORT` ``. */
  shownDefault?: string
  secret?: boolean
  /** It is JSON, and may have several lines. */
  json?: boolean
}

/** As {@link SettingOptions}, for a setting that may be missing: it is then undefined. */
export type OptionalOptions = SettingOptions & { optional: true; default?: never }

type Define<T, Extra = unknown> = {
  (options: OptionalOptions & Extra): Setting<T | undefined>
  (options: SettingOptions & Extra): Setting<T>
}

function define<T>(options: SettingOptions & { optional?: boolean }, parse: (text: string) => T): Setting<T> {
  return describe(options, withPlainText(options, parse))
}

const withPlainText =
  <T>({ json = false }: SettingOptions, parse: (text: string) => T) =>
  (text: string): T => {
    assertPlain(text, json)
    return parse(text)
  }

function describe<T>(options: SettingOptions & { optional?: boolean }, parse: Setting<T>['parse']): Setting<T> {
  return {
    name: options.name,
    description: options.description,
    default: options.default === undefined ? undefined : String(options.default),
    shownDefault: options.shownDefault,
    optional: options.optional ?? false,
    secret: options.secret ?? false,
    parse,
  }
}

/** One implementation for both overloads: the value can be undefined only with `optional`. */
const as = <T, Extra = unknown>(implementation: (options: SettingOptions & Extra) => Setting<T>): Define<T, Extra> =>
  implementation as Define<T, Extra>

/** Settings by the kind of their value. */
export const setting = {
  text: as<string>((options) => define(options, (text) => text)),
  secret: as<string>((options) => define({ ...options, secret: true }, (text) => text)),
  port: as<number>((options) => define(options, (text) => parseInteger(text, 0, 65_535))),
  integer: as<number, { min: number; max: number }>((options) =>
    define(options, (text) => parseInteger(text, options.min, options.max)),
  ),
  durationMs: as<number, DurationBounds>((options) => define(options, (text) => parseDurationMs(text, options))),
  durationSeconds: as<number, DurationBounds>((options) =>
    define(options, (text) => parseDurationSeconds(text, options)),
  ),
  /** `protocols` with their colon, `['postgres:']`; http and https unless given. A URL may hold a password: mark it secret. */
  url: as<string, { protocols?: readonly string[] }>((options) =>
    define(options, (text) => parseUrl(text, options.protocols ?? ['http:', 'https:'])),
  ),
  /** Comma-separated. */
  list: as<readonly string[]>((options) => define(options, parseList)),
  origins: as<readonly string[]>((options) => define(options, parseOrigins)),
  addresses: as<readonly string[]>((options) => define(options, parseAddresses)),
  choice,
  /** `parse` throws an Error whose message ends a sentence that starts with the name, and that never holds the value. */
  custom,
  /** A secret whose file is followed while the service runs; `parse` as for `custom`. */
  watched,
} as const

type Choices<C> = { choices: readonly C[] }
type Parse<T> = { parse: (text: string) => T }

function choice<const C extends string>(options: OptionalOptions & Choices<C>): Setting<C | undefined>
function choice<const C extends string>(options: SettingOptions & Choices<C>): Setting<C>
function choice<const C extends string>(options: SettingOptions & Choices<C>): Setting<C> {
  return define(options, (text) => {
    const found = options.choices.find((each) => each === text)
    if (found === undefined) throw new BadSetting(`must be one of ${options.choices.join(', ')}`)
    return found
  })
}

function custom<T>(options: OptionalOptions & Parse<T>): Setting<T | undefined>
function custom<T>(options: SettingOptions & Parse<T>): Setting<T>
function custom<T>(options: SettingOptions & Parse<T>): Setting<T> {
  return define(options, options.parse)
}

function watched<T>(options: Omit<OptionalOptions, 'secret'> & Parse<T>): Setting<Watched<T> | undefined>
function watched<T>(options: Omit<SettingOptions, 'secret'> & Parse<T>): Setting<Watched<T>>
function watched<T>(options: Omit<SettingOptions, 'secret'> & Parse<T>): Setting<Watched<T>> {
  const parse = withPlainText(options, options.parse)
  return describe({ ...options, secret: true }, (text, source) => createWatched(parse, text, source))
}
