import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type TourStep = { readonly command: string; readonly output: string }

/** A part of the README that is typed into a terminal. */
export type Tour = {
  /** What prepares a shell: each block of plain commands. */
  readonly blocks: readonly string[]
  /** Commands with what they print. The first block of them may start the stack. */
  readonly sessions: readonly (readonly TourStep[])[]
}

/** The part between two lines of the README, such as headings. */
function readTour(from: string, to: string): Tour {
  const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8')
  const [start, end] = [readme.indexOf(`\n${from}\n`), readme.indexOf(`\n${to}\n`)]
  if (start === -1 || end < start) throw new Error(`README.md has nothing between ${from} and ${to}`)
  const found = [...readme.slice(start, end).matchAll(/```(sh|console)\n(.*?)```/gs)]
  const textsOf = (wanted: string): string[] =>
    found.filter(([, kind]) => kind === wanted).map(([, , text = '']) => text)
  return { blocks: textsOf('sh'), sessions: textsOf('console').map(stepsIn) }
}

export const fiveMinutes = (): Tour => readTour('## Five minutes', '## How it flows')

export const permissionOfItsOwn = (): Tour => readTour('### A permission of its own', '### Calls to other services')

/** Lines of a script that marks where the output of each step ends. */
export const scriptOf = (steps: readonly TourStep[]): string =>
  steps.map(({ command }) => `${command}\necho '${END}'`).join('\n')

/** The outputs of the steps of a script. */
export const outputsOf = (output: string): string[] => output.split(`${END}\n`)

const END = '<end of the step>'

const stepsIn = (session: string): TourStep[] =>
  session
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command = '', ...output] = step.trimEnd().split('\n')
      return { command, output: output.join('\n') }
    })

/** What differs from run to run. */
const VARIABLE: readonly [RegExp, string][] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
  [/eyJ[\w.-]*…?/g, 'TOKEN'],
  [/"requestId":"[^"]*"/g, '"requestId":"REQUEST"'],
  [/"device":\{"id":"[^"]*"/g, '"device":{"id":"DEVICE"'],
  [/^[0-9a-f]{32} /gm, 'MD5 '],
  [/http:\/\/localhost:\d+/g, 'URL'],
  [/#token=([\w-]+|…)/g, '#token=LINK'],
  [/\r/g, ''],
]

const withoutVariables = (output: string): string =>
  VARIABLE.reduce((text, [pattern, name]) => text.replace(pattern, name), output).trim()

/** Whether a command printed what the README shows; `…` there stands for anything. */
export function isAsShown(shown: string, printed: string): boolean {
  const parts = withoutVariables(shown)
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(withoutVariables(printed))
}
