import { readFile } from 'node:fs/promises'
import { type Log, repeat } from '@latchkey/problems'
import { explainFault } from './parsers.ts'

/** The value of a setting whose file may change while the service runs. */
export type Watched<T> = {
  current(): T
  /**
   * Follows the file of the setting until `signal` aborts; without a file the value never changes. An invalid value is logged
   * once and changes nothing.
   */
  follow(options: FollowOptions<T>): void
}

export type FollowOptions<T> = {
  readonly signal: AbortSignal
  readonly log: Pick<Log, 'info' | 'error'>
  /** Throws when the value cannot be used now, with a message for the log. It is called again at the next poll. */
  readonly accept?: (value: T) => void
}

/** Where a setting's text came from. */
export type SettingSource = { readonly name: string; readonly file: string | undefined }

/** A change takes effect within a second. */
const POLL_MS = 400
/** A file that is being replaced is missing for no longer than this. */
const PATIENCE_POLLS = 25

/**
 * Polls the file instead of watching for events: mounted secrets are replaced by renaming directories, and network file
 * systems send no events.
 *
 * @param parse throws what is wrong with a text, never quoting it
 */
export function createWatched<T>(parse: (text: string) => T, text: string, { name, file }: SettingSource): Watched<T> {
  let value = parse(text)

  function createPoll(path: string, { log, accept }: FollowOptions<T>): () => Promise<void> {
    let applied = text
    let seen: string | undefined = text
    let refusal: string | undefined
    let missed = 0

    return async () => {
      const before = seen
      seen = await readSecretFile(path).catch(() => undefined)
      missed = seen === undefined ? missed + 1 : 0
      if (missed === PATIENCE_POLLS) {
        log.error({ setting: name }, 'the file of a setting cannot be read; the old value stays in use')
      }
      // A text that is the same twice in a row is completely written.
      if (seen === undefined || seen !== before || seen === applied) return
      try {
        const next = parse(seen)
        accept?.(next)
        value = next
        applied = seen
        refusal = undefined
        log.info({ setting: name }, 'a setting was reloaded from its changed file')
      } catch (error) {
        const reason = explainFault(error, seen)
        if (refusal === `${seen}\n${reason}`) return
        refusal = `${seen}\n${reason}`
        log.error({ setting: name, reason }, 'the changed file of a setting is invalid; the old value stays in use')
      }
    }
  }

  return {
    current: () => value,
    follow(options) {
      if (file === undefined) return
      const { signal, log } = options
      const onError = (err: unknown) => log.error({ err, setting: name }, 'the file of a setting could not be checked')
      void repeat(createPoll(file, options), { everyMs: POLL_MS, signal, onError })
    },
  }
}

async function readSecretFile(path: string): Promise<string> {
  return withoutFinalBreak(await readFile(path, 'utf8'))
}

/** Without the line break that editors put at the end of a file. */
export const withoutFinalBreak = (text: string): string => text.replace(/\r?\n$/, '')
