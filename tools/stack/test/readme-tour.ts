import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type TourStep = { readonly command: string; readonly output: string }

/** The tour of the README: lines that prepare the shell, then commands with what they print. */
export function readTour(): { setUp: string; steps: TourStep[] } {
  const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8')
  const tour = readme.slice(readme.indexOf('## Five minutes'), readme.indexOf('## How it flows'))
  const blocks = [...tour.matchAll(/```(sh|console)\n(.*?)```/gs)].map(([, kind, text = '']) => ({ kind, text }))
  const [setUp] = blocks.filter(({ kind }) => kind === 'sh')
  // The first one starts the stack.
  const [, ...sessions] = blocks.filter(({ kind }) => kind === 'console')
  return { setUp: setUp?.text ?? '', steps: sessions.flatMap(({ text }) => stepsIn(text)) }
}

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
