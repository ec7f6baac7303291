import type { Settings } from './load-settings.ts'
import type { Setting } from './setting.ts'

/** A Markdown table of the settings, in the order of their definitions. */
export function describeSettings(definitions: Settings): string {
  const rows = Object.values(definitions).map(
    (setting) => `| ${names(setting)} | ${cell(setting.description)} | ${cell(defaultOf(setting))} |`,
  )
  return ['| name | meaning | default |', '| --- | --- | --- |', ...rows, ''].join('\n')
}

const names = ({ name, secret }: Setting<unknown>): string => (secret ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``)

function defaultOf(setting: Setting<unknown>): string {
  if (setting.shownDefault !== undefined) return setting.shownDefault
  if (setting.default !== undefined) return `\`${setting.default}\``
  return setting.optional ? 'none' : 'required'
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
